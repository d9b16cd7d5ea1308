//! Who is there, and who types.

use serde_json::{Value, json};
use testing::server::{TestServer, eventually};

use super::arrange::{agent, agent_client, chatting, connect, visitor};

const SECOND: i64 = 1_000;

fn status(server: &TestServer) -> Value {
    let path = format!("/api/v1/agents/{}", server.agent_id());
    server.client().get(&path).json(200)["status"].clone()
}

fn wait_for(server: &TestServer, wanted: &str) {
    eventually(wanted, || (status(server) == wanted).then_some(()));
}

#[test]
fn typing_is_told_to_the_other_side_and_previews_to_agents_only() {
    let server = TestServer::start();
    let (visitor, mut at_visitor, ch) = chatting(&server);
    let mut other_tab = connect(&visitor.client);
    other_tab.subscribe(&ch, None);
    let mut at_agent = agent(&server);
    at_agent.subscribe(&ch, None);
    let data = json!({"isTyping": true, "preview": "I was wond"});
    at_visitor.say(&json!({"t": "eph", "ch": ch, "kind": "typing", "data": data}));
    let told = at_agent.expect("eph");
    let data = json!({"by": "visitor", "isTyping": true, "preview": "I was wond"});
    assert_eq!(
        told,
        json!({"t": "eph", "ch": ch, "kind": "typing", "data": data, "ttl": 5_000})
    );

    at_agent.say(&json!({"t": "eph", "ch": ch, "kind": "typing", "data": {"isTyping": true, "preview": "we do not"}}));
    for socket in [&mut at_visitor, &mut other_tab] {
        let told = socket.expect("eph");
        let data = json!({"by": "agent", "isTyping": true, "agentName": "Olivia Owner"});
        assert_eq!(told["data"], data);
    }
    assert!(at_agent.is_silent());
}

#[test]
fn an_agent_is_online_while_connected_and_a_little_longer() {
    let server = TestServer::start();
    assert_eq!(status(&server), "offline");
    let mut socket = agent(&server);
    socket.subscribe("inbox", None);
    wait_for(&server, "online");
    for _ in 0..10 {
        server.advance(20 * SECOND);
        socket.say(&json!({"t": "hb"}));
        wait_for(&server, "online");
    }
    drop(socket);
    // The grace begins when the end is noticed, within five seconds.
    eventually("the grace", || {
        server.advance(5 * SECOND);
        (status(&server) == "offline").then_some(())
    });
}

#[test]
fn a_ping_keeps_an_agent_online_longer_than_a_connection_that_was_closed() {
    let server = TestServer::start();
    let socket = agent(&server);
    wait_for(&server, "online");
    let ping = json!({"agentId": server.agent_id()});
    let pinged = server
        .client()
        .post("/v3/conversations/agentOnlinePing", &ping);
    assert!(pinged.status < 300);
    drop(socket);
    for _ in 0..20 {
        server.advance(5 * SECOND);
    }
    server.advance(19 * SECOND);
    assert_eq!(status(&server), "online");
    server.advance(62 * SECOND);
    assert_eq!(status(&server), "offline");
}

#[test]
fn visitors_hear_when_somebody_takes_chats_and_when_nobody_does_any_more() {
    let server = TestServer::start();
    let mut at_visitor = connect(&visitor(&server).client);
    assert_eq!(at_visitor.subscribe("me", None)["isAnyAvailable"], false);
    let mut told = |expected: bool| {
        let frame = eventually("availability", || {
            server.advance(5 * SECOND);
            at_visitor.say(&json!({"t": "hb"}));
            let frames = if at_visitor.is_silent() {
                Vec::new()
            } else {
                at_visitor.kept()
            };
            frames
                .into_iter()
                .find(|frame| frame["t"] == "eph" && frame["data"]["isAnyAvailable"] == expected)
        });
        assert_eq!(
            (&frame["ch"], &frame["kind"]),
            (&json!("me"), &json!("presence"))
        );
    };
    let at_agent = connect(&agent_client(&server));
    told(true);
    drop(at_agent);
    told(false);
}

#[test]
fn lists_of_agents_hear_which_visitors_come_and_go() {
    let server = TestServer::start();
    let mut at_agent = agent(&server);
    at_agent.subscribe("inbox", None);
    let visitor = visitor(&server);
    let at_visitor = connect(&visitor.client);
    let mut told = |is_there: bool| {
        let frame = eventually("presence", || {
            server.advance(5 * SECOND);
            at_agent.say(&json!({"t": "hb"}));
            let frames = if at_agent.is_silent() {
                Vec::new()
            } else {
                at_agent.kept()
            };
            frames
                .into_iter()
                .find(|frame| frame["t"] == "eph" && frame["data"]["isThere"] == is_there)
        });
        assert_eq!(frame["data"]["visitorId"], visitor.id);
        assert_eq!(
            (&frame["ch"], &frame["kind"]),
            (&json!("inbox"), &json!("presence"))
        );
    };
    told(true);
    drop(at_visitor);
    told(false);
}

#[test]
fn both_sides_say_that_they_are_there_and_who_does_not_is_gone() {
    let server = TestServer::start();
    let (_visitor, mut socket, ch) = chatting(&server);
    server.advance(30 * SECOND);
    let heartbeat = socket.expect("hb");
    assert_eq!(heartbeat["heads"], json!({ch.as_str(): 1}));
    socket.say(&json!({"t": "hb", "cursors": {ch.as_str(): 1}}));
    server.advance(30 * SECOND);
    socket.expect("hb");
    // One that has what nobody wrote is told to begin anew.
    socket.say(&json!({"t": "hb", "cursors": {ch.as_str(): 2}}));
    assert_eq!(socket.closed(), 4010);

    let (_visitor, mut silent, _) = chatting(&server);
    server.advance(75 * SECOND);
    assert_eq!(silent.closed(), 0);
}
