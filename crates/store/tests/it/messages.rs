//! Messages and notes, in the order in which they are read.

use model::{
    agent::Agent,
    conversation::Conversation,
    id::MessageId,
    message::{Mailbox, Message, MessageAgent, MessageDetails, MessageKind},
};
use store::{Error, Verdict, messages};
use testing::{both_databases, database::TestDatabase};

use crate::scene::{
    NOON, agent, message, organization, read, say, scope_of, story, talk, visitor, write,
};

both_databases!(
    a_message_is_found_as_it_was_written,
    a_visitor_sees_their_own_messages_and_no_notes,
    messages_are_read_page_by_page_from_both_ends,
    a_client_made_id_finds_what_its_author_sent,
    nobody_sends_the_same_client_made_id_twice,
    a_message_is_edited_marked_and_deleted,
    what_a_page_showed_is_found_by_its_text_and_by_its_cid,
);

fn by(agent: &Agent, message: Message) -> Message {
    Message {
        agent: Some(MessageAgent {
            number: agent.number,
            id: agent.id.clone(),
            name: agent.name.clone(),
            userpic: agent.userpic.clone(),
        }),
        ..message
    }
}

async fn a_message_is_found_as_it_was_written(database: TestDatabase) {
    story(&database, |tx| {
        let (scope, _, conversation) = talk(tx, "one")?;
        let other = organization(tx, "other")?;
        let ann = agent(tx, scope, "Ann \"A\" O'Neill 💬")?;
        let text = "'; drop table messages --\r\n\"\\%_ \u{202e}שלום 👩‍👩‍👧 e\u{301}";
        let plain = message(&conversation, 1, MessageKind::Visitor, text);
        let full = Message {
            is_pushed: true,
            is_trigger: true,
            is_missed: true,
            is_missed_by_visitor: true,
            is_bot: true,
            is_sent_via_js_api: true,
            received_from: Some("Café's \"CRM\"".to_owned()),
            cid: Some("cid'1".to_owned()),
            details: Some(Box::new(MessageDetails {
                subject: Some("Re: \"Ä\" \\ 🍵".to_owned()),
                to: vec![Mailbox {
                    email: "zoë@exämple.com".to_owned(),
                    name: String::new(),
                }],
                ..MessageDetails::default()
            })),
            ..by(&ann, message(&conversation, 2, MessageKind::Agent, ""))
        };

        for written in [&plain, &full] {
            messages::insert(tx, written)?;
            let found = messages::find(tx, scope, &written.id)?;
            assert_eq!(found.as_ref(), Some(written));
            assert_eq!(messages::find(tx, other, &written.id)?, None);
        }
        let unknown = MessageId::new("unknown");
        assert_eq!(messages::find(tx, scope, &unknown)?, None);
        Ok(())
    })
    .await;
}

async fn a_visitor_sees_their_own_messages_and_no_notes(database: TestDatabase) {
    story(&database, |tx| {
        let (scope, guest, conversation) = talk(tx, "one")?;
        let stranger = visitor(tx, scope, "stranger")?;
        let hello = say(tx, &conversation, MessageKind::Visitor, "hello")?;
        let note = say(tx, &conversation, MessageKind::Note, "rude")?;
        let answer = say(tx, &conversation, MessageKind::Agent, "welcome")?;
        let number = conversation.number;

        let all = [hello.clone(), note.clone(), answer.clone()];
        assert_eq!(messages::list_from(tx, scope, number, 1, 9)?, all);
        let own = scope_of(scope, &guest);
        assert_eq!(messages::find(tx, own, &note.id)?, None);
        assert_eq!(messages::find(tx, own, &answer.id)?, Some(answer.clone()));
        let seen = [hello.clone(), answer.clone()];
        assert_eq!(messages::list_from(tx, own, number, 1, 9)?, seen);
        let newest_first = [answer.clone(), hello.clone()];
        assert_eq!(messages::list(tx, own, number, i64::MAX, 9)?, newest_first);

        let foreign = scope_of(scope, &stranger);
        assert_eq!(messages::find(tx, foreign, &hello.id)?, None);
        assert_eq!(messages::list(tx, foreign, number, i64::MAX, 9)?, []);
        assert_eq!(messages::list_from(tx, foreign, number, 1, 9)?, []);
        Ok(())
    })
    .await;
}

async fn messages_are_read_page_by_page_from_both_ends(database: TestDatabase) {
    story(&database, |tx| {
        let (scope, _, conversation) = talk(tx, "one")?;
        let (other, _, elsewhere) = talk(tx, "other")?;
        let mut written = Vec::new();
        for index in 0..5 {
            let text = index.to_string();
            written.push(say(tx, &conversation, MessageKind::Visitor, &text)?);
            say(tx, &elsewhere, MessageKind::Visitor, &text)?;
        }
        // The hole of a deleted one does not shorten a page.
        let gone = written.remove(1);
        messages::delete(tx, &gone, NOON)?;
        let number = conversation.number;

        let first = messages::list_from(tx, scope, number, 0, 3)?;
        assert_eq!(first, written[..3]);
        let second = messages::list_from(tx, scope, number, first[2].seq + 1, 3)?;
        assert_eq!(second, written[3..]);
        assert_eq!(messages::list_from(tx, other, number, 0, 3)?, []);

        written.reverse();
        let first = messages::list(tx, scope, number, i64::MAX, 3)?;
        assert_eq!(first, written[..3]);
        let second = messages::list(tx, scope, number, first[2].seq, 3)?;
        assert_eq!(second, written[3..]);
        assert_eq!(messages::list(tx, other, number, i64::MAX, 3)?, []);
        Ok(())
    })
    .await;
}

fn with_cid(conversation: &Conversation, seq: i64, kind: MessageKind, cid: &str) -> Message {
    Message {
        cid: Some(cid.to_owned()),
        ..message(conversation, seq, kind, "text")
    }
}

async fn a_client_made_id_finds_what_its_author_sent(database: TestDatabase) {
    story(&database, |tx| {
        let (scope, _, conversation) = talk(tx, "one")?;
        let (_, _, elsewhere) = talk(tx, "other")?;
        let [ann, ben] = [agent(tx, scope, "ann")?, agent(tx, scope, "ben")?];
        let visitors = with_cid(&conversation, 1, MessageKind::Visitor, "same");
        let anns = by(&ann, with_cid(&conversation, 2, MessageKind::Agent, "same"));
        let bens = by(&ben, with_cid(&conversation, 3, MessageKind::Agent, "same"));
        let note = by(&ben, with_cid(&conversation, 4, MessageKind::Note, "same"));
        for written in [&visitors, &anns, &bens, &note] {
            messages::insert(tx, written)?;
        }

        for written in [visitors, anns, bens, note.clone()] {
            let author = written.agent.as_ref().map(|agent| agent.number);
            let find = |tx: &mut _, conversation, cid| {
                messages::find_by_cid(tx, conversation, written.kind, author, cid)
            };
            assert_eq!(
                find(tx, conversation.number, "same")?,
                Some(written.clone())
            );
            assert_eq!(find(tx, conversation.number, "Same")?, None);
            assert_eq!(find(tx, elsewhere.number, "same")?, None);
        }
        let nobodys = messages::find_by_cid(
            tx,
            conversation.number,
            MessageKind::Note,
            Some(ann.number),
            "same",
        )?;
        assert_eq!(nobodys, None);

        // Sending again what was deleted meanwhile must not make it anew.
        messages::delete(tx, &note, NOON)?;
        let found = messages::find_by_cid(
            tx,
            conversation.number,
            MessageKind::Note,
            Some(ben.number),
            "same",
        )?;
        assert_eq!(found.map(|found| found.seq), Some(note.seq));
        Ok(())
    })
    .await;
}

async fn nobody_sends_the_same_client_made_id_twice(database: TestDatabase) {
    let db = database.open();
    let (scope, conversation) = write(&db, |tx| {
        let (scope, _, conversation) = talk(tx, "one")?;
        messages::insert(
            tx,
            &with_cid(&conversation, 1, MessageKind::Visitor, "same"),
        )?;
        Ok((scope, conversation))
    })
    .await;

    let again = with_cid(&conversation, 2, MessageKind::Visitor, "same");
    let answer = db
        .write(move |tx| {
            messages::insert(tx, &again)?;
            Ok(Verdict::<(), ()>::Keep((), Vec::new()))
        })
        .await;
    // PostgreSQL takes it for a conflict with another transaction, and gives up after some runs.
    let is_refused = matches!(answer, Err(Error::Database(_) | Error::Conflict(_)));
    assert!(is_refused, "{answer:?}");
    let found = read(&db, move |tx| {
        messages::list(tx, scope, conversation.number, i64::MAX, 9)
    })
    .await;
    assert_eq!(found.len(), 1);
}

async fn a_message_is_edited_marked_and_deleted(database: TestDatabase) {
    story(&database, |tx| {
        let (scope, _, conversation) = talk(tx, "one")?;
        let before = say(tx, &conversation, MessageKind::Visitor, "helo")?;
        let neighbour = say(tx, &conversation, MessageKind::Visitor, "neighbour")?;

        messages::set_text(tx, &before, "héllo 'you' 🍵")?;
        messages::mark_missed(tx, conversation.number, before.seq)?;
        let edited = Message {
            text: "héllo 'you' 🍵".to_owned(),
            is_missed: true,
            ..before.clone()
        };
        let found = messages::find(tx, scope, &before.id)?;
        assert_eq!(found.as_ref(), Some(&edited));
        messages::mark_missed_by_visitor(tx, conversation.number, before.seq)?;
        let found = messages::find(tx, scope, &before.id)?.expect("just found");
        assert!(found.is_missed && found.is_missed_by_visitor);

        messages::delete(tx, &before, NOON)?;
        assert_eq!(messages::find(tx, scope, &before.id)?, None);
        let found = messages::list(tx, scope, conversation.number, i64::MAX, 9)?;
        assert_eq!(found, [neighbour]);
        Ok(())
    })
    .await;
}

async fn what_a_page_showed_is_found_by_its_text_and_by_its_cid(database: TestDatabase) {
    story(&database, |tx| {
        let (scope, _, conversation) = talk(tx, "one")?;
        let (.., elsewhere) = talk(tx, "other")?;
        let (ann, bob) = (agent(tx, scope, "ann")?, agent(tx, scope, "bob")?);
        let text = "Do you need help?";
        say(tx, &conversation, MessageKind::Visitor, text)?;
        let mut written = Vec::new();
        for (seq, author, by_page, cid) in [
            (2, &ann, false, "cid-0001"),
            (3, &ann, true, "cid-0002"),
            (4, &bob, true, "cid-0003"),
        ] {
            let message = Message {
                is_trigger: by_page,
                is_sent_via_js_api: by_page,
                cid: Some(cid.to_owned()),
                ..message(&conversation, seq, MessageKind::Agent, text)
            };
            let message = by(author, message);
            messages::insert(tx, &message)?;
            written.push(message);
        }
        let [typed, first, second] = &written[..] else {
            panic!("{written:?}");
        };
        let here = conversation.number;
        for (number, text, since, above, expected) in [
            (here, text, NOON, 0, Some(second)),
            (here, text, NOON + 4, 3, Some(second)),
            (here, text, NOON + 5, 0, None),
            (here, text, NOON, 4, None),
            (here, "do you need help?", NOON, 0, None),
            (elsewhere.number, text, NOON, 0, None),
        ] {
            let found = messages::find_shown_by_page(tx, number, text, since, above)?;
            assert_eq!(found.as_ref(), expected, "{text} {since} {above}");
        }
        let cid = |message: &Message| message.cid.clone().expect("a cid");
        for (number, cid, expected) in [
            (here, cid(first), Some(first)),
            (here, cid(second), Some(second)),
            (here, cid(typed), None),
            (elsewhere.number, cid(first), None),
        ] {
            let found = messages::find_shown_by_cid(tx, number, &cid)?;
            assert_eq!(found.as_ref(), expected, "{cid}");
        }
        messages::delete(tx, second, NOON)?;
        let found = messages::find_shown_by_page(tx, here, text, NOON, 0)?;
        assert_eq!(found.as_ref(), Some(first));
        let found = messages::find_shown_by_cid(tx, here, &cid(second))?;
        assert_eq!(found.map(|found| found.text), Some(String::new()));
        Ok(())
    })
    .await;
}
