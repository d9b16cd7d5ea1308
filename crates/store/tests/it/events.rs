//! Events: messages and the rest, in one sequence.

use std::sync::Arc;

use model::{
    conversation::Conversation,
    event::{Event, EventKind, Side},
    id::{AgentId, GroupId, MessageId, Scope},
    message::{Message, MessageKind},
};
use store::{Result, Tx, conversations, events, messages};
use testing::{both_databases, database::TestDatabase};

use crate::scene::{
    NOON, conversation, event, organization, read, say, scope_of, story, talk, visitor, write,
};

both_databases!(
    messages_and_events_share_one_sequence,
    everything_is_listed_in_order_as_it_is_now,
    a_visitor_sees_the_places_of_what_is_between_agents,
    pages_follow_on_each_other_both_ways,
    a_message_that_was_changed_is_known,
);

async fn messages_and_events_share_one_sequence(database: TestDatabase) {
    let db = database.open();
    let (here, elsewhere) = write(&db, |tx| {
        let (scope, _, conversation) = talk(tx, "one")?;
        let (_, _, elsewhere) = talk(tx, "other")?;
        let message = say(tx, &conversation, MessageKind::Visitor, "hello")?;
        let kinds = [
            EventKind::Edited(Arc::new(message.clone())),
            EventKind::Deleted(MessageId::new("message")),
            EventKind::Assigned(Some(AgentId::new("agent"))),
            EventKind::Assigned(None),
            EventKind::GroupChanged(Some(GroupId::new("group"))),
            EventKind::GroupChanged(None),
            EventKind::Closed,
            EventKind::Reopened,
            EventKind::VisitorChanged,
            EventKind::Rated {
                score: 5,
                comment: None,
            },
        ];
        for kind in kinds {
            let seq = conversations::take_seq(tx, conversation.number, NOON)?;
            events::insert(tx, &event(scope, &conversation, seq, kind))?;
        }
        say(tx, &conversation, MessageKind::Note, "bye")?;
        Ok((conversation.number, elsewhere.number))
    })
    .await;

    let all: Vec<i64> = (1..=12).collect();
    let seqs = read(&db, move |tx| events::list_seqs(tx, here, 100)).await;
    assert_eq!(seqs, all);
    let seqs = read(&db, move |tx| events::list_seqs(tx, here, 4)).await;
    assert_eq!(seqs, all[..4]);
    let seqs = read(&db, move |tx| events::list_seqs(tx, elsewhere, 100)).await;
    assert!(seqs.is_empty(), "{seqs:?}");
}

/// Records an event at the conversation's next `seq`.
fn happen(
    tx: &mut Tx<'_>,
    scope: Scope,
    conversation: &Conversation,
    kind: EventKind,
) -> Result<i64> {
    let seq = conversations::take_seq(tx, conversation.number, NOON)?;
    events::insert(tx, &event(scope, conversation, seq, kind))?;
    Ok(seq)
}

fn rated(score: i64, comment: Option<&str>) -> EventKind {
    EventKind::Rated {
        score,
        comment: comment.map(str::to_owned),
    }
}

/// What stands at each place, in short.
fn in_short(events: &[Event]) -> Vec<String> {
    let in_short = |event: &Event| match &event.kind {
        EventKind::Message(message) | EventKind::Edited(message) => {
            format!("{} {} {}", event.seq, event.kind.name(), message.text)
        }
        kind => format!("{} {kind:?}", event.seq),
    };
    events.iter().map(in_short).collect()
}

async fn everything_is_listed_in_order_as_it_is_now(database: TestDatabase) {
    story(&database, |tx| {
        let (scope, guest, talk) = talk(tx, "one")?;
        let hello = say(tx, &talk, MessageKind::Visitor, "hello")?;
        let first = say(tx, &talk, MessageKind::Agent, "fisrt")?;
        let gone = say(tx, &talk, MessageKind::Agent, "gone")?;
        for text in ["frist", "first"] {
            messages::set_text(tx, &first, text)?;
            happen(tx, scope, &talk, EventKind::Edited(Arc::new(first.clone())))?;
        }
        happen(tx, scope, &talk, EventKind::Edited(Arc::new(gone.clone())))?;
        messages::delete(tx, &gone, NOON)?;
        happen(tx, scope, &talk, EventKind::Deleted(gone.id.clone()))?;
        let seen = EventKind::Seen {
            by: Side::Visitor,
            up_to: 6,
        };
        for kind in [
            EventKind::Assigned(Some(AgentId::new("ann"))),
            EventKind::Assigned(None),
            EventKind::GroupChanged(Some(GroupId::new("sales"))),
            EventKind::GroupChanged(None),
            EventKind::Closed,
            EventKind::Reopened,
            EventKind::VisitorChanged,
            seen,
            rated(2, Some("Slow: 10:30 came and went,\nand \"nobody\" wrote ☹")),
            rated(5, None),
            EventKind::Hidden,
        ] {
            happen(tx, scope, &talk, kind)?;
        }

        let listed = events::list_after(tx, scope, talk.number, 0, 100)?;
        let expected = [
            "1 message hello",
            "2 message first",
            "3 Hidden",
            "4 edit first",
            "5 edit first",
            "6 Hidden",
            &format!("7 {:?}", EventKind::Deleted(gone.id)),
            "8 Assigned(Some(AgentId(\"ann\")))",
            "9 Assigned(None)",
            "10 GroupChanged(Some(GroupId(\"sales\")))",
            "11 GroupChanged(None)",
            "12 Closed",
            "13 Reopened",
            "14 VisitorChanged",
            "15 Seen { by: Visitor, up_to: 6 }",
            "16 Rated { score: 2, comment: Some(\"Slow: 10:30 came and went,\\nand \\\"nobody\\\" wrote ☹\") }",
            "17 Rated { score: 5, comment: None }",
            "18 Hidden",
        ];
        assert_eq!(in_short(&listed), expected);
        for event in &listed {
            assert_eq!(event.organization, scope.organization);
            assert_eq!(
                (event.conversation, event.visitor),
                (talk.number, guest.number)
            );
            assert_eq!(event.conversation_id, talk.id);
            assert_eq!(event.at, NOON + event.seq);
        }
        let EventKind::Message(message) = &listed[0].kind else {
            panic!("{listed:?}");
        };
        assert_eq!(Message::clone(message), hello);
        let EventKind::Edited(message) = &listed[3].kind else {
            panic!("{listed:?}");
        };
        let now = Message {
            text: "first".to_owned(),
            ..first
        };
        assert_eq!(Message::clone(message), now);
        Ok(())
    })
    .await;
}

async fn a_visitor_sees_the_places_of_what_is_between_agents(database: TestDatabase) {
    story(&database, |tx| {
        let (scope, guest, talk) = talk(tx, "one")?;
        say(tx, &talk, MessageKind::Visitor, "hello")?;
        say(tx, &talk, MessageKind::Note, "secret")?;
        for kind in [
            EventKind::Assigned(Some(AgentId::new("ann"))),
            EventKind::GroupChanged(Some(GroupId::new("sales"))),
            EventKind::VisitorChanged,
            EventKind::Closed,
            EventKind::Reopened,
            rated(3, None),
        ] {
            happen(tx, scope, &talk, kind)?;
        }
        say(tx, &talk, MessageKind::Agent, "bye")?;
        let expected = [
            "1 message hello",
            "2 Hidden",
            "3 Hidden",
            "4 Hidden",
            "5 Hidden",
            "6 Closed",
            "7 Reopened",
            "8 Rated { score: 3, comment: None }",
            "9 message bye",
        ];
        let own = scope_of(scope, &guest);
        let listed = events::list_after(tx, own, talk.number, 0, 100)?;
        assert_eq!(in_short(&listed), expected);
        let listed = events::list_before(tx, own, talk.number, 10, 100)?;
        assert_eq!(in_short(&listed), expected);

        let other = organization(tx, "other")?;
        let stranger = visitor(tx, scope, "stranger")?;
        for foreign in [other, scope_of(scope, &stranger)] {
            let listed = events::list_after(tx, foreign, talk.number, 0, 100)?;
            assert_eq!(in_short(&listed), [""; 0]);
            let listed = events::list_before(tx, foreign, talk.number, 9, 100)?;
            assert_eq!(in_short(&listed), [""; 0]);
        }
        Ok(())
    })
    .await;
}

async fn pages_follow_on_each_other_both_ways(database: TestDatabase) {
    story(&database, |tx| {
        let (scope, _, talk) = talk(tx, "one")?;
        let stranger = visitor(tx, scope, "stranger")?;
        let elsewhere = conversation(tx, scope, &stranger)?;
        for round in 0..6 {
            say(tx, &talk, MessageKind::Visitor, "hello")?;
            say(tx, &elsewhere, MessageKind::Visitor, "not here")?;
            for _ in 0..round % 3 {
                happen(tx, scope, &talk, EventKind::VisitorChanged)?;
            }
        }
        let all: Vec<i64> = (1..=12).collect();
        let seqs = |events: Vec<Event>| -> Vec<i64> {
            events.into_iter().map(|event| event.seq).collect()
        };
        for limit in [1, 2, 5, 12, 13] {
            let (mut on, mut back) = (Vec::new(), Vec::new());
            loop {
                let after = on.last().copied().unwrap_or_default();
                let page = seqs(events::list_after(tx, scope, talk.number, after, limit)?);
                let before = back.first().copied().unwrap_or(i64::MAX);
                let earlier = seqs(events::list_before(tx, scope, talk.number, before, limit)?);
                assert_eq!(page.len(), earlier.len());
                if page.is_empty() {
                    break;
                }
                on.extend(page);
                back.splice(0..0, earlier);
            }
            assert_eq!((&on, &back), (&all, &all), "{limit} at once");
        }
        Ok(())
    })
    .await;
}

async fn a_message_that_was_changed_is_known(database: TestDatabase) {
    story(&database, |tx| {
        let (scope, _, talk) = talk(tx, "one")?;
        let edited = say(tx, &talk, MessageKind::Agent, "edited")?;
        let deleted = say(tx, &talk, MessageKind::Agent, "deleted")?;
        let kept = say(tx, &talk, MessageKind::Agent, "kept")?;
        happen(
            tx,
            scope,
            &talk,
            EventKind::Edited(Arc::new(edited.clone())),
        )?;
        happen(tx, scope, &talk, EventKind::Deleted(deleted.id.clone()))?;
        // An agent may have an id that looks like anything.
        let named = AgentId::new(kept.id.as_str());
        happen(tx, scope, &talk, EventKind::Assigned(Some(named)))?;
        for (message, expected) in [(edited, true), (deleted, true), (kept, false)] {
            let found = events::is_message_changed(tx, talk.number, message.seq, &message.id)?;
            assert_eq!(found, expected, "{}", message.text);
        }
        Ok(())
    })
    .await;
}
