//! What was sent and what was answered, kept outside of the server, and the check against what the server has.

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use serde_json::{Value, json};

use super::{Findings, Result, process::Account};
use crate::stopwatch;

/// As much of a text as makes its key: a key may not be as long as a text, and every text differs at its beginning.
const KEY_LENGTH_MAX: usize = 100;

/// What became of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The server answered 200 with this id.
    Acknowledged(String),
    /// The server answered that it could not, which it may not know for sure either.
    Failed(Refusal),
    /// There was no answer: stored or not, nobody knows.
    Unknown,
}

/// An answer that is none of the good ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The status.
    pub status: u16,
    /// What kind of refusal it is.
    pub code: String,
    /// What people read.
    pub message: String,
    /// When to try again, where the answer says so.
    pub retry_after: Option<String>,
}

/// One message of a writer.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its text, which no other message has.
    pub text: String,
    /// What became of it, as far as is known.
    pub outcome: Outcome,
}

impl Entry {
    /// The id under which the message was acknowledged.
    pub fn id(&self) -> Option<&str> {
        match &self.outcome {
            Outcome::Acknowledged(id) => Some(id),
            Outcome::Failed(_) | Outcome::Unknown => None,
        }
    }
}

/// How a message is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repetition {
    /// With an `Idempotency-Key`: it can be sent again.
    Safe,
    /// Without one.
    Unsafe,
}

/// Somebody who sends numbered messages to one visitor, one after the other.
pub struct Writer {
    account: Account,
    visitor_id: String,
    entries: Vec<Entry>,
    /// The longest time an answer took, or its absence.
    slowest: Duration,
}

/// A message as the server tells it.
pub(super) struct Stored {
    pub(super) seq: i64,
    pub(super) id: String,
    pub(super) text: String,
}

impl Writer {
    /// A writer that has sent nothing yet, to a visitor that nobody else writes to.
    pub fn new(account: &Account, visitor_id: String) -> Self {
        Self {
            account: account.clone(),
            visitor_id,
            entries: Vec::new(),
            slowest: Duration::ZERO,
        }
    }

    /// To whom it writes.
    pub fn visitor_id(&self) -> &str {
        &self.visitor_id
    }

    /// Everything it sent, in that order.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The longest time that an answer took.
    pub fn slowest(&self) -> Duration {
        self.slowest
    }

    /// Messages that were not acknowledged.
    pub fn unsettled(&self) -> usize {
        let unsettled = self.entries.iter().filter(|entry| entry.id().is_none());
        unsettled.count()
    }

    /// Sends the next message and tells what became of it.
    pub fn send_next(&mut self, address: &str) -> Result<Entry> {
        let text = format!("{} says {}", self.visitor_id, self.entries.len());
        self.send_text(address, text, Repetition::Safe)
    }

    /// Sends a message with a text of its own, which no other message may have.
    pub fn send_text(
        &mut self,
        address: &str,
        text: String,
        repetition: Repetition,
    ) -> Result<Entry> {
        let outcome = self.send(address, &text, repetition)?;
        let entry = Entry { text, outcome };
        self.entries.push(entry.clone());
        Ok(entry)
    }

    fn send(&mut self, address: &str, text: &str, repetition: Repetition) -> Result<Outcome> {
        let body = json!({
            "visitorId": self.visitor_id, "agentId": self.account.agent_id, "text": text
        });
        let mut request = self
            .account
            .agent
            .post(format!("{address}/v3/conversations/messages"))
            .header("api-key", &self.account.api_key);
        if repetition == Repetition::Safe {
            let key: String = text.chars().take(KEY_LENGTH_MAX).collect();
            request = request.header("idempotency-key", key);
        }
        let begun = stopwatch::now();
        let answer = request.send_json(&body).and_then(|mut answer| {
            let json = answer.body_mut().read_json::<Value>()?;
            Ok((answer, json))
        });
        self.slowest = self.slowest.max(begun.elapsed());
        // A connection that broke, or an answer that broke off.
        let Ok((answer, json)) = answer else {
            return Ok(Outcome::Unknown);
        };
        let field = |name: &str| json[name].as_str().unwrap_or_default().to_owned();
        match answer.status().as_u16() {
            200 if json["id"].is_string() => Ok(Outcome::Acknowledged(field("id"))),
            status @ 500.. => Ok(Outcome::Failed(Refusal {
                status,
                code: field("code"),
                message: field("message"),
                retry_after: answer.headers().get("retry-after").and_then(|value| {
                    let text = value.to_str().ok()?;
                    Some(text.to_owned())
                }),
            })),
            status => Err(format!("the server answered {status} to a message: {json}")),
        }
    }

    /// Sends a message again, as a sender does who got no good answer: with the same key it is there once, whatever
    /// happened before.
    pub fn repeat(&mut self, address: &str, index: usize) -> Result<Entry> {
        let text = self.entries[index].text.clone();
        let outcome = self.send(address, &text, Repetition::Safe)?;
        self.entries[index].outcome = outcome;
        Ok(self.entries[index].clone())
    }

    /// Sends everything again that was not acknowledged, to a server that has no reason not to do so now.
    pub fn settle(&mut self, address: &str) -> Result<()> {
        for index in 0..self.entries.len() {
            if self.entries[index].id().is_some() {
                continue;
            }
            let entry = self.repeat(address, index)?;
            if entry.id().is_none() {
                return Err(format!(
                    "{:?} was sent again to a sound server, and got {:?}",
                    entry.text, entry.outcome
                ));
            }
        }
        Ok(())
    }

    /// Compares: every acknowledged message is there exactly once, under the id it was acknowledged with, in the order
    /// in which it was sent, and nothing else is. What was not acknowledged counts as nothing that was sent.
    pub fn check(&self, address: &str) -> Result<Findings> {
        let stored = self.stored(address)?;
        let mut findings = Findings::default();
        let mut count: HashMap<&str, usize> = HashMap::new();
        for message in &stored {
            *count.entry(&message.text).or_default() += 1;
        }
        let ids: HashSet<&str> = stored.iter().map(|message| message.id.as_str()).collect();
        let acknowledged = || self.entries.iter().filter(|entry| entry.id().is_some());
        let texts: HashSet<&str> = acknowledged().map(|entry| entry.text.as_str()).collect();
        for entry in acknowledged() {
            if entry.id().is_some_and(|id| !ids.contains(id)) {
                findings.lose(&entry.text);
            }
            if count
                .get(entry.text.as_str())
                .is_some_and(|count| *count > 1)
            {
                findings.double(&entry.text);
            }
        }
        for (place, message) in stored.iter().enumerate() {
            if !texts.contains(message.text.as_str()) {
                findings.invent(&message.text);
            }
            if message.seq != place as i64 + 1 {
                findings.misplace(&format!("{} at {}", message.text, message.seq));
            }
        }
        let expected: HashSet<&str> = self.entries.iter().filter_map(Entry::id).collect();
        let told = stored.iter().map(|message| message.id.as_str());
        let sent = self.entries.iter().filter_map(Entry::id);
        let is_in_order = told
            .filter(|id| expected.contains(id))
            .eq(sent.filter(|id| ids.contains(id)));
        if !is_in_order {
            findings.misplace(&format!("the messages of {}", self.visitor_id));
        }
        Ok(findings)
    }

    /// What the server has from this writer, oldest first, acknowledged or not.
    pub fn texts(&self, address: &str) -> Result<Vec<String>> {
        let stored = self.stored(address)?.into_iter();
        Ok(stored.map(|message| message.text).collect())
    }

    /// Every message of the visitor's conversation, oldest first.
    fn stored(&self, address: &str) -> Result<Vec<Stored>> {
        match self.conversation_id(address)? {
            Some(id) => self.messages_of(address, &id),
            None => Ok(Vec::new()),
        }
    }

    /// Every message of a conversation, oldest first.
    pub(super) fn messages_of(&self, address: &str, id: &str) -> Result<Vec<Stored>> {
        let mut pages: Vec<Vec<Stored>> = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = self.get(&format!(
                "{address}/api/v1/conversations/{id}/messages?limit=100{cursor}"
            ))?;
            pages.push(items(&page)?.iter().map(stored).collect::<Result<_>>()?);
            match page["nextCursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                // The newest page comes first.
                None => return Ok(pages.into_iter().rev().flatten().collect()),
            }
        }
    }

    /// The visitor's conversation, if there is one.
    pub fn conversation_id(&self, address: &str) -> Result<Option<String>> {
        let found = self.get(&format!(
            "{address}/api/v1/conversations?q={}&limit=100",
            self.visitor_id
        ))?;
        let mine = items(&found)?
            .iter()
            .find(|conversation| conversation["visitorId"] == self.visitor_id.as_str());
        Ok(mine.and_then(|conversation| Some(conversation["id"].as_str()?.to_owned())))
    }

    /// Asks the native API.
    pub fn get(&self, url: &str) -> Result<Value> {
        let asked = self.account.agent.get(url);
        read(url, asked.header("api-key", &self.account.api_key).call())
    }

    /// Tells the native API to do something.
    pub fn post(&self, url: &str, body: &Value) -> Result<Value> {
        let asked = self.account.agent.post(url);
        let asked = asked.header("api-key", &self.account.api_key);
        read(url, asked.send_json(body))
    }
}

fn read(
    url: &str,
    answer: std::result::Result<ureq::http::Response<ureq::Body>, ureq::Error>,
) -> Result<Value> {
    let mut answer = answer.map_err(|error| format!("{url}: {error}"))?;
    let status = answer.status();
    let text = answer
        .body_mut()
        .read_to_string()
        .map_err(|error| format!("{url}: {error}"))?;
    if !status.is_success() {
        return Err(format!("{url} answered {status}: {text}"));
    }
    serde_json::from_str(&text).map_err(|_| format!("{url} answered no JSON: {text}"))
}

fn items(page: &Value) -> Result<&Vec<Value>> {
    let items = page["items"].as_array();
    items.ok_or_else(|| format!("not a list: {page}"))
}

fn stored(message: &Value) -> Result<Stored> {
    let text = |name: &str| Some(message[name].as_str()?.to_owned());
    let stored = || {
        Some(Stored {
            seq: message["seq"].as_i64()?,
            id: text("id")?,
            text: text("text")?,
        })
    };
    stored().ok_or_else(|| format!("not a message: {message}"))
}
