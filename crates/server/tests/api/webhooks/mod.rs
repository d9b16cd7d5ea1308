//! Webhooks as their receivers meet them (contract B, trust 1.4).

mod events;
mod fragments;
mod more_events;
mod payloads;

mod delivery;
mod order;
mod receivers;
mod schedule;

mod changed;
mod disabling;
mod replay;
mod rotation;

mod nodes;
mod restart;

mod endpoints;
mod refused;

mod arrange;
mod signature;

use serde_json::{Value, json};
use server::config::{Config, WebhooksConfig};
use testing::{
    client::Client,
    receiver::{Received, Receiver},
    server::{TestServer, eventually},
};

pub(crate) use self::arrange::{Endpoint, attempts_of};
use crate::arrange::{id_of, items, only_conversation, text_of};

pub(crate) const SECOND_MS: i64 = 1_000;
pub(crate) const MINUTE_MS: i64 = 60 * SECOND_MS;
pub(crate) const HOUR_MS: i64 = 60 * MINUTE_MS;

/// What Brevo sends too.
pub(crate) const BREVO: [&str; 3] = [
    "conversationStarted",
    "conversationFragment",
    "conversationTranscript",
];

/// A server whose webhooks may reach this machine.
pub(crate) fn start() -> TestServer {
    start_with(|_| {})
}

/// The same with other settings.
pub(crate) fn start_with(change: impl FnOnce(&mut WebhooksConfig)) -> TestServer {
    TestServer::start_with(|config| {
        allow(config);
        change(&mut config.webhooks);
    })
}

/// Lets webhooks reach this machine, and tests ask as often as they like while the clock stands.
pub(crate) fn allow(config: &mut Config) {
    config.webhooks.allow_networks = "127.0.0.0/8".to_owned();
    config.limits.api_key_per_second = 1_000_000;
    config.limits.api_key_per_hour = 1_000_000;
}

/// Makes an endpoint for some events; tells it with its secret.
pub(crate) fn add(client: &Client, url: &str, events: &[&str]) -> Value {
    let body = json!({"url": url, "events": events});
    client.post("/api/v1/webhooks", &body).json(201)
}

/// A server, and a receiver that is told some events.
pub(crate) fn start_with_receiver(events: &[&str]) -> (TestServer, Receiver) {
    let (server, receiver) = (start(), Receiver::start());
    add(&server.client(), &receiver.url(), events);
    (server, receiver)
}

/// Waits until nothing is under way: what every endpoint was told is written down as delivered. Whoever moves the clock
/// on while an attempt runs takes its lease away, and then it is rightly made once more.
pub(crate) fn settle(client: &Client) {
    for endpoint in items(client, "/api/v1/webhooks") {
        let path = format!(
            "/api/v1/webhooks/{}/deliveries?status=pending",
            id_of(&endpoint)
        );
        eventually("the end of all deliveries", || {
            items(client, &path).is_empty().then_some(())
        });
    }
}

/// The names of what arrived.
pub(crate) fn names(all: &[Received]) -> Vec<String> {
    all.iter().map(Received::event).collect()
}

/// Waits until as many events arrived as are named, which must be these, and tells them.
pub(crate) fn wait_for(receiver: &Receiver, expected: &[&str]) -> Vec<Value> {
    let all = receiver.wait_for(expected.len());
    assert_eq!(names(&all), expected);
    all.iter().map(Received::json).collect()
}

/// The texts of a fragment or a transcript.
pub(crate) fn texts(body: &Value) -> Vec<&str> {
    let messages = body["messages"].as_array().expect("messages");
    messages
        .iter()
        .map(|message| text_of(&message["text"]))
        .collect()
}

/// Does something with the one conversation there is, which is allowed.
pub(crate) fn act(client: &Client, what: &str, body: &Value) -> Value {
    let conversation = only_conversation(client);
    let id = text_of(&conversation["id"]);
    let answer = client.post(&format!("/api/v1/conversations/{id}/{what}"), body);
    assert!((200..300).contains(&answer.status), "{}", answer.text());
    answer.json(answer.status)
}
