//! Two nodes on one database that hear nothing of each other: the store is asked, and nothing is lost.

use serde_json::json;
use testing::server::{TestServer, eventually};

use super::arrange::{agent, chatting, cid, connect, event, events, visitor};
use crate::arrange::{agent_says, text_of};

const SECOND: i64 = 1_000;

#[test]
fn what_happens_on_another_node_is_told_within_seconds() {
    let (here, there) = TestServer::start_two();
    let (_visitor, mut at_visitor, ch) = chatting(&here);
    let mut at_agent = agent(&there);
    at_agent.subscribe("inbox", None);
    assert_eq!(events(&at_agent.subscribe(&ch, None)), ["message 1"]);

    at_visitor.send(&ch, &cid(1), "to the other side");
    assert_eq!(event(&at_visitor.expect("ev")), "message 2");
    here.advance(2 * SECOND);
    let told = at_agent.find(|frame| frame["t"] == "ev" && frame["ch"] == ch.as_str());
    assert_eq!(event(&told), "message 2");
    let listed = at_agent.find(|frame| frame["t"] == "ev" && frame["ch"] == "inbox");
    assert_eq!(event(&listed), "message 2");

    at_agent.send(&ch, &cid(2), "and back");
    here.advance(2 * SECOND);
    assert_eq!(event(&at_visitor.expect("ev")), "message 3");
}

#[test]
fn a_conversation_that_begins_on_another_node_is_heard_of() {
    let (here, there) = TestServer::start_two();
    let visitor = visitor(&here);
    let mut at_visitor = connect(&visitor.client);
    at_visitor.subscribe("me", None);
    let mut at_agent = agent(&there);
    at_agent.subscribe("inbox", None);
    agent_says(
        &there.client(),
        there.agent_id(),
        &visitor.id,
        "hello there",
    );
    here.advance(2 * SECOND);
    let heads = eventually("the conversation", || {
        let frame = at_visitor.expect("hb");
        frame["heads"]
            .as_object()
            .and_then(|heads| heads.keys().next().cloned())
    });
    let page = at_visitor.subscribe(&heads, None);
    assert_eq!(page["events"][0]["data"]["text"], "hello there");
    // And the other way: the list of an agent here shows what a visitor began there.
    let stranger = super::arrange::visitor(&there);
    let ack = connect(&stranger.client).send("me", &cid(7), "from there");
    let mut list = agent(&here);
    list.subscribe("inbox", None);
    let ack_there = connect(&stranger.client).send("me", &cid(8), "and more");
    here.advance(2 * SECOND);
    let told = list.find(|frame| frame["data"]["text"] == "and more");
    assert_eq!(told["seq"], ack_there["seq"]);
    assert_eq!(
        format!("c:{}", text_of(&told["conversationId"])),
        text_of(&ack["ch"])
    );
}

#[test]
fn b14_access_that_ends_on_another_node_ends_here_within_seconds() {
    let (here, there) = TestServer::start_two();
    let (banned, mut socket, _) = chatting(&here);
    here.advance(SECOND);
    let path = format!("/api/v1/visitors/{}", banned.id);
    let answer = there.client().put(&path, &json!({"isBanned": true}));
    assert!(answer.status < 300);
    here.advance(5 * SECOND);
    assert_eq!(socket.closed(), 4003);
}
