//! A server, a receiver, and the files that what arrives is compared with.

use std::{collections::BTreeMap, fs, path::PathBuf};

use serde_json::{Value, json};
use testing::{
    client::Client,
    receiver::{Received, Receiver},
    server::TestServer,
};

use super::super::{SECOND_MS, add, allow};
use crate::{
    arrange::{VISITOR, is_id},
    visits::{FIREFOX, Guest, places},
};

/// How others reach the server: links begin with it.
const PUBLIC_URL: &str = "https://chat.getwear.example";

/// The ids that stand for those of one kind, in the order in which they are met.
fn examples(kind: &str) -> &'static [&'static str] {
    match kind {
        "agent" => &["d9nKoegKSjmCtyK78", "bnRzp4CioKudG4aHm"],
        "conversation" => &["MxhGJAEugdLtS2BBq"],
        "group" => &["PjRBMhWGen6aRHjif"],
        "message" => &[
            "eYBEm3gq3zc5ayE2g",
            "dkmyYPxJyh5rKDhRT",
            "AXCR3k9bpSY7bpuh7",
            "W3nLwBzYkcJ8f5eGd",
        ],
        "webhook" => &["G5xyTqk2Rm8bWnCzJ"],
        other => panic!("an id of a {other} has no example"),
    }
}

/// A server with a receiver that is told some events, and what ids of theirs are called here.
pub(super) struct Scene {
    pub(super) server: TestServer,
    pub(super) client: Client,
    receiver: Receiver,
    names: BTreeMap<String, &'static str>,
}

impl Scene {
    pub(super) fn of(events: &[&str]) -> Self {
        let server = TestServer::start_with(|config| {
            config.public_url = PUBLIC_URL.to_owned();
            config.http.trusted_proxies = "127.0.0.1".to_owned();
            config.visitors.geoip_file = places();
            allow(config);
        });
        let (client, receiver) = (server.client(), Receiver::start());
        add(&client, &receiver.url(), events);
        Self {
            server,
            client,
            receiver,
            names: BTreeMap::new(),
        }
    }

    /// A visitor whose id is that of the contract's examples opens the widget in Paris, and looks at two pages.
    pub(super) fn guest(&self, more: &Value) -> Guest {
        let browser = self
            .server
            .stranger()
            .with_header("user-agent", FIREFOX)
            .with_header("accept-language", "en-US,en;q=0.5")
            .with_header("x-forwarded-for", "203.0.113.7");
        let mut told = json!({
            "visitorId": VISITOR,
            "language": "en",
            "page": {"link": "https://getwear.com/", "title": "Getwear"},
        });
        for (name, value) in more.as_object().expect("what the page tells") {
            told[name] = value.clone();
        }
        let guest = Guest::arrive_through(&self.server, &browser, &told);
        assert_eq!(guest.id, VISITOR);
        self.server.advance(SECOND_MS);
        guest.view(
            "https://getwear.com/women/151254/",
            "Washed skinny jeans for women",
        );
        guest
    }

    /// Compares the delivery of a place with the file of a name.
    pub(super) fn expect(&mut self, place: usize, name: &str) {
        let received = self.receiver.wait_for(place + 1).swap_remove(place);
        let body = self.with_examples(&received);
        let (file, body) = (payload_file(name), format!("{body:#}\n"));
        if std::env::var_os("PARLOUR_WRITE_PAYLOADS").is_some() {
            fs::write(&file, &body).expect("the file is written");
        }
        let expected = fs::read_to_string(&file).unwrap_or_default();
        assert!(
            body == expected,
            "{name} was expected to be\n{expected}\nand is\n{body}"
        );
    }

    /// A body with the ids of the examples. Its name comes first: people read it there.
    fn with_examples(&mut self, received: &Received) -> Value {
        assert!(received.body.starts_with(r#"{"eventName":""#));
        self.name_ids(&received.json(), "");
        let mut text = received.body.clone();
        for (id, example) in &self.names {
            text = text.replace(id, example);
        }
        serde_json::from_str(&text).expect("it is JSON still")
    }

    /// Finds ids of things of a kind.
    fn name_ids(&mut self, value: &Value, kind: &str) {
        match value {
            Value::Object(fields) => {
                for (key, value) in fields {
                    let kind = match key.strip_suffix("Id") {
                        Some(kind) => kind,
                        None if key == "id" => kind,
                        None => key.trim_end_matches('s'),
                    };
                    self.name_ids(value, kind);
                }
            }
            Value::Array(values) => {
                for value in values {
                    self.name_ids(value, kind);
                }
            }
            Value::String(text) if is_id(text) && !self.names.contains_key(text) => {
                let examples = examples(kind);
                let used = |example: &&&str| self.names.values().any(|used| used == *example);
                let free = examples.iter().find(|example| !used(example));
                let free = free.unwrap_or_else(|| panic!("there are not enough {kind} ids"));
                self.names.insert(text.clone(), *free);
            }
            _ => {}
        }
    }
}

pub(super) fn payload_file(name: &str) -> PathBuf {
    let directory = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/api/webhooks/payloads");
    directory.join(format!("{name}.json"))
}
