//! The frames of the live protocol as a client sees them (PROTOCOL.md).

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

/// What the server says. Fields and frames that are not known here are ignored, as the protocol demands.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "t", rename_all = "lowercase")]
pub enum Frame {
    /// The first frame.
    #[serde(rename_all = "camelCase")]
    Hello {
        /// The history of the database.
        epoch: String,
        /// How often the server shows that it is there.
        heartbeat_ms: Option<i64>,
    },
    /// Who the server takes this client for.
    Authok {
        /// `visitor`, `agent` or `program`.
        #[serde(default)]
        role: String,
    },
    /// The answer to `sub` and `more`.
    Subok(Page),
    /// One event.
    Ev(Event),
    /// A message is stored.
    Ack(Ack),
    /// A frame was refused.
    Nack(Nack),
    /// The heads of what is followed.
    Hb {
        /// The highest `seq` of each channel.
        #[serde(default)]
        heads: BTreeMap<String, i64>,
    },
    /// Told in passing.
    Eph,
    /// The last frame.
    #[serde(rename_all = "camelCase")]
    Bye {
        /// The number of the close that follows.
        code: u16,
        /// Seconds to wait.
        #[serde(default)]
        retry_after: u64,
    },
    /// A frame of a newer server.
    #[serde(other)]
    Unknown,
}

/// Events of a channel.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Page {
    /// Of which channel.
    pub ch: String,
    /// The history that its numbers belong to.
    pub epoch: String,
    /// The highest `seq` there is.
    pub head: i64,
    /// Whether it continues what the cursor named.
    #[serde(default)]
    pub recovered: bool,
    /// Whether more were missed than are sent.
    #[serde(default)]
    pub limited: bool,
    /// Where older events are found.
    pub prev: Option<String>,
    /// The events, by `seq`.
    #[serde(default)]
    pub events: Vec<Event>,
    /// Whether more follow.
    #[serde(default)]
    pub more: bool,
    /// `me` of a visitor: their conversation.
    pub conversation_id: Option<String>,
}

/// One event.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// Its channel.
    #[serde(default)]
    pub ch: String,
    /// Its place in the conversation.
    pub seq: i64,
    /// What it is.
    pub kind: String,
    /// The message's id.
    pub id: Option<String>,
    /// What it tells.
    #[serde(default)]
    pub data: Value,
    /// Whose message it is, to whoever sent it.
    pub cid: Option<String>,
    /// `inbox`: where it happened.
    pub conversation_id: Option<String>,
}

impl Event {
    /// The text of a message.
    pub fn text(&self) -> Option<&str> {
        self.data["text"].as_str()
    }
}

/// A message is stored.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Ack {
    /// Which.
    pub cid: String,
    /// In which channel.
    pub ch: String,
    /// Its id.
    #[serde(default)]
    pub id: String,
    /// Its place.
    pub seq: i64,
    /// Whether it was there before.
    #[serde(default)]
    pub dup: bool,
}

/// A frame was refused.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Nack {
    /// The message, if it was one.
    pub cid: Option<String>,
    /// The channel, if it was about one.
    pub ch: Option<String>,
    /// Why.
    pub code: String,
    /// The same for people.
    #[serde(default)]
    pub message: String,
    /// Seconds to wait.
    pub retry_after: Option<u64>,
    /// Whether repeating it is of no use.
    #[serde(default)]
    pub r#final: bool,
}

/// Proves who is there.
pub(crate) fn auth(token: &str) -> Value {
    json!({"t": "auth", "token": token})
}

/// Wants a channel, from a cursor on if there is one.
pub(crate) fn sub(ch: &str, cursor: Option<&str>) -> Value {
    match cursor {
        Some(cursor) => json!({"t": "sub", "ch": ch, "cursor": cursor}),
        None => json!({"t": "sub", "ch": ch}),
    }
}

/// Wants what comes after a cursor.
pub(crate) fn more(ch: &str, cursor: &str) -> Value {
    json!({"t": "more", "ch": ch, "cursor": cursor})
}

/// Wants what came before a cursor.
pub(crate) fn before(ch: &str, cursor: &str) -> Value {
    json!({"t": "more", "ch": ch, "cursor": cursor, "before": true})
}

/// Wants nothing of a channel any more.
pub(crate) fn unsub(ch: &str) -> Value {
    json!({"t": "unsub", "ch": ch})
}

/// Writes a message.
pub(crate) fn send(cid: &str, ch: &str, data: &Value) -> Value {
    json!({"t": "send", "cid": cid, "ch": ch, "data": data})
}

/// Tells what was applied.
pub(crate) fn heartbeat(cursors: &BTreeMap<&str, i64>) -> Value {
    json!({"t": "hb", "cursors": cursors})
}
