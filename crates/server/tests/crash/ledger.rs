//! What was sent and what was answered, kept outside of the server, and the check against what the server has.

use serde_json::{Value, json};
use ureq::Agent;

use crate::process::{Account, Process};

/// What became of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The server answered 200 with this id.
    Acknowledged(String),
    /// The connection broke: stored or not, nobody knows.
    Unknown,
}

/// One message of a writer.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) text: String,
    pub(crate) outcome: Outcome,
}

/// Somebody who sends numbered messages to one visitor, one after the other.
pub(crate) struct Writer {
    agent: Agent,
    api_key: String,
    agent_id: String,
    visitor_id: String,
    pub(crate) entries: Vec<Entry>,
}

impl Writer {
    pub(crate) fn new(account: &Account, visitor_id: String) -> Self {
        Self {
            agent: Agent::new_with_defaults(),
            api_key: account.api_key.clone(),
            agent_id: account.agent_id.clone(),
            visitor_id,
            entries: Vec::new(),
        }
    }

    /// Sends the next message and tells what became of it.
    pub(crate) fn send_next(&mut self, address: &str) -> Entry {
        let text = format!("{} says {}", self.visitor_id, self.entries.len());
        let entry = Entry {
            outcome: self.send(address, &text),
            text,
        };
        self.entries.push(entry.clone());
        entry
    }

    fn send(&self, address: &str, text: &str) -> Outcome {
        let body = json!({"visitorId": self.visitor_id, "agentId": self.agent_id, "text": text});
        let answer = self
            .agent
            .post(format!("{address}/v3/conversations/messages"))
            .header("api-key", &self.api_key)
            .header("idempotency-key", text)
            .send_json(&body)
            .and_then(|mut answer| answer.body_mut().read_json::<Value>());
        match answer {
            Ok(message) => Outcome::Acknowledged(
                message["id"]
                    .as_str()
                    .expect("a message has an id")
                    .to_owned(),
            ),
            Err(ureq::Error::StatusCode(status)) => panic!("the server answered {status}"),
            Err(_) => Outcome::Unknown,
        }
    }

    /// Sends again what was never answered.
    pub(crate) fn send_again(&mut self, server: &Process) {
        for index in 0..self.entries.len() {
            if self.entries[index].outcome == Outcome::Unknown {
                let outcome = self.send(&server.address(), &self.entries[index].text);
                assert_ne!(outcome, Outcome::Unknown, "nobody kills the server now");
                self.entries[index].outcome = outcome;
            }
        }
    }

    /// Every message is there exactly once, under the id it was acknowledged with, in the order in which it was sent, and
    /// nothing else is.
    pub(crate) fn check(&self, server: &Process) {
        let stored = self.stored(server);
        let expected: Vec<(String, String)> = self
            .entries
            .iter()
            .map(|entry| match &entry.outcome {
                Outcome::Acknowledged(id) => (id.clone(), entry.text.clone()),
                Outcome::Unknown => panic!("{} was never answered", entry.text),
            })
            .collect();
        let found: Vec<(String, String)> = stored
            .iter()
            .map(|(_, id, text)| (id.clone(), text.clone()))
            .collect();
        assert_eq!(
            found, expected,
            "what is stored for {} differs from what was acknowledged",
            self.visitor_id
        );
        let seqs: Vec<i64> = stored.iter().map(|(seq, ..)| *seq).collect();
        assert_eq!(
            seqs,
            (1..=stored.len() as i64).collect::<Vec<_>>(),
            "seq has a hole for {}",
            self.visitor_id
        );
    }

    /// Every message of the visitor's conversation, oldest first.
    fn stored(&self, server: &Process) -> Vec<(i64, String, String)> {
        let found = self.get(&format!(
            "{}/api/v1/conversations?q={}&limit=100",
            server.address(),
            self.visitor_id
        ));
        let conversations = found["items"].as_array().expect("a list");
        let mine = conversations
            .iter()
            .find(|conversation| conversation["visitorId"] == self.visitor_id.as_str());
        let Some(id) = mine.and_then(|conversation| conversation["id"].as_str()) else {
            return Vec::new();
        };
        let mut messages = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = self.get(&format!(
                "{}/api/v1/conversations/{id}/messages?limit=100{cursor}",
                server.address()
            ));
            let items = page["items"]
                .as_array()
                .expect("a list")
                .iter()
                .map(|message| {
                    let text = |name: &str| message[name].as_str().expect("a text").to_owned();
                    (
                        message["seq"].as_i64().expect("a number"),
                        text("id"),
                        text("text"),
                    )
                });
            messages.splice(0..0, items.collect::<Vec<_>>());
            match page["nextCursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return messages,
            }
        }
    }

    fn get(&self, url: &str) -> Value {
        let answer = self.agent.get(url).header("api-key", &self.api_key).call();
        answer
            .and_then(|mut answer| answer.body_mut().read_json())
            .expect("the server answers")
    }
}
