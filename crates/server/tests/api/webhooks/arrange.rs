//! An endpoint as its owner sees it: through the API.

use serde_json::{Value, json};
use testing::{
    client::{Answer, Client},
    receiver::Receiver,
    server::eventually,
};

use super::add;
use crate::arrange::{id_of, text_of};

/// Rows of the log asked for at once.
const PAGE: usize = 100;

/// An endpoint and somebody who may look at it.
pub(crate) struct Endpoint {
    client: Client,
    pub(crate) id: String,
    pub(crate) secret: String,
}

impl Endpoint {
    /// Makes one that tells a receiver some events.
    pub(crate) fn add(client: &Client, receiver: &Receiver, events: &[&str]) -> Self {
        let endpoint = add(client, &receiver.url(), events);
        Self {
            client: client.clone(),
            id: id_of(&endpoint),
            secret: text_of(&endpoint["secret"]).to_owned(),
        }
    }

    /// The same endpoint through another client: that of a server that was started again.
    pub(crate) fn through(&self, client: Client) -> Self {
        Self {
            client,
            id: self.id.clone(),
            secret: self.secret.clone(),
        }
    }

    fn path(&self, rest: &str) -> String {
        format!("/api/v1/webhooks/{}{rest}", self.id)
    }

    /// The endpoint as it is.
    pub(crate) fn get(&self) -> Value {
        self.client.get(&self.path("")).json(200)
    }

    /// Changes it.
    pub(crate) fn update(&self, change: &Value) -> Value {
        self.client.put(&self.path(""), change).json(200)
    }

    /// Deletes it.
    pub(crate) fn delete(&self) {
        self.client.delete(&self.path("")).empty(204);
    }

    /// Gives it a new secret and tells it.
    pub(crate) fn rotate(&self) -> String {
        let rotated = self.client.post(&self.path("/rotate-secret"), &json!({}));
        text_of(&rotated.json(200)["secret"]).to_owned()
    }

    /// Asks for one delivery to be sent again.
    pub(crate) fn replay(&self, delivery_id: &str) -> Answer {
        let path = self.path(&format!("/deliveries/{delivery_id}/replay"));
        self.client.post(&path, &json!({}))
    }

    /// Asks for many deliveries to be sent again.
    pub(crate) fn replay_range(&self, range: &Value) -> Answer {
        self.client.post(&self.path("/replay"), range)
    }

    /// Every delivery, oldest first.
    pub(crate) fn log(&self) -> Vec<Value> {
        self.log_of("")
    }

    /// Every delivery of a status, oldest first.
    pub(crate) fn log_of(&self, status: &str) -> Vec<Value> {
        let status = match status {
            "" => String::new(),
            status => format!("&status={status}"),
        };
        let mut log = Vec::new();
        let mut cursor = String::new();
        loop {
            let path = self.path(&format!("/deliveries?limit={PAGE}{status}{cursor}"));
            let mut page = self.client.get(&path).json(200);
            if let Value::Array(items) = page["items"].take() {
                log.extend(items);
            }
            match page["nextCursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        log.reverse();
        log
    }

    /// Waits until the log is as wanted and tells it.
    pub(crate) fn wait_for_log(
        &self,
        what: &str,
        is_enough: impl Fn(&[Value]) -> bool,
    ) -> Vec<Value> {
        let mut seen = Seen(Vec::new());
        eventually(what, || {
            seen.0 = self.log();
            is_enough(&seen.0).then(|| std::mem::take(&mut seen.0))
        })
    }

    /// Waits until there are so many deliveries, all of one status, and tells them.
    pub(crate) fn wait_for_all(&self, count: usize, status: &str) -> Vec<Value> {
        self.wait_for_log(&format!("{count} deliveries {status}"), |log| {
            log.len() >= count && log.iter().all(|delivery| delivery["status"] == status)
        })
    }

    /// Waits until the only delivery was tried so often, and tells it.
    pub(crate) fn wait_for_attempts(&self, count: usize) -> Value {
        let what = format!("{count} attempts");
        let log = self.wait_for_log(&what, |log| {
            log.first()
                .is_some_and(|first| attempts_of(first).len() >= count)
        });
        assert_eq!(log.len(), 1, "{log:?}");
        log[0].clone()
    }
}

/// The log as it was seen last, shown where a test gives up waiting for another.
struct Seen(Vec<Value>);

impl Drop for Seen {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the log is {:#?}", self.0);
        }
    }
}

/// The attempts at a delivery.
pub(crate) fn attempts_of(delivery: &Value) -> &[Value] {
    delivery["attempts"].as_array().expect("attempts")
}
