//! The frames of the live protocol, both directions; PROTOCOL.md is their public form, and `tidy` compares the two.

use serde::{Deserialize, Serialize};

use crate::json::MessageJson;

/// The version that `hello` tells.
pub(crate) const VERSION: u32 = 1;

/// Largest frame that a client may send, in bytes.
pub(crate) const FRAME_BYTES_MAX: usize = 64 * 1_024;

/// How often both sides say that they are there, in milliseconds.
pub(crate) const HEARTBEAT_MS: i64 = 25_000;

/// By how much each side's heartbeat differs from that at most, so that not all come at once.
pub(crate) const HEARTBEAT_JITTER_MS: i64 = 5_000;

/// How long a client may show no sign of life, in milliseconds.
pub(crate) const SILENCE_MS: i64 = 75_000;

/// How long a page may take to say who is there, in milliseconds.
pub(crate) const AUTH_MS: i64 = 5_000;

/// Frames a second from a client.
pub(crate) const FRAMES_PER_SECOND: i64 = 20;

/// Frames at once from a client.
pub(crate) const FRAMES_AT_ONCE: i64 = 40;

/// Frames refused in a row after which a connection is closed.
pub(crate) const REFUSED_MAX: u32 = 100;

/// Bad frames after which a connection is closed.
pub(crate) const BAD_FRAMES_MAX: u32 = 5;

/// Conversations that one connection may follow.
pub(crate) const CHANNELS_MAX: usize = 100;

/// Frames that may wait to be read by a client.
pub(crate) const WAITING_MAX: usize = 256;

/// Bytes that may wait to be read by a client.
pub(crate) const WAITING_BYTES_MAX: usize = 1_024 * 1_024;

/// Connections of a visitor.
pub(crate) const VISITOR_CONNECTIONS_MAX: usize = 5;

/// Connections of an agent.
pub(crate) const AGENT_CONNECTIONS_MAX: usize = 10;

/// What a client says. Frames of an unknown `t`, and fields that are missing or of the wrong type, are bad frames; fields
/// that are not known are ignored, so that newer clients can talk to older servers.
#[derive(Debug, Deserialize)]
#[serde(tag = "t", rename_all = "lowercase")]
pub(crate) enum ClientFrame {
    /// Proves who is there, within five seconds: a visitor's token or an API key.
    Auth {
        token: String,
        /// In whose name a program with a key speaks, and who is online by it.
        #[serde(rename = "agentId")]
        agent_id: Option<String>,
    },
    /// Wants everything of a channel from a cursor on.
    Sub { ch: String, cursor: Option<String> },
    /// Wants nothing of a channel any more.
    Unsub { ch: String },
    /// Wants what comes after a cursor, or with `before` what came before it.
    More {
        ch: String,
        cursor: String,
        #[serde(default)]
        before: bool,
    },
    /// Writes a message.
    Send {
        cid: Option<String>,
        ch: String,
        data: SendData,
    },
    /// Says that it is there, and what it has.
    Hb {
        #[serde(default)]
        cursors: std::collections::BTreeMap<String, i64>,
    },
    /// Has shown everything up to a `seq` to a person.
    Seen { ch: String, seq: i64 },
    /// Tells something in passing.
    Eph {
        ch: String,
        kind: String,
        #[serde(default)]
        data: EphemeralData,
    },
}

/// What is written.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SendData {
    /// The text; may be left out where there are files.
    pub(crate) text: Option<String>,
    /// Files that were uploaded before, by id.
    #[serde(default)]
    pub(crate) file_ids: Vec<String>,
    /// An internal note, from agents to agents.
    #[serde(default)]
    pub(crate) is_note: bool,
}

/// What a client tells in passing.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EphemeralData {
    /// Typing: whether somebody does.
    #[serde(default)]
    pub(crate) is_typing: bool,
    /// Typing: what a visitor has written so far, for agents to see.
    pub(crate) preview: Option<String>,
}

/// What the server says.
#[derive(Serialize)]
#[serde(tag = "t", rename_all = "lowercase")]
pub(crate) enum ServerFrame {
    /// The first frame.
    #[serde(rename_all = "camelCase")]
    Hello {
        v: u32,
        epoch: String,
        server_time: i64,
        heartbeat_ms: i64,
        max_frame: usize,
        /// Names this stream to `/live/send`, where it is no WebSocket.
        #[serde(skip_serializing_if = "Option::is_none")]
        session: Option<String>,
    },
    /// The answer to `auth`.
    #[serde(rename_all = "camelCase")]
    Authok {
        role: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        visitor_id: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        agent_id: Option<String>,
    },
    /// The answer to `sub`, and to `more`.
    #[serde(rename_all = "camelCase")]
    Subok {
        ch: String,
        epoch: String,
        head: i64,
        recovered: bool,
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        limited: bool,
        /// The cursor before which older events are found, where the first of `events` is not the first there is.
        #[serde(skip_serializing_if = "Option::is_none")]
        prev: Option<String>,
        events: Vec<EventFrame>,
        more: bool,
        /// `me` of a visitor: their conversation, once there is one.
        #[serde(skip_serializing_if = "Option::is_none")]
        conversation_id: Option<String>,
        /// `me` of a visitor: whether any agent takes chats now, of their group where they are in one.
        #[serde(skip_serializing_if = "Option::is_none")]
        is_any_available: Option<bool>,
    },
    /// A message is stored for good.
    Ack {
        cid: String,
        ch: String,
        id: String,
        seq: i64,
        at: i64,
        dup: bool,
    },
    /// A frame was refused.
    #[serde(rename_all = "camelCase")]
    Nack {
        #[serde(skip_serializing_if = "Option::is_none")]
        cid: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        ch: Option<String>,
        code: &'static str,
        message: String,
        /// Seconds after which it may be tried again.
        #[serde(skip_serializing_if = "Option::is_none")]
        retry_after: Option<u64>,
        /// Trying the same again is of no use.
        r#final: bool,
    },
    /// The heads of what is subscribed to, and of a visitor's conversation that has just come to be.
    Hb {
        heads: std::collections::BTreeMap<String, i64>,
    },
    /// Something told in passing; it holds for `ttl` milliseconds.
    Eph {
        ch: String,
        kind: &'static str,
        data: serde_json::Value,
        ttl: i64,
    },
    /// The last frame.
    #[serde(rename_all = "camelCase")]
    Bye { code: u16, retry_after: u64 },
}

/// One event, as `ev` and inside `subok`. Encoded once for all readers of a kind.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EventFrame {
    pub(crate) t: &'static str,
    pub(crate) ch: String,
    pub(crate) seq: i64,
    pub(crate) kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) at: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) by: Option<&'static str>,
    #[serde(skip_serializing_if = "EventData::is_none")]
    pub(crate) data: EventData,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cid: Option<String>,
    /// `inbox` only: where it happened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) conversation_id: Option<String>,
}

/// What an event says.
#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum EventData {
    /// Nothing; it is left out.
    None,
    /// A message or a note.
    Message(Box<MessageJson>),
    /// Something short.
    Short(serde_json::Value),
}

impl EventData {
    fn is_none(&self) -> bool {
        matches!(self, EventData::None)
    }
}

/// Why the server ends a connection (delivery "Close codes").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CloseCode {
    /// The server restarts: come back after `retryAfter`.
    Restart,
    /// Authentication is needed, or has ended.
    Unauthorized,
    /// This is not allowed: do not come back by yourself.
    Forbidden,
    /// Too much was asked.
    RateLimited,
    /// What was sent was not read in time: come back and catch up.
    SlowConsumer,
    /// Both sides disagree on what was sent: come back without a cursor.
    Mismatch,
    /// Too many bad frames.
    BadFrames,
    /// A newer connection took the place of this one.
    Replaced,
}

impl CloseCode {
    /// Every code with its number.
    pub(crate) const ALL: [(CloseCode, u16); 8] = [
        (CloseCode::Restart, 4000),
        (CloseCode::Unauthorized, 4001),
        (CloseCode::Forbidden, 4003),
        (CloseCode::RateLimited, 4008),
        (CloseCode::SlowConsumer, 4009),
        (CloseCode::Mismatch, 4010),
        (CloseCode::BadFrames, 4400),
        (CloseCode::Replaced, 4409),
    ];

    /// The code's number in the close frame.
    pub(crate) fn number(self) -> u16 {
        Self::ALL
            .iter()
            .find(|(code, _)| *code == self)
            .map_or(1011, |(_, number)| *number)
    }
}
