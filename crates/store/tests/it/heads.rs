//! Heads of conversations, and which of them moved.

use model::{id::ConversationNumber, message::MessageKind, time::MINUTE_MS};
use store::{
    conversations::{self, Place},
    heads::{self, Touched},
};
use testing::{both_databases, database::TestDatabase};

use crate::scene::{NOON, conversation, organization, say, story, talk, visitor};

both_databases!(
    heads_are_told_of_those_that_are_there,
    what_moved_is_listed_by_the_minute_in_which_it_did,
    a_row_of_an_older_schema_is_touched_by_its_next_message,
);

async fn heads_are_told_of_those_that_are_there(database: TestDatabase) {
    story(&database, |tx| {
        let (scope, _, first) = talk(tx, "one")?;
        let (.., second) = talk(tx, "other")?;
        let stranger = visitor(tx, scope, "stranger")?;
        let third = conversation(tx, scope, &stranger)?;
        for _ in 0..3 {
            say(tx, &first, MessageKind::Visitor, "hello")?;
        }
        conversations::take_seq(tx, second.number, NOON)?;

        let wanted = [second.number, ConversationNumber(999), first.number];
        let found = heads::list(tx, &wanted)?;
        assert_eq!(found, [(first.number, 3), (second.number, 1)]);
        assert_eq!(heads::list(tx, &[third.number])?, [(third.number, 0)]);
        assert_eq!(heads::list(tx, &[])?, []);
        Ok(())
    })
    .await;
}

async fn what_moved_is_listed_by_the_minute_in_which_it_did(database: TestDatabase) {
    story(&database, |tx| {
        let (scope, guest, first) = talk(tx, "one")?;
        let (other, ..) = talk(tx, "other")?;
        let stranger = visitor(tx, scope, "stranger")?;
        let second = conversation(tx, scope, &stranger)?;
        let noon = NOON / MINUTE_MS;
        let touched = |conversation: &model::conversation::Conversation, minutes, head| Touched {
            place: Place {
                minute: noon + minutes,
                number: conversation.number,
            },
            visitor: conversation.visitor,
            head,
        };
        let since = |minutes| Place {
            minute: noon + minutes,
            number: ConversationNumber(0),
        };
        let organization = scope.organization;
        let found = heads::list_touched(tx, organization, since(0), 9)?;
        assert_eq!(found, [touched(&first, 0, 0), touched(&second, 0, 0)]);
        assert_eq!(first.visitor, guest.number);

        // Messages and other events move it, a clock that went back does not.
        conversations::advance(tx, first.number, NOON + 3 * MINUTE_MS)?;
        conversations::take_seq(tx, second.number, NOON + 2 * MINUTE_MS)?;
        conversations::take_seq(tx, second.number, NOON)?;
        conversations::advance(tx, second.number, NOON + MINUTE_MS)?;
        let all = [touched(&second, 2, 3), touched(&first, 3, 1)];
        assert_eq!(heads::list_touched(tx, organization, since(0), 9)?, all);
        assert_eq!(
            heads::list_touched(tx, organization, since(0), 1)?,
            all[..1]
        );
        let rest = heads::list_touched(tx, organization, all[0].place, 9)?;
        assert_eq!(rest, all[1..]);
        assert_eq!(heads::list_touched(tx, organization, since(4), 9)?, []);

        // Its place in the list went on with the message alone.
        let everything = conversations::Filter::default();
        let top = Place {
            minute: i64::MAX,
            number: ConversationNumber(i64::MAX),
        };
        let listed = conversations::list(tx, scope, &everything, top, 9)?;
        let minutes: Vec<i64> = listed.iter().map(|(_, place)| place.minute).collect();
        assert_eq!(minutes, [noon + 3, noon + 1]);
        assert_eq!(
            heads::list_touched(tx, other.organization, since(0), 9)?.len(),
            1
        );
        Ok(())
    })
    .await;
}

async fn a_row_of_an_older_schema_is_touched_by_its_next_message(database: TestDatabase) {
    story(&database, |tx| {
        let scope = organization(tx, "one")?;
        let guest = visitor(tx, scope, "visitor")?;
        let talk = conversation(tx, scope, &guest)?;
        // What the migration leaves in rows that were there before.
        const OLD: &str = "update conversations set touched_minute = 0 where number = $1";
        tx.run(OLD, &[talk.number.into()])?;
        conversations::advance(tx, talk.number, NOON + 1)?;
        let noon = Place {
            minute: NOON / MINUTE_MS,
            number: ConversationNumber(0),
        };
        let found = heads::list_touched(tx, scope.organization, noon, 9)?;
        assert_eq!(found.len(), 1, "{found:?}");
        Ok(())
    })
    .await;
}
