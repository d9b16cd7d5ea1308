//! How far each side has read.

use model::{event::Side, message::MessageKind};
use store::{conversations, messages, read_markers};
use testing::{both_databases, database::TestDatabase};

use crate::scene::{NOON, conversation, say, story, talk, visitor};

both_databases!(
    a_marker_never_goes_back,
    only_what_the_other_side_wrote_is_new,
);

async fn a_marker_never_goes_back(database: TestDatabase) {
    story(&database, |tx| {
        let (scope, _, talk) = talk(tx, "one")?;
        assert!(read_markers::set_visitor_seen(tx, talk.number, 9)?);
        assert!(!read_markers::set_visitor_seen(tx, talk.number, 9)?);
        assert!(!read_markers::set_visitor_seen(tx, talk.number, 8)?);
        let found = conversations::get(tx, scope, talk.number)?;
        assert_eq!((found.visitor_seen, found.agents_seen), (9, 0));

        assert!(read_markers::set_agents_seen(tx, talk.number, 4)?);
        assert!(!read_markers::set_agents_seen(tx, talk.number, 3)?);
        assert!(read_markers::set_agents_seen(tx, talk.number, 5)?);
        let found = conversations::get(tx, scope, talk.number)?;
        assert_eq!((found.visitor_seen, found.agents_seen), (9, 5));
        Ok(())
    })
    .await;
}

async fn only_what_the_other_side_wrote_is_new(database: TestDatabase) {
    story(&database, |tx| {
        let (scope, _, talk) = talk(tx, "one")?;
        let stranger = visitor(tx, scope, "stranger")?;
        let elsewhere = conversation(tx, scope, &stranger)?;
        say(tx, &talk, MessageKind::Visitor, "1")?;
        say(tx, &talk, MessageKind::Note, "2")?;
        let answer = say(tx, &talk, MessageKind::Agent, "3")?;
        let mut is_new = |reader, above, up_to| {
            read_markers::is_anything_new(tx, talk.number, reader, above, up_to)
        };
        for (reader, above, up_to, expected) in [
            (Side::Agent, 0, 3, true),
            (Side::Agent, 0, 0, false),
            (Side::Agent, 1, 3, false),
            (Side::Visitor, 0, 2, false),
            (Side::Visitor, 0, 3, true),
            (Side::Visitor, 2, 9, true),
            (Side::Visitor, 3, 9, false),
        ] {
            let found = is_new(reader, above, up_to)?;
            assert_eq!(found, expected, "{reader:?} {above} {up_to}");
        }
        messages::delete(tx, &answer, NOON)?;
        let is_new = read_markers::is_anything_new(tx, talk.number, Side::Visitor, 0, 9)?;
        assert!(!is_new, "it is gone");
        let number = elsewhere.number;
        assert!(!read_markers::is_anything_new(
            tx,
            number,
            Side::Agent,
            0,
            9
        )?);
        Ok(())
    })
    .await;
}
