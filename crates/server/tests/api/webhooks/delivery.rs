//! What a delivery carries, that it stays the same however often it is sent, and what the log says about it.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use testing::{
    receiver::{Receiver, Reply},
    server::START,
};

use super::{
    BREVO, Endpoint, SECOND_MS, attempts_of, settle,
    signature::{is_signed, signatures, verify},
    start, start_with_receiver,
};
use crate::arrange::{
    VISITOR, agent_says, id_of, is_id, items, only_conversation, text_of, visitor_says,
};

#[test]
fn a_delivery_is_signed_by_the_standard_and_says_what_it_is_about() {
    let (server, receiver) = (start(), Receiver::start());
    let client = server.client();
    let endpoint = Endpoint::add(&client, &receiver, &["conversationStarted"]);
    visitor_says(&client, "of-the-past", "Hello?");
    let old = receiver.wait_for(1).remove(0);
    settle(&client);

    #[expect(
        clippy::disallowed_methods,
        reason = "the standard's library compares with the machine's clock"
    )]
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = now.expect("it is after 1970").as_millis() as i64;
    server.advance(now - START);
    visitor_says(&client, VISITOR, "Grüße 👋");
    let received = receiver.wait_for(2).remove(1);
    verify(&received, &endpoint.secret).expect("it is sound");

    assert_eq!(received.path, "/hook");
    let sent_at = (now / SECOND_MS).to_string();
    let list = client.get("/api/v1/conversations").json(200);
    let conversation = text_of(&list["items"][0]["id"]);
    for (name, value) in [
        ("content-type", "application/json"),
        ("webhook-timestamp", &sent_at),
        ("parlour-conversation-id", conversation),
        ("parlour-seq", "1"),
        ("parlour-depth", "1"),
        ("content-length", &received.body.len().to_string()),
    ] {
        assert_eq!(received.header(name), value, "{name}");
    }
    assert!(is_id(received.webhook_id()));
    assert!(received.header("user-agent").starts_with("Parlour/"));
    assert_eq!(signatures(&received).count(), 1);
    assert!(!received.headers.contains_key("authorization"));
    assert!(
        received
            .body
            .starts_with("{\"eventName\":\"conversationStarted\",")
    );

    // Whatever is changed on its way is noticed, and so is what somebody kept and sends again later (case I7).
    let mut forged = received.clone();
    forged.body = forged.body.replace("Grüße", "Gruße");
    verify(&forged, &endpoint.secret).expect_err("another body");
    let mut forged = received.clone();
    forged
        .headers
        .insert("webhook-id".to_owned(), old.webhook_id().to_owned());
    verify(&forged, &endpoint.secret).expect_err("another id");
    let other = Endpoint::add(&client, &receiver, &BREVO);
    verify(&received, &other.secret).expect_err("another secret");
    assert!(is_signed(&old, &endpoint.secret));
    let error = verify(&old, &endpoint.secret).expect_err("it is old");
    assert_eq!(error.to_string(), "signature timestamp too old");
}

#[test]
fn what_is_sent_again_is_the_same_to_the_byte() {
    let server = start();
    let (client, agent_id) = (server.client(), server.agent_id());
    let receiver = Receiver::start_with(|_, before| Reply::Status([500, 404, 204][before.min(2)]));
    let endpoint = Endpoint::add(&client, &receiver, &["conversationStarted"]);
    let message = agent_says(&client, agent_id, VISITOR, "Helo!");
    endpoint.wait_for_attempts(1);

    // The world goes on; the delivery tells of then.
    let path = format!("/v3/conversations/messages/{}", id_of(&message));
    client.put(&path, &json!({"text": "Hello!"})).json(200);
    let path = format!("/api/v1/visitors/{VISITOR}");
    let who = json!({"attributes": {"EMAIL": "anna@example.com"}});
    client.put(&path, &who).json(200);
    server.advance(6 * SECOND_MS);
    endpoint.wait_for_attempts(2);
    client
        .delete(&format!("/v3/conversations/messages/{}", id_of(&message)))
        .empty(204);
    server.advance(400 * SECOND_MS);
    let delivery = endpoint.wait_for_all(1, "delivered").remove(0);

    let all = receiver.received();
    assert_eq!(all.len(), 3);
    for again in &all[1..] {
        assert_eq!(again.body, all[0].body);
        for name in ["webhook-id", "parlour-conversation-id", "parlour-seq"] {
            assert_eq!(again.header(name), all[0].header(name), "{name}");
        }
    }
    assert_eq!(all[0].json()["message"]["text"], "Helo!");
    assert_eq!(delivery["id"], all[0].webhook_id());
    // Each attempt has its own time, and is signed with it.
    let attempts = attempts_of(&delivery);
    for (received, attempt) in all.iter().zip(attempts) {
        let at = attempt["at"].as_i64().expect("a time");
        let seconds = (at / SECOND_MS).to_string();
        assert_eq!(received.header("webhook-timestamp"), seconds);
        assert!(is_signed(received, &endpoint.secret));
    }
    assert_eq!(attempts[2]["at"], START + 406 * SECOND_MS);
}

#[test]
fn the_log_says_what_became_of_each_attempt() {
    let server = start();
    let client = server.client();
    let receiver = Receiver::start_with(|_, before| match before {
        0 => Reply::Raw(b"HTTP/1.1 503 Busy\r\ncontent-length: 9\r\n\r\nnot\r\nnow!".to_vec()),
        _ => Reply::Status(200),
    });
    let endpoint = Endpoint::add(&client, &receiver, &["conversationStarted"]);
    visitor_says(&client, VISITOR, "Hello?");
    let pending = endpoint.wait_for_attempts(1);
    let next_at = pending["nextAttemptAt"].as_i64().expect("a time");
    let took = |number: usize, delivery: &Value| delivery["attempts"][number]["durationMs"].clone();
    let first = json!({
        "at": START, "httpStatus": 503, "error": "the receiver answered 503: not  now!",
        "durationMs": took(0, &pending),
    });
    assert!(
        took(0, &pending)
            .as_i64()
            .is_some_and(|took| (0..5_000).contains(&took))
    );
    assert_eq!(
        pending,
        json!({
            "id": receiver.received()[0].webhook_id(), "event": "conversationStarted", "status": "pending",
            "attempts": [first], "nextAttemptAt": next_at, "createdAt": START,
        })
    );
    assert_eq!(endpoint.log_of("pending"), [pending]);
    assert!(endpoint.log_of("delivered").is_empty());
    assert_eq!(endpoint.get()["failingSince"], START);

    server.advance(next_at - START);
    let delivered = endpoint.wait_for_all(1, "delivered").remove(0);
    let second = json!({
        "at": next_at, "httpStatus": 200, "error": null, "durationMs": took(1, &delivered),
    });
    assert_eq!(delivered["attempts"], json!([first, second]));
    assert_eq!(delivered["nextAttemptAt"], Value::Null);
    assert!(endpoint.log_of("pending").is_empty());
    assert_eq!(endpoint.log_of("delivered"), [delivered]);
    assert_eq!(endpoint.get()["failingSince"], Value::Null);
}

#[test]
fn the_log_is_read_page_by_page_newest_first() {
    let (server, receiver) = (start(), Receiver::start());
    let client = server.client();
    let endpoint = Endpoint::add(&client, &receiver, &["conversationStarted"]);
    for number in 0..5 {
        visitor_says(&client, &format!("visitor-{number}"), "Hello?");
        receiver.wait_for(number + 1);
    }
    endpoint.wait_for_all(5, "delivered");
    let sent: Vec<String> = receiver
        .received()
        .iter()
        .map(|received| received.webhook_id().to_owned())
        .collect();
    let mut read = Vec::new();
    let mut cursor = String::new();
    loop {
        let path = format!(
            "/api/v1/webhooks/{}/deliveries?limit=2{cursor}",
            endpoint.id
        );
        let page = client.get(&path).json(200);
        let rows = page["items"].as_array().expect("rows");
        assert!((1..=2).contains(&rows.len()));
        read.extend(rows.iter().map(id_of));
        match page["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    read.reverse();
    assert_eq!(read, sent);
    let path = format!("/api/v1/webhooks/{}/deliveries?status=lost", endpoint.id);
    assert_eq!(
        client.get(&path).refusal(),
        "400 invalid_parameter: status must be pending, delivered, failed or cancelled"
    );
}

#[test]
fn an_endpoints_own_headers_are_sent_as_they_are_now() {
    let server = start();
    let client = server.client();
    let receiver =
        Receiver::start_with(|_, before| Reply::Status(if before == 0 { 500 } else { 204 }));
    let endpoint = Endpoint::add(&client, &receiver, &["conversationStarted"]);
    endpoint.update(&json!({
        "auth": {"type": "basic", "username": "getwear", "password": "pässword".replace('ä', "a")},
        "headers": [{"key": "X-Shop", "value": "42"}, {"key": "x-empty-ish", "value": " "}],
    }));
    visitor_says(&client, VISITOR, "Hello?");
    endpoint.wait_for_attempts(1);
    endpoint.update(&json!({
        "auth": {"type": "bearer", "token": "abcdef"}, "headers": [{"key": "X-Shop", "value": "43"}],
    }));
    server.advance(6 * SECOND_MS);
    let all = receiver.wait_for(2);
    assert_eq!(
        all[0].header("authorization"),
        "Basic Z2V0d2VhcjpwYXNzd29yZA=="
    );
    assert_eq!(all[0].header("x-shop"), "42");
    assert_eq!(all[1].header("authorization"), "Bearer abcdef");
    assert_eq!(all[1].header("x-shop"), "43");
    assert!(!all[1].headers.contains_key("x-empty-ish"));
}

#[test]
fn only_what_happens_in_a_conversation_has_a_place_in_one() {
    let (server, receiver) = start_with_receiver(&["agentStatusChanged", "conversationClosed"]);
    let client = server.client();
    let ping = json!({"agentId": server.agent_id()});
    client
        .post("/v3/conversations/agentOnlinePing", &ping)
        .empty(201);
    visitor_says(&client, VISITOR, "Hello?");
    let conversation = only_conversation(&client);
    let path = format!(
        "/api/v1/conversations/{}/close",
        text_of(&conversation["id"])
    );
    client.post(&path, &json!({})).json(200);
    let all = receiver.wait_until("both", |all| all.len() == 2);
    let find = |name: &str| {
        all.iter()
            .find(|event| event.event() == name)
            .expect("it is there")
    };
    let (status, closed) = (find("agentStatusChanged"), find("conversationClosed"));
    assert!(
        !status
            .headers
            .keys()
            .any(|name| name.starts_with("parlour-c") || name == "parlour-seq")
    );
    let head = items(&client, "/api/v1/conversations")[0]["head"].to_string();
    assert_eq!(closed.header("parlour-seq"), head);
    assert_eq!(
        closed.header("parlour-conversation-id"),
        text_of(&conversation["id"])
    );
}
