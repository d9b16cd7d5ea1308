//! What stories begin with: people, things and what they said, each made through the API.

use std::time::Duration;

use serde_json::{Value, json};
use testing::{
    client::{Answer, Client},
    server::{eventually, within},
};

/// The visitor of the contract's examples.
pub(crate) const VISITOR: &str = "kZMvWhf8npAu3H6qd57w2Hv6nh6rnxvg";

/// What an id is made of.
const ALPHABET: &str = "23456789ABCDEFGHJKLMNPQRSTWXYZabcdefghijkmnopqrstuvwxyz";

/// A message from an agent, through the compatible API.
pub(crate) fn agent_says(client: &Client, agent_id: &str, visitor: &str, text: &str) -> Value {
    let body = json!({"visitorId": visitor, "text": text, "agentId": agent_id});
    client.post("/v3/conversations/messages", &body).json(200)
}

/// An automatic message.
pub(crate) fn push(client: &Client, visitor: &str, text: &str) -> Value {
    let body = json!({"visitorId": visitor, "text": text});
    client
        .post("/v3/conversations/pushedMessages", &body)
        .json(200)
}

/// A message from a visitor, with its place in the conversation.
pub(crate) fn visitor_says(client: &Client, visitor: &str, text: &str) -> Value {
    let path = format!("/api/v1/visitors/{visitor}/messages");
    client.post(&path, &json!({"text": text})).json(201)
}

/// An agent; tells the id.
pub(crate) fn new_agent(client: &Client, email: &str, name: &str) -> String {
    let agent = client.post("/api/v1/agents", &json!({"email": email, "name": name}));
    id_of(&agent.json(201))
}

/// A group; tells the id.
pub(crate) fn new_group(client: &Client, name: &str, agent_ids: &[&str]) -> String {
    let group = client.post(
        "/api/v1/groups",
        &json!({"name": name, "agentIds": agent_ids}),
    );
    id_of(&group.json(201))
}

/// Somebody with a new key that has only these scopes.
pub(crate) fn with_scopes(client: &Client, stranger: &Client, scopes: &[&str]) -> Client {
    let body = json!({"name": "Narrow", "kind": "key", "scopes": scopes});
    let created = client.post("/api/v1/keys", &body).json(201);
    stranger.with_key(text_of(&created["apiKey"]))
}

/// Waits until a key that was revoked stops working, which takes five seconds at most (trust, case A3).
pub(crate) fn wait_for_end_of_key(client: &Client) -> Answer {
    within(Duration::from_secs(5), "the end of the key", || {
        let answer = client.get("/api/v1/me");
        (answer.status != 200).then_some(answer)
    })
}

/// The one conversation there is.
pub(crate) fn only_conversation(client: &Client) -> Value {
    let page = client.get("/api/v1/conversations").json(200);
    let items = page["items"].as_array().expect("a list");
    assert_eq!(items.len(), 1, "{page}");
    items[0].clone()
}

/// The rows of a list, all on one page.
pub(crate) fn items(client: &Client, path: &str) -> Vec<Value> {
    let mut page = client.get(path).json(200);
    assert_eq!(page["nextCursor"], Value::Null);
    match page["items"].take() {
        Value::Array(items) => items,
        other => panic!("no list: {other}"),
    }
}

/// What a figure of the server is; none where it is not there.
pub(crate) fn figure(client: &Client, name: &str) -> Option<f64> {
    let figures = client.get("/metrics");
    let mut lines = figures.text().lines();
    lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok())
}

/// Waits until a figure has a value.
pub(crate) fn wait_for_figure(client: &Client, name: &str, value: f64) {
    eventually(&format!("{name} {value}"), || {
        (figure(client, name) == Some(value)).then_some(())
    });
}

/// The id of a thing.
pub(crate) fn id_of(thing: &Value) -> String {
    text_of(&thing["id"]).to_owned()
}

/// A JSON text.
pub(crate) fn text_of(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}

/// Whether a text has the published form of ids: 17 unambiguous characters.
pub(crate) fn is_id(text: &str) -> bool {
    text.len() == 17 && is_plain(text)
}

/// Whether a text has the form of the ids of agents made from e-mails: `Dummy` and 12 such characters.
pub(crate) fn is_dummy_id(text: &str) -> bool {
    let rest = text.strip_prefix("Dummy");
    rest.is_some_and(|rest| rest.len() == 12 && is_plain(rest))
}

fn is_plain(text: &str) -> bool {
    text.chars().all(|character| ALPHABET.contains(character))
}
