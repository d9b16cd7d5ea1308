//! Case C14: requests that are sent again.

use std::{collections::BTreeSet, thread};

use serde_json::{Value, json};
use testing::{client::Client, server::TestServer};

use super::without_a_trace;
use crate::arrange::{
    VISITOR, id_of, items, only_conversation, text_of, visitor_says, with_scopes,
};

const MESSAGES: &str = "/v3/conversations/messages";

/// So many at once, and so often, that they do meet.
const SENDERS: usize = 8;
const ROUNDS: usize = 5;

fn once(client: &Client, idempotency_key: &str) -> Client {
    client.with_header("idempotency-key", idempotency_key)
}

fn head(client: &Client) -> Value {
    only_conversation(client)["head"].clone()
}

#[test]
fn c14_the_same_again_gives_the_first_answer() {
    let server = TestServer::start();
    let (client, agent_id) = (server.client(), server.agent_id());
    let body = json!({"visitorId": VISITOR, "text": "Hi", "agentId": agent_id});
    let first = once(&client, "k-1").post(MESSAGES, &body).json(200);
    server.advance(47 * 3_600_000);
    // The message as it is now: by then its chat may have ended, which marks it as missed.
    let again = once(&client, "k-1").post(MESSAGES, &body).json(200);
    assert_eq!(again["id"], first["id"]);
    let second = once(&client, "k-2").post(MESSAGES, &body).json(200);
    assert_ne!(second["id"], first["id"]);
    // Two messages that are alike and meant so.
    client.post(MESSAGES, &body).json(200);
    client.post(MESSAGES, &body).json(200);
    assert_eq!(head(&client), 4);
    // Each key of a program has its own.
    let another = with_scopes(&client, &server.stranger(), &["access"]);
    once(&another, "k-1").post(MESSAGES, &body).json(200);
    assert_eq!(head(&client), 5);
}

#[test]
fn c14_another_request_with_the_same_key_is_refused() {
    let server = TestServer::start();
    let agent_id = server.agent_id().to_owned();
    let body = |text: &str| json!({"visitorId": VISITOR, "text": text, "agentId": agent_id});
    once(&server.client(), "k")
        .post(MESSAGES, &body("Hi"))
        .json(200);
    let reused = "422 duplicate_request: the Idempotency-Key was used before with another request";
    without_a_trace(&server, |client| {
        let again = once(client, "k");
        assert_eq!(again.post(MESSAGES, &body("Ho")).refusal(), reused);
        assert_eq!(
            again
                .post("/v3/conversations/pushedMessages", &body("Hi"))
                .refusal(),
            reused
        );
        let spaced = body("Hi").to_string().replace(':', ": ");
        assert_eq!(again.send("POST", MESSAGES, spaced).refusal(), reused);
        assert_eq!(
            again
                .post("/api/v1/groups", &json!({"name": "x"}))
                .refusal(),
            reused
        );
        for odd in ["", &"x".repeat(256), "a\tb"] {
            let odd = client.with_header("idempotency-key", odd);
            assert_eq!(
                odd.post(MESSAGES, &body("Hi")).refusal(),
                "400 invalid_parameter: Idempotency-Key must be 1 to 255 printable ASCII characters"
            );
        }
    });
}

#[test]
fn c14_a_refused_request_does_not_use_the_key_up() {
    let server = TestServer::start();
    let (client, agent_id) = (server.client(), server.agent_id());
    let wrong = json!({"visitorId": VISITOR, "text": "Hi", "agentId": "nope"});
    let right = json!({"visitorId": VISITOR, "text": "Hi", "agentId": agent_id});
    assert_eq!(once(&client, "k").post(MESSAGES, &wrong).status, 400);
    once(&client, "k").post(MESSAGES, &right).json(200);
    assert_eq!(head(&client), 1);
}

#[test]
fn c14_everything_that_is_made_is_made_once() {
    let server = TestServer::start();
    let client = server.client();
    let message = visitor_says(&client, VISITOR, "Hello?");
    let conversation = format!(
        "/api/v1/conversations/{}",
        text_of(&message["conversationId"])
    );
    for (number, (path, body)) in [
        (
            "/v3/conversations/pushedMessages".to_owned(),
            json!({"visitorId": VISITOR, "text": "Hi"}),
        ),
        (
            format!("/api/v1/visitors/{VISITOR}/messages"),
            json!({"text": "Hi"}),
        ),
        (format!("{conversation}/messages"), json!({"text": "Hi"})),
        (format!("{conversation}/notes"), json!({"text": "Hi"})),
        (
            "/api/v1/agents".to_owned(),
            json!({"email": "liz@getwear.com", "name": "Liz"}),
        ),
        ("/api/v1/groups".to_owned(), json!({"name": "Sales"})),
    ]
    .into_iter()
    .enumerate()
    {
        let again = once(&client, &format!("k-{number}"));
        let first = again.post(&path, &body);
        let world = server.world();
        let second = again.post(&path, &body);
        assert_eq!(
            (second.status, second.text()),
            (first.status, first.text()),
            "{path}"
        );
        assert!([200, 201].contains(&second.status), "{path}");
        assert_eq!(server.world(), world, "{path}");
    }
    // A secret is not shown twice, so this one answer cannot be repeated.
    let again = once(&client, "k");
    again
        .post("/api/v1/keys", &json!({"name": "x", "kind": "key"}))
        .json(201);
    without_a_trace(&server, |_| {
        let refusal = again
            .post("/api/v1/keys", &json!({"name": "x", "kind": "key"}))
            .refusal();
        assert!(
            refusal.starts_with("409 duplicate_request: the key was made by an earlier request"),
            "{refusal}"
        );
    });
}

#[test]
fn c14_many_at_once_all_get_the_first_answer() {
    let server = TestServer::start_unlimited();
    let (client, agent_id) = (server.client(), server.agent_id());
    for round in 0..ROUNDS {
        let body = json!({"visitorId": VISITOR, "text": "Hi", "agentId": agent_id});
        let again = once(&client, &format!("k-{round}"));
        let answers: Vec<Value> = thread::scope(|scope| {
            let senders: Vec<_> = (0..SENDERS)
                .map(|_| scope.spawn(|| again.post(MESSAGES, &body).json(200)))
                .collect();
            senders
                .into_iter()
                .map(|sender| sender.join().expect("an answer"))
                .collect()
        });
        assert!(
            answers.iter().all(|answer| *answer == answers[0]),
            "{answers:?}"
        );
        assert_eq!(head(&client), round + 1);
    }
}

#[test]
fn c14_many_at_once_with_the_same_cid_are_one_message() {
    let server = TestServer::start_unlimited();
    let client = server.client();
    let path = format!("/api/v1/visitors/{VISITOR}/messages");
    for round in 0..ROUNDS {
        let body = json!({"text": "Hi", "cid": format!("0123456-{round}")});
        let ids: BTreeSet<String> = thread::scope(|scope| {
            let senders: Vec<_> = (0..SENDERS)
                .map(|_| scope.spawn(|| id_of(&client.post(&path, &body).json(201))))
                .collect();
            senders
                .into_iter()
                .map(|sender| sender.join().expect("an answer"))
                .collect()
        });
        assert_eq!(ids.len(), 1);
        assert_eq!(head(&client), round + 1);
    }
    assert_eq!(items(&client, "/api/v1/visitors").len(), 1);
}
