//! Visitors and agents talk.

use serde_json::{Value, json};
use testing::server::TestServer;

use super::arrange::{agent, agent_client, chatting, cid, connect, event, events, page, visitor};
use crate::arrange::{agent_says, text_of};

#[test]
fn a_visitor_and_an_agent_talk() {
    let server = TestServer::start();
    let visitor = visitor(&server);
    let mut at_visitor = connect(&visitor.client);
    let me = at_visitor.subscribe("me", None);
    assert_eq!(
        (&me["conversationId"], &me["isAnyAvailable"]),
        (&Value::Null, &json!(false))
    );
    let mut at_agent = agent(&server);
    at_agent.subscribe("inbox", None);

    // A visitor without a conversation writes, and the conversation comes of it.
    let ack = at_visitor.send("me", &cid(1), "Is anybody there?");
    let ch = text_of(&ack["ch"]).to_owned();
    assert_eq!((&ack["seq"], &ack["dup"]), (&json!(1), &json!(false)));
    let told = at_agent.expect("ev");
    assert_eq!(event(&told), "message 1");
    assert_eq!(told["ch"], "inbox");
    assert_eq!(format!("c:{}", text_of(&told["conversationId"])), ch);
    assert_eq!(told["data"]["text"], "Is anybody there?");
    assert_eq!(told["data"]["visitorId"], visitor.id);

    let page = at_visitor.subscribe(&ch, None);
    assert_eq!(events(&page), ["message 1"]);
    assert_eq!(page["events"][0]["cid"], cid(1));
    assert_eq!((&page["head"], &page["more"]), (&json!(1), &json!(false)));
    let page = at_agent.subscribe(&ch, None);
    assert_eq!(events(&page), ["message 1"]);

    let ack = at_agent.send(&ch, &cid(2), "Yes!");
    assert_eq!(ack["seq"], 2);
    for (socket, own) in [
        (&mut at_visitor, Value::Null),
        (&mut at_agent, json!(cid(2))),
    ] {
        let told = socket.find(|frame| frame["t"] == "ev" && frame["ch"] == ch.as_str());
        assert_eq!(event(&told), "message 2");
        assert_eq!((&told["by"], &told["id"]), (&json!("agent"), &ack["id"]));
        assert_eq!(
            (&told["data"]["text"], &told["cid"]),
            (&json!("Yes!"), &own)
        );
    }
    // What is written through the API is told too.
    agent_says(&server.client(), server.agent_id(), &visitor.id, "And more");
    assert_eq!(event(&at_visitor.expect("ev")), "message 3");
}

#[test]
fn a_page_says_who_it_is_by_its_first_frame() {
    let server = TestServer::start();
    let visitor = visitor(&server);
    let mut socket = page(&server);
    let refused = socket.say(&json!({"t": "sub", "ch": "me"}));
    assert!(refused);
    let nack = socket.expect("nack");
    assert_eq!(nack["code"], "permission_denied");
    socket.say(&json!({"t": "auth", "token": visitor.token}));
    let known = socket.expect("authok");
    assert_eq!(
        known,
        json!({"t": "authok", "role": "visitor", "visitorId": visitor.id})
    );
    let ack = socket.send("me", &cid(1), "hello");
    assert_eq!(ack["t"], "ack");

    let mut socket = page(&server);
    let key = &server.organization().api_key;
    socket.say(&json!({"t": "auth", "token": key, "agentId": server.agent_id()}));
    let known = socket.expect("authok");
    assert_eq!(
        known,
        json!({"t": "authok", "role": "agent", "agentId": server.agent_id()})
    );
}

#[test]
fn notes_and_what_only_agents_may_see_are_places_without_content_for_visitors() {
    let server = TestServer::start();
    let (visitor, mut at_visitor, ch) = chatting(&server);
    let mut at_agent = agent(&server);
    at_agent.subscribe(&ch, None);
    at_agent.say(
        &json!({"t": "send", "cid": cid(7), "ch": ch, "data": {"text": "rude", "isNote": true}}),
    );
    at_agent.expect("ack");
    let note = at_agent.expect("ev");
    assert_eq!(
        (event(&note).as_str(), &note["data"]["text"]),
        ("note 2", &json!("rude"))
    );
    let hidden = at_visitor.expect("ev");
    assert_eq!(
        hidden,
        json!({"t": "ev", "ch": ch, "seq": 2, "kind": "hidden"})
    );

    let id = ch.trim_start_matches("c:");
    let path = format!("/api/v1/conversations/{id}/assign");
    let body = json!({"agentId": server.agent_id()});
    let assigned = server.client().post(&path, &body);
    assert!(assigned.status < 300, "{}", assigned.text());
    assert_eq!(event(&at_agent.expect("ev")), "assignment 3");
    assert_eq!(event(&at_visitor.expect("ev")), "hidden 3");

    let mut again = connect(&visitor.client);
    let page = again.subscribe(&ch, None);
    assert_eq!(events(&page), ["message 1", "hidden 2", "hidden 3"]);
    assert!(!page.to_string().contains("rude"));
}

#[test]
fn what_was_read_is_told_to_the_other_side() {
    let server = TestServer::start();
    let (_visitor, mut at_visitor, ch) = chatting(&server);
    let mut at_agent = agent(&server);
    at_agent.subscribe(&ch, None);
    at_agent.say(&json!({"t": "seen", "ch": ch, "seq": 1}));
    let seen = at_visitor.expect("ev");
    assert_eq!(event(&seen), "seen 2");
    assert_eq!(seen["data"], json!({"by": "agent", "upTo": 1}));
    // A maximum: nothing comes of less.
    at_agent.say(&json!({"t": "seen", "ch": ch, "seq": 0}));
    at_agent.say(&json!({"t": "seen", "ch": ch, "seq": 1}));
    at_agent.send(&ch, &cid(1), "I read it");
    assert_eq!(event(&at_visitor.expect("ev")), "message 3");
}

#[test]
fn somebody_else_begins_a_conversation_and_the_visitor_hears_of_it() {
    let server = TestServer::start();
    let visitor = visitor(&server);
    let mut socket = connect(&visitor.client);
    socket.subscribe("me", None);
    let said = agent_says(
        &server.client(),
        server.agent_id(),
        &visitor.id,
        "May I help?",
    );
    assert_eq!(said["visitorId"], visitor.id);
    let heads = socket.expect("hb");
    let heads = heads["heads"].as_object().expect("heads");
    let (ch, head) = heads.iter().next().expect("a channel");
    assert_eq!(head, &json!(1));
    let page = socket.subscribe(ch, None);
    assert_eq!(page["events"][0]["data"]["text"], "May I help?");
}

#[test]
fn a_key_without_an_agent_reads_and_does_not_write() {
    let server = TestServer::start();
    let (_visitor, _socket, ch) = chatting(&server);
    let mut program = connect(&server.client());
    assert_eq!(events(&program.subscribe(&ch, None)), ["message 1"]);
    let nack = program.send(&ch, &cid(5), "I am nobody");
    assert_eq!(
        (&nack["code"], &nack["final"]),
        (&json!("permission_denied"), &json!(true))
    );
    let mut named = connect(&agent_client(&server));
    let ack = named.send(&ch, &cid(5), "I am somebody");
    assert_eq!(ack["t"], "ack");
    assert_eq!(event(&program.expect("ev")), "message 2");
}
