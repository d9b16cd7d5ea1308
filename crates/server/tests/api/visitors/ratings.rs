//! Visitors rate their chats.

use serde_json::{Value, json};
use testing::{
    client::{Answer, Client},
    receiver::Receiver,
    server::TestServer,
};

use super::DAY_MS;
use crate::{
    arrange::{VISITOR, agent_says, only_conversation, text_of, visitor_says},
    live::arrange::{chatting, connect, event},
    visits::Guest,
    webhooks::{self, add},
};

fn rate(client: &Client, score: i64, comment: Option<&str>) -> Answer {
    client.post("/live/rating", &json!({"score": score, "comment": comment}))
}

/// A visitor who has chatted, and whose chat an agent has closed.
fn served(server: &TestServer) -> Guest {
    let guest = Guest::arrive(server, &json!({}));
    let client = server.client();
    visitor_says(&client, &guest.id, "Do you have these in red?");
    agent_says(&client, server.agent_id(), &guest.id, "We do.");
    close(server);
    guest
}

fn close(server: &TestServer) {
    let conversation = only_conversation(&server.client());
    let path = format!(
        "/api/v1/conversations/{}/close",
        text_of(&conversation["id"])
    );
    server.client().post(&path, &json!({})).json(200);
}

fn last_rating(server: &TestServer) -> Value {
    only_conversation(&server.client())["lastRating"].clone()
}

#[test]
fn a_chat_is_rated_and_both_sides_see_it() {
    let server = TestServer::start();
    let (visitor, mut at_visitor, ch) = chatting(&server);
    let mut at_agent = crate::live::arrange::agent(&server);
    at_agent.subscribe(&ch, None);
    assert_eq!(last_rating(&server), Value::Null);
    let rated = rate(&visitor.client, 4, Some("Quick & kind: 10/10 ☺")).json(200);
    let expected = json!({"score": 4, "comment": "Quick & kind: 10/10 ☺", "ratedAt": server.now()});
    assert_eq!(rated, expected);
    assert_eq!(last_rating(&server), expected);
    let data = json!({"score": 4, "comment": "Quick & kind: 10/10 ☺"});
    for socket in [&mut at_visitor, &mut at_agent] {
        let told = socket.expect("ev");
        let expected = json!({
            "t": "ev", "ch": ch, "seq": 2, "kind": "rating", "at": server.now(), "by": "visitor", "data": data,
        });
        assert_eq!(told, expected);
    }
    // Whoever comes later reads the same, and what it was before it was changed.
    rate(&visitor.client, 5, Some("  ")).json(200);
    let page = connect(&visitor.client).subscribe(&ch, None);
    let events = page["events"].as_array().expect("events");
    let kinds: Vec<_> = events.iter().map(event).collect();
    assert_eq!(kinds, ["message 1", "rating 2", "rating 3"]);
    assert_eq!(events[1]["data"], data);
    assert_eq!(events[2]["data"], json!({"score": 5, "comment": null}));
    assert_eq!(last_rating(&server)["score"], 5);
}

#[test]
fn saying_the_same_again_is_nothing_new() {
    let server = TestServer::start();
    let guest = served(&server);
    let first = rate(&guest.client, 3, Some("So so")).json(200);
    let head = only_conversation(&server.client())["head"].clone();
    server.advance(1_000);
    assert_eq!(rate(&guest.client, 3, Some("So so")).json(200), first);
    assert_eq!(only_conversation(&server.client())["head"], head);
    assert_eq!(only_conversation(&server.client())["status"], "closed");
}

#[test]
fn a_rating_may_be_changed_until_a_day_after_the_end() {
    let server = TestServer::start();
    let guest = served(&server);
    server.advance(DAY_MS - 1);
    rate(&guest.client, 2, Some("Too small")).json(200);
    server.advance(1);
    rate(&guest.client, 4, None).json(200);
    server.advance(1);
    assert_eq!(
        rate(&guest.client, 5, None).refusal(),
        "403 permission_denied: a rating may be changed until a day after the end of the chat"
    );
    rate(&guest.client, 4, None).json(200);
    assert_eq!(last_rating(&server)["score"], 4);

    // The next chat is another; who never rated it may do so whenever they come back.
    visitor_says(&server.client(), &guest.id, "And in blue?");
    close(&server);
    assert_eq!(last_rating(&server)["score"], 4, "the last there was");
    server.advance(3 * DAY_MS);
    rate(&guest.client, 1, Some("Nobody answered")).json(200);
    assert_eq!(last_rating(&server)["comment"], "Nobody answered");
}

#[test]
fn without_a_chat_there_is_nothing_to_rate() {
    let server = TestServer::start();
    let guest = Guest::arrive(&server, &json!({}));
    let nothing = "404 document_not_found: Chat not found";
    assert_eq!(rate(&guest.client, 5, None).refusal(), nothing);
    crate::arrange::push(&server.client(), &guest.id, "20 % off today");
    assert_eq!(rate(&guest.client, 5, None).refusal(), nothing);
    // That somebody else has one is nothing to them.
    visitor_says(&server.client(), VISITOR, "Hello?");
    assert_eq!(rate(&guest.client, 5, None).refusal(), nothing);
    for stranger in [server.stranger(), server.client()] {
        assert_eq!(rate(&stranger, 5, None).status, 401);
    }
}

#[test]
fn what_is_no_rating_is_refused() {
    let server = TestServer::start();
    let guest = served(&server);
    let head = only_conversation(&server.client())["head"].clone();
    for (body, expected) in [
        (json!({}), "400 missing_parameter: score is missing"),
        (
            json!({"score": 0}),
            "400 out_of_range: score must be 1 to 5",
        ),
        (
            json!({"score": 6}),
            "400 out_of_range: score must be 1 to 5",
        ),
        (
            json!({"score": 4.5}),
            "400 invalid_parameter: score: invalid type",
        ),
        (
            json!({"score": 5, "comment": "c".repeat(1_001)}),
            "400 invalid_parameter: comment is longer than 1000 characters",
        ),
        (
            json!({"score": 5, "conversationId": "x"}),
            "400 invalid_parameter: unknown field conversationId",
        ),
    ] {
        let refusal = guest.client.post("/live/rating", &body).refusal();
        assert!(refusal.starts_with(expected), "{refusal}");
    }
    assert_eq!(last_rating(&server), Value::Null);
    assert_eq!(only_conversation(&server.client())["head"], head);
    rate(&guest.client, 1, Some(&"☹".repeat(1_000))).json(200);
}

#[test]
fn receivers_of_webhooks_are_told_as_before() {
    let (server, receiver) = (webhooks::start(), Receiver::start());
    let client = server.client();
    add(
        &client,
        &receiver.url(),
        &["conversationTranscript", "conversationClosed"],
    );
    let guest = Guest::arrive(&server, &json!({}));
    visitor_says(&client, &guest.id, "Hello?");
    rate(&guest.client, 1, Some("Nobody answers")).json(200);
    close(&server);
    let told = receiver.wait_for(2);
    for request in &told {
        let body = request.json().to_string();
        assert!(!body.contains("Nobody answers"), "{body}");
        assert!(!body.to_lowercase().contains("rating"), "{body}");
    }
}
