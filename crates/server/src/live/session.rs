//! One connection as a state machine: frames, events, answers and the time go in; frames, questions and the end come
//! out. No I/O, so that every order of things can be tried.

use std::{collections::BTreeMap, sync::Arc};

use app::conversations::Followed;
use bytes::Bytes;
use model::{
    cursor::Cursor,
    id::{ConversationId, ConversationNumber},
    signal::SignalKind,
    time::Millis,
};
use serde_json::json;

use super::{
    bucket::Bucket,
    channel::{Channel, Next},
    inlet::{News, Presence, Typing},
    protocol::{
        AUTH_MS, BAD_FRAMES_MAX, CloseCode, FRAME_BYTES_MAX, FRAMES_AT_ONCE, FRAMES_PER_SECOND,
        HEARTBEAT_MS, SILENCE_MS, ServerFrame, VERSION,
    },
    question::{Answer, Question, Why},
    reader::{Reader, Who},
    refusal::{Code, Refused, for_good, for_now, of_error},
    telling::{self, Telling, View, channel_of, say},
};

mod answers;
mod frames;
#[cfg(test)]
mod tests;

/// What comes out.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Out {
    /// A frame for the client.
    Send(Bytes),
    /// A question for the application.
    Ask(Question),
    /// A conversation is not looked at any more.
    Unfollow(ConversationNumber),
    /// No conversation is looked at as a whole any more.
    UnfollowEverything,
    /// Something to be told to whoever looks at the moment.
    Tell(SignalKind),
    /// The connection ends, and the client is told why.
    Close(CloseCode),
    /// The connection ends: nobody is there.
    Drop,
}

/// One connection.
pub(super) struct Session {
    epoch: Arc<str>,
    link_base: Arc<str>,
    reader: Option<Arc<Reader>>,
    is_authenticating: bool,
    channels: Vec<Channel>,
    is_me: bool,
    is_inbox: bool,
    /// A visitor's conversation, and whether the client knows of it.
    own: Option<(ConversationId, Knowledge)>,
    bucket: Bucket,
    refused_in_a_row: u32,
    bad_frames: u32,
    opened_at: Millis,
    heard_at: Millis,
    heartbeat_at: Millis,
    heartbeat_every_ms: i64,
}

/// Whether a client knows of something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Knowledge {
    Told,
    Untold(i64),
}

impl Session {
    /// A connection that was just opened; its heartbeat differs from others' by `jitter_ms`.
    pub(super) fn new(epoch: &Arc<str>, link_base: &Arc<str>, now: Millis, jitter_ms: i64) -> Self {
        let heartbeat_every_ms = HEARTBEAT_MS + jitter_ms;
        Self {
            epoch: Arc::clone(epoch),
            link_base: Arc::clone(link_base),
            reader: None,
            is_authenticating: false,
            channels: Vec::new(),
            is_me: false,
            is_inbox: false,
            own: None,
            bucket: Bucket::new(FRAMES_AT_ONCE, FRAMES_PER_SECOND, 1_000, now),
            refused_in_a_row: 0,
            bad_frames: 0,
            opened_at: now,
            heard_at: now,
            heartbeat_at: now + heartbeat_every_ms,
            heartbeat_every_ms,
        }
    }

    /// The first frames: a greeting, and who the client is where it has proved that already.
    pub(super) fn begin(
        &mut self,
        reader: Option<Arc<Reader>>,
        session: Option<String>,
    ) -> Vec<Out> {
        let hello = ServerFrame::Hello {
            v: VERSION,
            epoch: self.epoch.as_ref().to_owned(),
            server_time: self.opened_at,
            heartbeat_ms: HEARTBEAT_MS,
            max_frame: FRAME_BYTES_MAX,
            session,
        };
        let mut out = vec![Out::Send(say(&hello))];
        if let Some(reader) = reader {
            out.extend(self.recognize(reader));
        }
        out
    }

    /// Whether frames of the client can be looked at: not while it is being found out who sends them.
    pub(super) fn wants_frames(&self) -> bool {
        !self.is_authenticating
    }

    fn recognize(&mut self, reader: Arc<Reader>) -> Vec<Out> {
        let (visitor_id, agent_id) = match &reader.who {
            Who::Visitor { id, .. } => (Some(id.as_str().to_owned()), None),
            Who::Agent { id, .. } => (None, Some(id.to_string())),
            Who::Program { .. } => (None, None),
        };
        let authok = ServerFrame::Authok {
            role: reader.role(),
            visitor_id,
            agent_id,
        };
        self.reader = Some(reader);
        vec![Out::Send(say(&authok))]
    }

    /// The client showed that it is there.
    pub(super) fn heard(&mut self, now: Millis) {
        self.heard_at = now;
    }

    /// When to look at the time again.
    pub(super) fn next_tick(&self) -> Millis {
        let ends = match &self.reader {
            // The store decides when that is found out.
            None if self.is_authenticating => Millis::MAX,
            None => self.opened_at + AUTH_MS,
            Some(reader) => reader.expires_at.unwrap_or(Millis::MAX),
        };
        let silent = self.heard_at + SILENCE_MS;
        ends.min(silent).min(self.heartbeat_at)
    }

    /// The time has come for something, perhaps.
    pub(super) fn on_tick(&mut self, now: Millis) -> Vec<Out> {
        let is_known = match &self.reader {
            None => self.is_authenticating || now < self.opened_at + AUTH_MS,
            Some(reader) => reader.expires_at.is_none_or(|end| now < end),
        };
        if !is_known {
            return vec![Out::Close(CloseCode::Unauthorized)];
        }
        if now >= self.heard_at + SILENCE_MS {
            return vec![Out::Drop];
        }
        if now < self.heartbeat_at {
            return Vec::new();
        }
        self.heartbeat_at = now + self.heartbeat_every_ms;
        let mut heads: BTreeMap<String, i64> = self
            .channels
            .iter()
            .filter(|channel| channel.number.is_some())
            .map(|channel| (channel_of(&channel.id), channel.head))
            .collect();
        if let Some((id, Knowledge::Untold(head))) = &self.own {
            heads.entry(channel_of(id)).or_insert(*head);
        }
        vec![Out::Send(say(&ServerFrame::Hb { heads }))]
    }

    /// Something is told by the hub.
    pub(super) fn on_news(&mut self, news: &News) -> Vec<Out> {
        match news {
            News::Event(telling) => self.on_event(telling),
            News::Typing(typing) => self.on_typing(typing),
            News::Availability(is_any_available) => {
                let data = json!({"isAnyAvailable": is_any_available});
                let frame = ephemeral("me", "presence", data, AVAILABILITY_MS);
                only_if(self.is_me, frame)
            }
            News::Presence(visitor_id, presence) => {
                let is_there = *presence == Presence::There;
                let data = json!({"visitorId": visitor_id.as_str(), "isThere": is_there});
                let frame = ephemeral("inbox", "presence", data, VISITOR_PRESENCE_MS);
                only_if(self.is_inbox, frame)
            }
            News::End(code) => vec![Out::Close(*code)],
        }
    }

    fn on_event(&mut self, telling: &Telling) -> Vec<Out> {
        let (event, mut out) = (&telling.event, Vec::new());
        let Some(reader) = &self.reader else {
            return out;
        };
        let view = reader.view();
        let followed = self.channels.iter_mut();
        let followed = followed
            .into_iter()
            .find(|channel| channel.id == event.conversation_id);
        match followed {
            Some(channel) => match channel.happened(event.seq) {
                Next::Send => out.push(Out::Send(telling.bytes(view).clone())),
                Next::Nothing => {}
                Next::Read(after) => {
                    let question = Question::ReadOn {
                        id: event.conversation_id.clone(),
                        number: event.conversation,
                        after,
                        why: Why::Gap,
                    };
                    out.push(Out::Ask(question));
                }
            },
            None if reader.is_visitor() => out.extend(self.tell_of_own(telling)),
            None => {}
        }
        if self.is_inbox {
            out.push(Out::Send(telling.bytes(View::Inbox).clone()));
        }
        out
    }

    /// A visitor hears of their conversation when somebody else has begun it.
    fn tell_of_own(&mut self, telling: &Telling) -> Option<Out> {
        let event = &telling.event;
        let is_told = match &mut self.own {
            Some((id, knowledge)) if *id == event.conversation_id => match knowledge {
                Knowledge::Told => true,
                Knowledge::Untold(head) => {
                    *head = event.seq.max(*head);
                    true
                }
            },
            _ => false,
        };
        if is_told {
            return None;
        }
        let id = event.conversation_id.clone();
        let heads = BTreeMap::from([(channel_of(&id), event.seq)]);
        self.own = Some((id, Knowledge::Untold(event.seq)));
        Some(Out::Send(say(&ServerFrame::Hb { heads })))
    }

    fn on_typing(&self, typing: &Typing) -> Vec<Out> {
        let ch = channel_of(&typing.conversation_id);
        let is_followed = self.find(&typing.conversation_id).is_some();
        let Some(reader) = self.reader.as_ref().filter(|_| is_followed) else {
            return Vec::new();
        };
        typing
            .seen_by(reader)
            .map(|data| {
                Out::Send(say(&ephemeral(
                    &ch,
                    "typing",
                    data,
                    model::signal::TYPING_MS,
                )))
            })
            .into_iter()
            .collect()
    }

    fn find(&self, id: &ConversationId) -> Option<&Channel> {
        self.channels.iter().find(|channel| channel.id == *id)
    }

    fn find_mut(&mut self, id: &ConversationId) -> Option<&mut Channel> {
        self.channels.iter_mut().find(|channel| channel.id == *id)
    }
}

/// How long it holds whether anybody takes chats: until it is told anew, or the connection ends.
const AVAILABILITY_MS: i64 = 24 * 3_600 * 1_000;

/// How long it holds that a visitor is there; it is told again before.
pub(super) const VISITOR_PRESENCE_MS: i64 = 150_000;

fn ephemeral(ch: &str, kind: &'static str, data: serde_json::Value, ttl: i64) -> ServerFrame {
    ServerFrame::Eph {
        ch: ch.to_owned(),
        kind,
        data,
        ttl,
    }
}

fn only_if(is_wanted: bool, frame: ServerFrame) -> Vec<Out> {
    if is_wanted {
        vec![Out::Send(say(&frame))]
    } else {
        Vec::new()
    }
}
