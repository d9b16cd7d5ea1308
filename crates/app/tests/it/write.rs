//! Writing over a socket: once for each cid, and only where one may.

use app::{
    Actor, Error, conversations,
    messages::{self, Which, WriteMessage, Written},
};
use model::{
    conversation::Status,
    id::{FileId, KeyNumber},
    key::Privileges,
    message::MessageKind,
};
use testing::{both_databases, database::TestDatabase};

use crate::scene::{START, Scene, told};

both_databases!(
    the_same_cid_is_the_same_message,
    of_two_who_send_the_same_at_once_one_is_told_of_the_other,
    another_body_is_refused_unless_the_message_was_changed,
    a_visitor_writes_into_their_own_conversation_only,
    an_agent_opens_what_was_closed,
    who_may_not_write_is_refused,
    what_is_no_message_is_refused,
);

/// What a client is told: the message's seq, and whether it was there before.
fn ack(written: app::Result<Written>) -> (i64, bool) {
    let written = written.expect("nothing refuses");
    (written.message.seq, written.is_duplicate)
}

#[track_caller]
fn require_forbidden(refused: app::Result<Written>) {
    let refused = refused.expect_err("it must be refused");
    assert!(matches!(refused, Error::Forbidden(_)), "{refused}");
}

async fn the_same_cid_is_the_same_message(database: TestDatabase) {
    let scene = Scene::begin(database).await;
    let (_, visitor) = scene.welcome("visitor").await;
    let mut news = scene.app.feed().subscribe();
    let first = scene.say(&visitor, None, "hello", "cid-0001").await;
    let first = first.expect("a visitor says hello");
    assert!(!first.is_duplicate);
    assert_eq!(first.message.cid.as_deref(), Some("cid-0001"));
    assert_eq!((first.message.seq, first.message.created_at), (1, START));
    let id = first.message.conversation_id.clone();

    scene.app.clock().advance(5);
    let again = scene.say(&visitor, Some(&id), "hello", "cid-0001").await;
    let again = again.expect("the same again");
    assert!(again.is_duplicate);
    assert_eq!(again.message, first.message);
    assert_eq!(told(&mut news), ["1 message hello"]);

    // Another author's is another message, and so is another conversation's.
    let (_, ann) = scene.hire("ann").await;
    let (stranger, _) = scene.talk("stranger").await;
    let agent = scene.agent;
    for (actor, expected) in [(&agent, 2), (&ann, 3)] {
        let said = scene.say(actor, Some(&id), "hello", "cid-0001").await;
        assert_eq!(ack(said), (expected, false));
        let said = scene.say(actor, Some(&id), "hello", "cid-0001").await;
        assert_eq!(ack(said), (expected, true));
    }
    let said = scene.say(&stranger, None, "hello", "cid-0001").await;
    assert_eq!(ack(said), (2, false));
    assert_eq!(scene.conversation(&id).await.head, 3);
}

async fn of_two_who_send_the_same_at_once_one_is_told_of_the_other(database: TestDatabase) {
    let scene = Scene::begin(database).await;
    let (_, visitor) = scene.welcome("visitor").await;
    for round in 0..8 {
        let cid = format!("cid-{round:04}");
        let send = || scene.say(&visitor, None, "hello", &cid);
        let (one, two, three) = tokio::join!(send(), send(), send());
        let mut acks = [ack(one), ack(two), ack(three)];
        acks.sort_unstable();
        let seq = round + 1;
        assert_eq!(acks, [(seq, false), (seq, true), (seq, true)]);
    }
}

async fn another_body_is_refused_unless_the_message_was_changed(database: TestDatabase) {
    let scene = Scene::begin(database).await;
    let (visitor, id) = scene.talk("visitor").await;
    let agent = scene.agent;
    let answer = scene.say(&agent, Some(&id), "answer", "cid-0001").await;
    let answer = answer.expect("an agent answers").message;
    let note = WriteMessage {
        conversation: Some(id.clone()),
        text: Some("answer".to_owned()),
        is_note: true,
        cid: "cid-0001".to_owned(),
        ..WriteMessage::default()
    };
    let with_file = WriteMessage {
        is_note: false,
        file_ids: vec![FileId::new("file")],
        ..note.clone()
    };
    for refused in [
        scene.say(&agent, Some(&id), "Answer", "cid-0001").await,
        scene.say(&visitor, None, "hello!", "hello-00").await,
        scene.send(&agent, note).await,
        scene.send(&agent, with_file).await,
    ] {
        let refused = refused.expect_err("it is another");
        assert!(matches!(refused, Error::Reused(_)), "{refused}");
    }

    // Whoever sends again what was edited or deleted meanwhile must not be told that it was never stored.
    let edited = answer.id.clone();
    scene
        .write(move |write| messages::edit(write, &agent, Which::Any, &edited, Some("better")))
        .await;
    let again = scene.say(&agent, Some(&id), "answer", "cid-0001").await;
    assert_eq!(ack(again), (answer.seq, true));
    let deleted = answer.id.clone();
    scene
        .write(move |write| messages::delete(write, &agent, Which::Any, &deleted))
        .await;
    let again = scene.say(&agent, Some(&id), "answer", "cid-0001").await;
    assert_eq!(ack(again), (answer.seq, true));
    assert_eq!(scene.conversation(&id).await.head, 4);
}

async fn a_visitor_writes_into_their_own_conversation_only(database: TestDatabase) {
    let scene = Scene::begin(database).await;
    let (visitor, id) = scene.talk("visitor").await;
    let (_, silent) = scene.welcome("silent").await;
    let (stranger, _) = scene.talk("stranger").await;
    for other in [&silent, &stranger] {
        let refused = scene.say(other, Some(&id), "hello", "cid-0001").await;
        let refused = refused.expect_err("it is not theirs");
        assert!(
            matches!(refused, Error::NotFound("Conversation")),
            "{refused}"
        );
    }
    let own = scene.read(move |tx| conversations::find_own(tx, &silent));
    assert_eq!(own.await, None, "nothing was made");
    let said = scene.say(&visitor, Some(&id), "mine", "cid-0001").await;
    assert_eq!(ack(said), (2, false));
    let found = scene.conversation(&id).await;
    assert_eq!(
        found.visitor_seen, 2,
        "who writes has seen what stands above"
    );
    let said = scene.say(&silent, None, "hello", "cid-0001").await;
    let said = said.expect("a visitor says hello").message;
    assert_eq!((said.seq, said.kind), (1, MessageKind::Visitor));
    assert_eq!(said.visitor_id.as_str(), "silent");
}

async fn an_agent_opens_what_was_closed(database: TestDatabase) {
    let scene = Scene::begin(database).await;
    let (_, id) = scene.talk("visitor").await;
    let (agent, closed) = (scene.agent, id.clone());
    scene
        .write(move |write| conversations::close(write, &agent, &closed))
        .await;
    let mut news = scene.app.feed().subscribe();
    let note = WriteMessage {
        conversation: Some(id.clone()),
        text: Some("done".to_owned()),
        is_note: true,
        cid: "note-000".to_owned(),
        ..WriteMessage::default()
    };
    let noted = scene.send(&agent, note).await.expect("an agent notes");
    assert_eq!(noted.message.kind, MessageKind::Note);
    assert_eq!(scene.conversation(&id).await.status, Status::Closed);
    let said = scene
        .say(&agent, Some(&id), "one more thing", "cid-0001")
        .await;
    let said = said.expect("an agent writes").message;
    assert_eq!(
        said.agent.as_ref().map(|agent| agent.name.as_str()),
        Some("Olivia Owner")
    );
    let found = scene.conversation(&id).await;
    assert_eq!((found.status, found.is_chat_open), (Status::Open, true));
    let expected = ["3 message done", "4 message one more thing", "5 Reopened"];
    assert_eq!(told(&mut news), expected);
}

async fn who_may_not_write_is_refused(database: TestDatabase) {
    let scene = Scene::begin(database).await;
    let (visitor, id) = scene.talk("visitor").await;
    let (number, ann) = scene.hire("ann").await;
    let organization = scene.organization;
    let key = Actor::ApiKey {
        organization,
        key: KeyNumber(1),
        privileges: Privileges::ALL,
    };
    let powerless = Actor::Agent {
        organization,
        agent: number,
        privileges: Privileges::of([]),
    };
    for actor in [key, powerless, Actor::System { organization }] {
        require_forbidden(scene.say(&actor, Some(&id), "hello", "cid-0001").await);
    }

    let owner = scene.agent;
    scene
        .write(move |write| {
            let ann = store::agents::get(write.tx(), owner.scope(), number)?;
            app::agents::delete(write, &owner, &ann.id)
        })
        .await;
    require_forbidden(scene.say(&ann, Some(&id), "hello", "cid-0001").await);

    let note = WriteMessage {
        text: Some("secret".to_owned()),
        is_note: true,
        cid: "cid-0001".to_owned(),
        ..WriteMessage::default()
    };
    require_forbidden(scene.send(&visitor, note).await);

    let banned = scene.conversation(&id).await.visitor;
    scene
        .write(move |write| {
            let scope = owner.scope();
            Ok(store::visitors::set_banned(
                write.tx(),
                scope,
                banned,
                Some(START),
            )?)
        })
        .await;
    require_forbidden(scene.say(&visitor, None, "hello", "cid-0001").await);
    require_forbidden(scene.say(&visitor, Some(&id), "hello", "hello-00").await);
    // Nor through a program that passes on what they write.
    let passed_on = scene.app.write(move |write| {
        let command = messages::SendAsVisitor {
            visitor_id: Some("visitor".to_owned()),
            text: Some("hello".to_owned()),
            ..messages::SendAsVisitor::default()
        };
        messages::send_as_visitor(write, &key, None, &command)
    });
    let refused = passed_on.await.expect_err("they are banned");
    assert!(matches!(refused, Error::Forbidden(_)), "{refused}");
    let answer = scene.say(&owner, Some(&id), "no", "answer-0").await;
    assert_eq!(ack(answer), (2, false), "agents still write to them");
}

async fn what_is_no_message_is_refused(database: TestDatabase) {
    let scene = Scene::begin(database).await;
    let (visitor, _) = scene.talk("visitor").await;
    let agent = scene.agent;
    let good = WriteMessage {
        text: Some("hello".to_owned()),
        cid: "cid-0001".to_owned(),
        ..WriteMessage::default()
    };
    let ids = |ids: &[&str]| ids.iter().map(|id| FileId::new(*id)).collect::<Vec<_>>();
    let eleven: Vec<String> = (0..11).map(|number| format!("file-{number}")).collect();
    let eleven: Vec<&str> = eleven.iter().map(String::as_str).collect();
    let with_files = |file_ids: Vec<FileId>| WriteMessage {
        file_ids,
        ..good.clone()
    };
    let with_cid = |cid: &str| WriteMessage {
        cid: cid.to_owned(),
        ..good.clone()
    };
    let without_text = WriteMessage {
        text: None,
        ..good.clone()
    };
    for (command, expected) in [
        (
            with_cid("short"),
            "cid must be 8 to 64 letters, digits, - or _",
        ),
        (
            with_cid("not plain!"),
            "cid must be 8 to 64 letters, digits, - or _",
        ),
        (without_text, "text is missing"),
        (with_files(ids(&eleven)), "fileIds holds more than 10 files"),
        (
            with_files(ids(&["a", "b", "a"])),
            "fileIds holds a file twice",
        ),
        (with_files(ids(&["unknown"])), "File not found"),
    ] {
        let refused = scene.send(&visitor, command).await;
        assert_eq!(
            refused.expect_err("it must be refused").to_string(),
            expected
        );
    }
    let nowhere = scene
        .send(&agent, good)
        .await
        .expect_err("it must be refused");
    assert_eq!(nowhere.to_string(), "conversation is missing");
    let own = scene.read(move |tx| conversations::find_own(tx, &visitor));
    assert_eq!(own.await.map(|own| own.head), Some(1));
}
