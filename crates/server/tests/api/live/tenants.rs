//! Nobody sees or touches what is not theirs.

use serde_json::json;
use testing::server::TestServer;

use super::arrange::{agent, agent_client, chatting, cid, connect, new_visitor, visitor};
use crate::arrange::text_of;

#[test]
fn b1_a_visitor_cannot_reach_anothers_conversation() {
    let server = TestServer::start();
    let (_owner, mut owners, ch) = chatting(&server);
    let second = server.second_organization();
    for stranger in [visitor(&server), new_visitor(&server, &second)] {
        let before = server.world();
        let mut socket = connect(&stranger.client);
        for frame in [
            json!({"t": "sub", "ch": ch}),
            json!({"t": "more", "ch": ch, "cursor": "x:0"}),
            json!({"t": "more", "ch": ch, "cursor": "x:1", "before": true}),
            json!({"t": "send", "cid": cid(5), "ch": ch, "data": {"text": "mine"}}),
            json!({"t": "seen", "ch": ch, "seq": 1}),
            json!({"t": "eph", "ch": ch, "kind": "typing", "data": {"isTyping": true}}),
        ] {
            socket.say(&frame);
            let nack = socket.expect("nack");
            assert_eq!(nack["code"], "not_found", "{frame}");
        }
        for ch in ["inbox", "c:unknown"] {
            socket.say(&json!({"t": "sub", "ch": ch}));
            assert_eq!(socket.expect("nack")["code"], "not_found");
        }
        assert_eq!(server.world(), before);
        let ack = owners.send(&ch, &cid(before.len()), "still mine");
        assert_eq!(ack["t"], "ack");
        assert!(socket.is_silent());
    }
}

#[test]
fn b1_another_organization_hears_and_reaches_nothing() {
    let server = TestServer::start();
    let (_visitor, mut socket, ch) = chatting(&server);
    let second = server.second_organization();
    let mut stranger = connect(
        &server
            .client_of(&second)
            .with_header("parlour-agent", &second.agent_id),
    );
    stranger.subscribe("inbox", None);
    for frame in [
        json!({"t": "sub", "ch": ch}),
        json!({"t": "send", "cid": cid(5), "ch": ch, "data": {"text": "mine"}}),
        json!({"t": "seen", "ch": ch, "seq": 1}),
    ] {
        stranger.say(&frame);
        assert_eq!(stranger.expect("nack")["code"], "not_found", "{frame}");
    }
    socket.send(&ch, &cid(6), "not for them");
    assert!(stranger.is_silent());
    let own = server
        .client_of(&second)
        .with_header("parlour-agent", server.agent_id());
    assert_eq!(testing::socket::Socket::open(&own).err(), Some(400));
}

#[test]
fn b6_visitors_see_exactly_what_is_for_them() {
    let server = TestServer::start();
    let (visitor, mut socket, ch) = chatting(&server);
    let mut at_agent = agent(&server);
    at_agent.subscribe(&ch, None);
    at_agent.say(&json!({"t": "send", "cid": cid(1), "ch": ch, "data": {"text": "secret note", "isNote": true}}));
    at_agent.send(&ch, &cid(2), "public");
    let told = socket.find(|frame| frame["kind"] == "message" && frame["seq"] == 3);
    let keys: Vec<_> = told.as_object().expect("a frame").keys().cloned().collect();
    assert_eq!(keys, ["at", "by", "ch", "data", "id", "kind", "seq", "t"]);
    let keys: Vec<_> = told["data"]
        .as_object()
        .expect("a message")
        .keys()
        .cloned()
        .collect();
    assert_eq!(
        keys,
        [
            "agentId",
            "agentName",
            "createdAt",
            "html",
            "id",
            "isBot",
            "isForward",
            "isMissed",
            "isMissedByVisitor",
            "isPushed",
            "isSentViaJsApi",
            "isTrigger",
            "text",
            "type",
            "visitorId",
        ]
    );
    let mut again = connect(&visitor.client);
    let mut everything = again.subscribe(&ch, None).to_string();
    everything.extend(socket.kept().iter().map(|frame| frame.to_string()));
    for secret in [
        "secret",
        "owner@getwear.example",
        visitor.token.as_str(),
        &cid(2),
    ] {
        assert!(!everything.contains(secret), "{secret}");
    }
    let mut agents = connect(&agent_client(&server));
    let page = agents.subscribe(&ch, None).to_string();
    assert!(page.contains("secret note") && !page.contains(&visitor.token));
    assert!(!text_of(&json!(page)).is_empty());
}
