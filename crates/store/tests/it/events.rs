//! Events that are no messages.

use model::{
    event::EventKind,
    id::{AgentId, GroupId, MessageId},
    message::MessageKind,
};
use store::{conversations, events};
use testing::{both_databases, database::TestDatabase};

use crate::scene::{event, read, say, talk, write};

both_databases!(messages_and_events_share_one_sequence);

async fn messages_and_events_share_one_sequence(database: TestDatabase) {
    let db = database.open();
    let (here, elsewhere) = write(&db, |tx| {
        let (scope, _, conversation) = talk(tx, "one")?;
        let (_, _, elsewhere) = talk(tx, "other")?;
        say(tx, &conversation, MessageKind::Visitor, "hello")?;
        let kinds = [
            EventKind::Edited(MessageId::new("message")),
            EventKind::Deleted(MessageId::new("message")),
            EventKind::Assigned(Some(AgentId::new("agent"))),
            EventKind::Assigned(None),
            EventKind::GroupChanged(Some(GroupId::new("group"))),
            EventKind::GroupChanged(None),
            EventKind::Closed,
            EventKind::Reopened,
            EventKind::VisitorChanged,
        ];
        for kind in kinds {
            let seq = conversations::take_seq(tx, conversation.number)?;
            events::insert(tx, &event(scope, &conversation, seq, kind))?;
        }
        say(tx, &conversation, MessageKind::Note, "bye")?;
        Ok((conversation.number, elsewhere.number))
    })
    .await;

    let all: Vec<i64> = (1..=11).collect();
    let seqs = read(&db, move |tx| events::list_seqs(tx, here, 100)).await;
    assert_eq!(seqs, all);
    let seqs = read(&db, move |tx| events::list_seqs(tx, here, 4)).await;
    assert_eq!(seqs, all[..4]);
    let seqs = read(&db, move |tx| events::list_seqs(tx, elsewhere, 100)).await;
    assert!(seqs.is_empty(), "{seqs:?}");
}
