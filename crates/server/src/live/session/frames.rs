//! What a client says.

use model::{event::Side, id::FileId, signal::PREVIEW_LENGTH_MAX};

use super::*;
use crate::live::{
    protocol::{CHANNELS_MAX, ClientFrame, EphemeralData, REFUSED_MAX, SendData},
    question::Draft,
};

/// Longest id that is looked for, in bytes.
const ID_BYTES_MAX: usize = 64;

/// What a channel is.
enum Target {
    Oneself,
    Everything,
    Conversation(ConversationId),
    Nothing,
}

impl Session {
    /// A frame came.
    pub(in crate::live) fn on_client(&mut self, text: &str, now: Millis) -> Vec<Out> {
        self.heard(now);
        if let Err(seconds) = self.bucket.take(now) {
            return self.refuse_as_too_many(seconds);
        }
        self.refused_in_a_row = 0;
        // An array could be read as a frame too.
        let is_object = text.trim_ascii_start().starts_with('{');
        match serde_json::from_str(text) {
            Ok(frame) if is_object => self.on_frame(frame),
            _ => self.refuse_as_bad(),
        }
    }

    fn refuse_as_too_many(&mut self, seconds: u64) -> Vec<Out> {
        self.refused_in_a_row += 1;
        if self.refused_in_a_row > REFUSED_MAX {
            return vec![Out::Close(CloseCode::RateLimited)];
        }
        let message = format!("more than {FRAMES_PER_SECOND} frames a second");
        let frame = for_now(Refused::default(), Code::RateLimited, message, seconds);
        vec![Out::Send(say(&frame))]
    }

    fn refuse_as_bad(&mut self) -> Vec<Out> {
        self.bad_frames += 1;
        let message = "this is no frame: see the protocol";
        let frame = for_good(Refused::default(), Code::BadFrame, message);
        let mut out = vec![Out::Send(say(&frame))];
        if self.bad_frames >= BAD_FRAMES_MAX {
            out.push(Out::Close(CloseCode::BadFrames));
        }
        out
    }

    fn on_frame(&mut self, frame: ClientFrame) -> Vec<Out> {
        match frame {
            ClientFrame::Auth { token, agent_id } => self.on_auth(token, agent_id),
            ClientFrame::Hb { cursors } => self.on_heartbeat(&cursors),
            _ if self.reader.is_none() => {
                let message = "say who you are first";
                refuse(Refused::default(), Code::PermissionDenied, message)
            }
            ClientFrame::Sub { ch, cursor } => self.on_sub(&ch, cursor.as_deref()),
            ClientFrame::Unsub { ch } => self.on_unsub(&ch),
            ClientFrame::More { ch, cursor, before } => self.on_more(&ch, &cursor, before),
            ClientFrame::Send { cid, ch, data } => self.on_send(cid, ch, data),
            ClientFrame::Seen { ch, seq } => self.on_seen(ch, seq),
            ClientFrame::Eph { ch, kind, data } => self.on_ephemeral(ch, &kind, data),
        }
    }

    fn on_auth(&mut self, token: String, agent_id: Option<String>) -> Vec<Out> {
        if self.reader.is_some() {
            let message = "this connection is authenticated already";
            return refuse(Refused::default(), Code::PermissionDenied, message);
        }
        self.is_authenticating = true;
        vec![Out::Ask(Question::Authenticate { token, agent_id })]
    }

    /// A client that has what nobody sent it goes by another history.
    fn on_heartbeat(&mut self, cursors: &BTreeMap<String, i64>) -> Vec<Out> {
        let is_ahead = self.channels.iter().any(|channel| {
            let cursor = cursors.get(&channel_of(&channel.id));
            channel.number.is_some() && cursor.is_some_and(|cursor| *cursor > channel.head)
        });
        if is_ahead {
            vec![Out::Close(CloseCode::Mismatch)]
        } else {
            Vec::new()
        }
    }

    fn on_sub(&mut self, ch: &str, cursor: Option<&str>) -> Vec<Out> {
        let is_visitor = self
            .reader
            .as_ref()
            .is_some_and(|reader| reader.is_visitor());
        match target_of(ch) {
            Target::Oneself => {
                self.is_me = true;
                vec![Out::Ask(Question::FollowOneself)]
            }
            Target::Everything if !is_visitor => {
                self.is_inbox = true;
                vec![Out::Ask(Question::FollowEverything)]
            }
            Target::Conversation(id) => {
                let is_full = self.channels.len() >= CHANNELS_MAX;
                match self.find_mut(&id) {
                    Some(channel) => channel.ask(),
                    None if is_full => {
                        let message =
                            format!("more than {CHANNELS_MAX} channels: leave others first");
                        let refused = Refused::channel(ch);
                        let frame = for_now(refused, Code::RateLimited, message, 60);
                        return vec![Out::Send(say(&frame))];
                    }
                    None => self.channels.push(Channel::new(id.clone())),
                }
                // What is no cursor is one that nobody knows: the reader begins anew.
                let cursor = cursor.and_then(Cursor::parse);
                vec![Out::Ask(Question::Follow { id, cursor })]
            }
            Target::Everything | Target::Nothing => not_found(ch),
        }
    }

    fn on_unsub(&mut self, ch: &str) -> Vec<Out> {
        match target_of(ch) {
            Target::Oneself => self.is_me = false,
            Target::Everything if self.is_inbox => {
                self.is_inbox = false;
                return vec![Out::UnfollowEverything];
            }
            Target::Conversation(id) => {
                let place = self.channels.iter().position(|channel| channel.id == id);
                let left = place.map(|place| self.channels.swap_remove(place));
                let number = left.and_then(|channel| channel.number);
                return number.map(Out::Unfollow).into_iter().collect();
            }
            Target::Everything | Target::Nothing => {}
        }
        Vec::new()
    }

    fn on_more(&mut self, ch: &str, cursor: &str, before: bool) -> Vec<Out> {
        let Target::Conversation(id) = target_of(ch) else {
            return not_found(ch);
        };
        let epoch = Arc::clone(&self.epoch);
        let Some(channel) = self.find_mut(&id) else {
            return not_found(ch);
        };
        let cursor = Cursor::parse(cursor).filter(|cursor| *cursor.epoch == *epoch);
        let question = match (cursor, channel.number) {
            (Some(cursor), Some(number)) if before => Question::ReadBack {
                id,
                number,
                before: cursor.seq,
            },
            (Some(cursor), Some(number)) => {
                channel.ask();
                Question::ReadOn {
                    id,
                    number,
                    after: cursor.seq,
                    why: Why::Asked,
                }
            }
            // A place of another history: everything anew.
            (cursor, _) => {
                channel.ask();
                Question::Follow { id, cursor }
            }
        };
        vec![Out::Ask(question)]
    }

    fn on_send(&mut self, cid: Option<String>, ch: String, data: SendData) -> Vec<Out> {
        let is_visitor = self
            .reader
            .as_ref()
            .is_some_and(|reader| reader.is_visitor());
        let conversation = match target_of(&ch) {
            Target::Conversation(id) => Some(id),
            Target::Oneself if is_visitor => None,
            _ => {
                let refused = Refused { cid, ch: Some(ch) };
                return refuse(refused, Code::NotFound, NO_CHANNEL);
            }
        };
        let Some(cid) = cid else {
            let message = "cid is missing: 8 to 64 characters, made by you before sending";
            return refuse(Refused::channel(ch), Code::InvalidParameter, message);
        };
        if !is_cid(&cid) {
            let message = "cid must be 8 to 64 characters of A-Z a-z 0-9 _ -";
            let refused = Refused {
                cid: Some(cid),
                ch: Some(ch),
            };
            return refuse(refused, Code::InvalidParameter, message);
        }
        vec![Out::Ask(Question::Write(Box::new(Draft {
            cid,
            ch,
            conversation,
            text: data.text,
            file_ids: data.file_ids.into_iter().map(FileId::new).collect(),
            is_note: data.is_note,
        })))]
    }

    fn on_seen(&mut self, ch: String, up_to: i64) -> Vec<Out> {
        match target_of(&ch) {
            Target::Conversation(id) => vec![Out::Ask(Question::See { id, up_to })],
            _ => not_found(&ch),
        }
    }

    /// Typing goes to a conversation that one follows, and so may look at; presence is what the server says.
    fn on_ephemeral(&mut self, ch: String, kind: &str, data: EphemeralData) -> Vec<Out> {
        let Target::Conversation(id) = target_of(&ch) else {
            let message = "nothing can be told there";
            return refuse(Refused::channel(ch), Code::PermissionDenied, message);
        };
        if kind != "typing" {
            let message = "only typing can be told";
            return refuse(Refused::channel(ch), Code::PermissionDenied, message);
        }
        let Some(conversation) = self.find(&id).and_then(|channel| channel.number) else {
            return not_found(&ch);
        };
        let (by, agent, name, preview) = match self.reader.as_ref().map(|reader| &reader.who) {
            Some(Who::Visitor { .. }) => (Side::Visitor, None, None, data.preview),
            Some(Who::Agent { id, name, .. }) => {
                (Side::Agent, Some(id.clone()), Some(name.clone()), None)
            }
            Some(Who::Program { .. }) | None => {
                let message = "only agents and visitors type: name an agent";
                return refuse(Refused::channel(ch), Code::PermissionDenied, message);
            }
        };
        let preview = preview.filter(|_| data.is_typing);
        vec![Out::Tell(SignalKind::Typing {
            conversation,
            by,
            agent,
            name,
            is_typing: data.is_typing,
            preview: preview.map(|text| text.chars().take(PREVIEW_LENGTH_MAX).collect()),
        })]
    }
}

const NO_CHANNEL: &str = "there is no such channel for you; subscribe first";

fn refuse(refused: Refused, code: Code, message: &str) -> Vec<Out> {
    vec![Out::Send(say(&for_good(refused, code, message)))]
}

fn not_found(ch: &str) -> Vec<Out> {
    refuse(Refused::channel(ch), Code::NotFound, NO_CHANNEL)
}

fn target_of(ch: &str) -> Target {
    match ch {
        "me" => Target::Oneself,
        "inbox" => Target::Everything,
        _ => ch
            .strip_prefix("c:")
            .filter(|id| (1..=ID_BYTES_MAX).contains(&id.len()))
            .filter(|id| id.bytes().all(|byte| byte.is_ascii_alphanumeric()))
            .map_or(Target::Nothing, |id| {
                Target::Conversation(ConversationId::new(id))
            }),
    }
}

/// The ids that clients make (trust, case D9).
fn is_cid(cid: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    (8..=64).contains(&cid.len()) && cid.bytes().all(is_plain)
}
