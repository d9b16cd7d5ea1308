//! Pages show visitors automatic messages (contract C.3, D.1).

use serde_json::{Value, json};
use testing::{
    client::{Answer, Client},
    receiver::Receiver,
    server::TestServer,
};

use crate::{
    arrange::{
        agent_says, id_of, items, new_agent, new_group, only_conversation, text_of, visitor_says,
    },
    live::arrange::connect,
    visits::Guest,
    webhooks::{self, add},
};

const MINUTE_MS: i64 = 60_000;

const NOBODY: &str = "409 agent_unavailable: no agent who could say it takes chats now";

fn show(client: &Client, body: &Value) -> Answer {
    client.post("/live/auto-message", body)
}

/// Has an agent take chats for two minutes.
fn ping(server: &TestServer, agent_id: &str) {
    let body = json!({"agentId": agent_id});
    let answer = server
        .client()
        .post("/v3/conversations/agentOnlinePing", &body);
    answer.empty(201);
}

fn messages(server: &TestServer) -> Vec<Value> {
    let conversation = only_conversation(&server.client());
    let id = text_of(&conversation["id"]);
    items(
        &server.client(),
        &format!("/api/v1/conversations/{id}/messages"),
    )
}

#[test]
fn an_automatic_message_comes_from_an_agent_who_takes_chats() {
    let server = TestServer::start();
    let away = new_agent(&server.client(), "away@agents.example", "Away");
    ping(&server, server.agent_id());
    let guest = Guest::arrive(&server, &json!({}));
    let mut at_visitor = connect(&guest.client);
    at_visitor.subscribe("me", None);
    let shown = show(&guest.client, &json!({"text": "Do you need help?"})).json(201);
    for (name, expected) in [
        ("type", json!("agent")),
        ("text", json!("Do you need help?")),
        ("visitorId", json!(guest.id)),
        ("agentId", json!(server.agent_id())),
        ("isTrigger", json!(true)),
        ("isSentViaJsApi", json!(true)),
        ("isPushed", json!(false)),
        ("seq", json!(1)),
    ] {
        assert_eq!(shown[name], expected, "{name}");
    }
    let told = at_visitor.expect("hb");
    let ch = format!("c:{}", text_of(&shown["conversationId"]));
    assert_eq!(told["heads"], json!({ch.as_str(): 1}));
    let page = at_visitor.subscribe(&ch, None);
    assert_eq!(page["events"][0]["id"], shown["id"]);
    assert_eq!(page["events"][0]["data"]["isTrigger"], true);
    assert_eq!(page["events"][0].get("cid"), None);

    let named = json!({"text": "I am Away", "agentId": away});
    assert_eq!(show(&guest.client, &named).refusal(), NOBODY);
    ping(&server, &away);
    assert_eq!(
        show(&guest.client, &named).json(201)["agentId"],
        json!(away)
    );
}

#[test]
fn it_starts_no_chat_and_is_told_with_the_one_that_the_visitor_starts() {
    let (server, receiver) = (webhooks::start(), Receiver::start());
    let client = server.client();
    let wanted = ["conversationStarted", "conversationTranscript"];
    add(&client, &receiver.url(), &wanted);
    ping(&server, server.agent_id());
    let guest = Guest::arrive(&server, &json!({}));
    show(&guest.client, &json!({"text": "Do you need help?"})).json(201);
    let conversation = only_conversation(&client);
    assert_eq!(conversation["isChatOpen"], false);
    visitor_says(&client, &guest.id, "I do");
    let started = receiver.wait_for(1).swap_remove(0).json();
    assert_eq!(started["eventName"], "conversationStarted");
    assert_eq!(started["message"]["text"], "I do");
    let path = format!(
        "/api/v1/conversations/{}/close",
        text_of(&conversation["id"])
    );
    client.post(&path, &json!({})).json(200);
    let transcript = receiver.wait_for(2).swap_remove(1).json();
    assert_eq!(webhooks::texts(&transcript), ["Do you need help?", "I do"]);
    assert_eq!(transcript["messages"][0]["isTrigger"], true);
}

#[test]
fn nothing_is_written_where_nobody_takes_chats() {
    let server = TestServer::start();
    let client = server.client();
    let guest = Guest::arrive(&server, &json!({}));
    let (support, sales) = (
        new_group(&client, "Support", &[server.agent_id()]),
        new_group(&client, "Sales", &[]),
    );
    let theirs = server.second_organization();
    let refuse = |more: Value| {
        let body = super::and(&json!({"text": "Do you need help?"}), &more);
        assert_eq!(show(&guest.client, &body).refusal(), NOBODY, "{more}");
    };
    refuse(json!({}));
    refuse(json!({"agentId": server.agent_id()}));
    refuse(json!({"groupId": support}));
    ping(&server, server.agent_id());
    ping_of(&server.client_of(&theirs), &theirs.agent_id);
    refuse(json!({"groupId": sales}));
    refuse(json!({"groupId": "nobodys"}));
    refuse(json!({"agentId": "nobody"}));
    refuse(json!({"agentId": theirs.agent_id}));
    // Invisible agents are not used (contract D.1).
    let path = format!("/api/v1/agents/{}", server.agent_id());
    client.put(&path, &json!({"status": "invisible"})).json(200);
    refuse(json!({}));
    client.put(&path, &json!({"status": "online"})).json(200);
    assert!(items(&client, "/api/v1/conversations").is_empty());
    assert_eq!(guest.session["conversationId"], Value::Null);
    let body = json!({"text": "Do you need help?", "groupId": support});
    show(&guest.client, &body).json(201);
}

fn ping_of(client: &Client, agent_id: &str) {
    let body = json!({"agentId": agent_id});
    client
        .post("/v3/conversations/agentOnlinePing", &body)
        .empty(201);
}

#[test]
fn a_visitor_of_a_group_hears_from_its_agents() {
    let server = TestServer::start();
    let client = server.client();
    let seller = new_agent(&client, "seller@agents.example", "Seller");
    let sales = new_group(&client, "Sales", &[&seller]);
    let guest = Guest::arrive(&server, &json!({"groupId": sales}));
    ping(&server, server.agent_id());
    let body = json!({"text": "Do you need help?"});
    assert_eq!(show(&guest.client, &body).refusal(), NOBODY);
    ping(&server, &seller);
    assert_eq!(
        show(&guest.client, &body).json(201)["agentId"],
        json!(seller)
    );
}

#[test]
fn a_page_that_is_loaded_again_shows_nothing_twice() {
    let server = TestServer::start();
    ping(&server, server.agent_id());
    let guest = Guest::arrive(&server, &json!({}));
    let body = json!({"text": "Do you need help?"});
    let first = show(&guest.client, &body).json(201);
    // An agent who says the same is not the page.
    agent_says(
        &server.client(),
        server.agent_id(),
        &guest.id,
        "Do you need help?",
    );
    server.advance(10 * MINUTE_MS);
    // Nobody takes chats any more: it was shown before all the same.
    assert_eq!(show(&guest.client, &body).json(201), first);
    let other = json!({"text": "Do you really not need help?"});
    assert_eq!(show(&guest.client, &other).refusal(), NOBODY);
    ping(&server, server.agent_id());
    show(&guest.client, &other).json(201);
    server.advance(1);
    assert_ne!(show(&guest.client, &body).json(201)["id"], first["id"]);
    assert_eq!(messages(&server).len(), 4);
}

#[test]
fn a_request_that_is_sent_twice_is_done_once() {
    let server = TestServer::start();
    ping(&server, server.agent_id());
    let guest = Guest::arrive(&server, &json!({}));
    let once = guest
        .client
        .with_header("idempotency-key", "tab 1, trigger 7");
    let body = json!({"text": "Do you need help?"});
    let first = show(&once, &body).json(201);
    server.advance(60 * MINUTE_MS);
    assert_eq!(show(&once, &body).json(201), first);
    assert_eq!(
        show(&once, &json!({"text": "Something else"})).refusal(),
        "422 duplicate_request: the Idempotency-Key was used before with another request"
    );
    // Keys of other visitors are others.
    ping(&server, server.agent_id());
    let other = Guest::arrive(&server, &json!({}));
    let other = other
        .client
        .with_header("idempotency-key", "tab 1, trigger 7");
    let second = show(&other, &json!({"text": "Something else"})).json(201);
    assert_ne!(id_of(&second), id_of(&first));
}

#[test]
fn what_is_no_text_is_refused_and_who_asks_too_often_waits() {
    let server = TestServer::start_with(|config| config.limits.visitor_calls_per_minute = 5);
    ping(&server, server.agent_id());
    let guest = Guest::arrive(&server, &json!({}));
    for (body, expected) in [
        (json!({}), "400 missing_parameter: text is missing"),
        (
            json!({"text": " "}),
            "400 missing_parameter: text is missing",
        ),
        (
            json!({"text": "t".repeat(1_001)}),
            "400 invalid_parameter: text is longer than 1000 characters",
        ),
        (
            json!({"text": "Hi", "visitorId": "x"}),
            "400 invalid_parameter: unknown field visitorId",
        ),
    ] {
        let refusal = show(&guest.client, &body).refusal();
        assert!(refusal.starts_with(expected), "{refusal}");
    }
    assert!(items(&server.client(), "/api/v1/conversations").is_empty());
    for text in ["1", "2"] {
        show(&guest.client, &json!({"text": text})).json(201);
    }
    assert_eq!(show(&guest.client, &json!({"text": "3"})).status, 429);
    for stranger in [server.stranger(), server.client()] {
        assert_eq!(show(&stranger, &json!({"text": "Hi"})).status, 401);
    }
}
