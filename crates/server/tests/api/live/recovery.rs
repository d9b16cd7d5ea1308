//! Who comes back misses nothing, or is told so.

use app::messages::{SendAsVisitor, send_as_visitor};
use serde_json::{Value, json};
use testing::server::TestServer;

use super::arrange::{Visitor, agent, agent_client, chatting, cid, connect, event, events};
use crate::arrange::{agent_says, text_of};

/// Writes many messages as the visitor, in one transaction.
fn say_many(server: &TestServer, visitor: &Visitor, count: usize) {
    let (organization, id) = (server.organization().number, visitor.id.clone());
    let written = server.write(move |write| {
        let actor = app::Actor::System { organization };
        for number in 0..count {
            let message = SendAsVisitor {
                visitor_id: Some(id.clone()),
                text: Some(format!("number {number}")),
                cid: None,
                ..SendAsVisitor::default()
            };
            send_as_visitor(write, &actor, None, &message)?;
        }
        Ok(())
    });
    written.expect("messages");
}

fn seqs(page: &Value) -> Vec<i64> {
    let events = page["events"].as_array().expect("events");
    events
        .iter()
        .filter_map(|event| event["seq"].as_i64())
        .collect()
}

#[test]
fn who_comes_back_with_a_cursor_gets_what_was_missed_and_no_more() {
    let server = TestServer::start();
    let (visitor, socket, ch) = chatting(&server);
    drop(socket);
    agent_says(&server.client(), server.agent_id(), &visitor.id, "two");
    agent_says(&server.client(), server.agent_id(), &visitor.id, "three");
    let mut again = connect(&visitor.client);
    let first = again.subscribe(&ch, None);
    assert_eq!(
        (events(&first).len(), &first["recovered"]),
        (3, &json!(false))
    );
    let cursor = format!("{}:1", text_of(&first["epoch"]));
    let page = again.subscribe(&ch, Some(&cursor));
    assert_eq!(events(&page), ["message 2", "message 3"]);
    assert_eq!(
        (&page["recovered"], &page["head"]),
        (&json!(true), &json!(3))
    );
    let page = again.subscribe(&ch, Some(&format!("{}:3", text_of(&first["epoch"]))));
    assert_eq!((events(&page).len(), &page["recovered"]), (0, &json!(true)));
    agent_says(&server.client(), server.agent_id(), &visitor.id, "four");
    assert_eq!(event(&again.expect("ev")), "message 4");
}

#[test]
fn much_that_was_missed_comes_in_pages_and_too_much_begins_anew() {
    let server = TestServer::start();
    let (visitor, mut socket, ch) = chatting(&server);
    let epoch = text_of(&socket.subscribe(&ch, None)["epoch"]).to_owned();
    drop(socket);
    say_many(&server, &visitor, 450);

    let mut again = connect(&visitor.client);
    let mut page = again.subscribe(&ch, Some(&format!("{epoch}:1")));
    let mut got = seqs(&page);
    // What happens meanwhile waits for its turn.
    agent_says(
        &server.client(),
        server.agent_id(),
        &visitor.id,
        "meanwhile",
    );
    while page["more"] == true {
        let cursor = format!("{epoch}:{}", got.last().expect("a page"));
        again.say(&json!({"t": "more", "ch": ch, "cursor": cursor}));
        page = again.expect("subok");
        got.extend(seqs(&page));
    }
    assert_eq!(got, (2..=452).collect::<Vec<i64>>());
    agent_says(&server.client(), server.agent_id(), &visitor.id, "and now");
    assert_eq!(event(&again.expect("ev")), "message 453");

    say_many(&server, &visitor, 100);
    let mut again = connect(&visitor.client);
    let page = again.subscribe(&ch, Some(&format!("{epoch}:1")));
    assert_eq!(
        (&page["limited"], &page["recovered"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(seqs(&page), (354..=553).collect::<Vec<i64>>());
    assert_eq!(page["prev"], format!("{epoch}:354"));
    again.say(&json!({"t": "more", "ch": ch, "cursor": page["prev"], "before": true}));
    let older = again.expect("subok");
    assert_eq!(seqs(&older), (154..=353).collect::<Vec<i64>>());
    assert_eq!(older["prev"], format!("{epoch}:154"));
}

#[test]
fn d7_a_cursor_that_cannot_be_begins_anew_and_says_nothing_else() {
    let server = TestServer::start();
    let (_visitor, mut socket, ch) = chatting(&server);
    let epoch = text_of(&socket.subscribe(&ch, None)["epoch"]).to_owned();
    for cursor in [
        format!("{epoch}:99"),
        format!("{epoch}:-1"),
        "another:1".to_owned(),
        format!("{epoch}:9223372036854775808"),
        "words".to_owned(),
        "é".repeat(100),
    ] {
        server.advance(1_000);
        let page = socket.subscribe(&ch, Some(&cursor));
        assert_eq!(
            (events(&page).len(), &page["recovered"]),
            (1, &json!(false)),
            "{cursor}"
        );
        socket.say(&json!({"t": "more", "ch": ch, "cursor": cursor}));
        assert_eq!(events(&socket.expect("subok")), ["message 1"], "{cursor}");
    }
}

#[test]
fn d8_the_same_cid_is_the_same_message() {
    let server = TestServer::start();
    let (visitor, mut socket, ch) = chatting(&server);
    let first = socket.send(&ch, &cid(1), "once");
    let again = socket.send(&ch, &cid(1), "once");
    assert_eq!(again["dup"], true);
    assert_eq!((&again["id"], &again["seq"]), (&first["id"], &first["seq"]));
    let mut elsewhere = connect(&visitor.client);
    let again = elsewhere.send("me", &cid(1), "once");
    assert_eq!((&again["dup"], &again["id"]), (&json!(true), &first["id"]));
    let other = socket.send(&ch, &cid(1), "something else");
    assert_eq!(
        (&other["code"], &other["final"]),
        (&json!("cid_conflict"), &json!(true))
    );
    // Somebody else's is another message.
    let mut at_agent = agent(&server);
    let theirs = at_agent.send(&ch, &cid(1), "once");
    assert_eq!(
        (&theirs["t"], &theirs["dup"]),
        (&json!("ack"), &json!(false))
    );
    assert_ne!(theirs["id"], first["id"]);
}

#[test]
fn edits_and_deletions_are_told_and_read_as_they_are_now() {
    let server = TestServer::start();
    let (visitor, mut socket, ch) = chatting(&server);
    let client = server.client();
    let said = agent_says(&client, server.agent_id(), &visitor.id, "frist");
    assert_eq!(event(&socket.expect("ev")), "message 2");
    let path = format!("/v3/conversations/messages/{}", text_of(&said["id"]));
    let edited = client.put(&path, &json!({"text": "first"}));
    assert!(edited.status < 300, "{}", edited.text());
    let told = socket.expect("ev");
    assert_eq!(
        (event(&told).as_str(), &told["data"]["text"]),
        ("edit 3", &json!("first"))
    );
    assert_eq!(told["id"], said["id"]);
    assert!(client.delete(&path).status < 300);
    let told = socket.expect("ev");
    assert_eq!(
        (event(&told).as_str(), &told["data"]),
        ("delete 4", &json!({"messageId": said["id"]}))
    );
    let mut again = connect(&agent_client(&server));
    let page = again.subscribe(&ch, None);
    assert_eq!(
        events(&page),
        ["message 1", "hidden 2", "hidden 3", "delete 4"]
    );
}
