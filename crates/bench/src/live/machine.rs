//! What a client of the live protocol does (PROTOCOL.md, R1 to R6), as one pure function of what happens to it.
//!
//! The stories in `web/client/vectors` judge it, together with the client of the widget and the inbox. It leaves out what
//! nobody here looks at: typing, presence, an outbox that outlives the process.

use serde_json::Value;

use super::{
    budget::Budget,
    channel::Channel,
    frame::{self, Ack, Event, Frame, Nack, Page},
    line::{Line, after},
    outbox::{Outbox, Unsent},
};

/// The heartbeat comes so much earlier than the server's, at most, and so much of that is chance.
const HEARTBEAT_EARLIER_MS: i64 = 5_000;
const HEARTBEAT_SPREAD_MS: f64 = 10_000.0;

/// The server's heartbeat where `hello` says nothing.
const HEARTBEAT_MS: i64 = 25_000;

/// Something that happens to a client.
#[derive(Clone, Debug)]
pub enum Input {
    /// It is to connect; the token is said in the first frame, where the request itself does not prove who is there.
    Start(Option<String>),
    /// The network may be back.
    Online,
    /// The connection stands.
    Opened,
    /// The server says something.
    Said(Frame),
    /// The connection is gone, or did not come to be; the number is that of its close frame.
    Closed(Option<u16>),
    /// The answer to `Renew`.
    Renewed(Option<String>),
    /// A person follows a channel.
    Follow(String),
    /// A person does no longer.
    Leave(String),
    /// A person wants to see what is older.
    Older(String),
    /// A person writes a message, with a `cid` that is new.
    Write(Unsent),
    /// Time has passed.
    Tick,
}

/// Something that a client does.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// Connects, now.
    Connect,
    /// Connects after so many milliseconds; a tick brings that.
    Wait(i64),
    /// Says something to the server.
    Say(Value),
    /// Closes a connection that is dead.
    Hang,
    /// Gets another token.
    Renew,
    /// It is over: the server does not want this client any more.
    End(u16),
    /// One's own conversation is known now.
    Conversation(String),
    /// Shows an event of a channel, behind all others.
    Show(String, Event),
    /// Shows older events of a channel, before all others.
    ShowBefore(String, Vec<Event>),
    /// Forgets what was shown of a channel.
    Forget(String),
    /// A message is stored.
    Stored(Ack),
    /// A message will never be stored.
    Refused(Nack),
    /// A channel is not for this client.
    Denied(String, String),
}

/// A client.
#[derive(Debug, Default)]
pub struct Machine {
    pub(super) token: Option<String>,
    pub(super) line: Line,
    /// Connections that ended without having lived for long.
    pub(super) attempts: u32,
    /// What `bye` said: its code, and how long to wait.
    pub(super) bye: Option<(u16, i64)>,
    pub(super) heard_at: i64,
    role: String,
    epoch: String,
    heartbeat_ms: i64,
    heartbeat_at: i64,
    pub(super) channels: Vec<Channel>,
    outbox: Outbox,
    budget: Budget,
    gaps: u64,
}

impl Machine {
    /// Takes one step: what happens at a time, with a chance from 0 to below 1, and what is to be done about it.
    pub fn step(&mut self, now: i64, chance: f64, input: Input) -> Vec<Output> {
        let mut outputs = Vec::new();
        match input {
            Input::Said(frame) if self.line.is_open() => {
                self.heard_at = now;
                self.hear(now, chance, frame, &mut outputs);
            }
            Input::Said(_) => {}
            Input::Follow(ch) => drop(self.follow(&ch)),
            Input::Leave(ch) => self.leave(&ch, &mut outputs),
            Input::Older(ch) => {
                if let Some(channel) = self.channel(&ch) {
                    channel.want_older();
                }
            }
            Input::Write(unsent) => self.outbox.add(unsent),
            Input::Tick => self.watch_line(now, chance, &mut outputs),
            line => self.change_line(now, chance, line, &mut outputs),
        }
        if self.line.is_live() {
            self.say_what_is_due(now, chance, &mut outputs);
        }
        outputs
    }

    /// When the next tick is wanted; none where nothing will happen by itself.
    pub fn wake_at(&self) -> Option<i64> {
        let line = self.line.due_at(self.heard_at);
        if !self.line.is_live() {
            return line;
        }
        let asked = self.channels.iter().filter_map(Channel::due_at);
        let due = asked.chain(self.outbox.due_at());
        let due = due.map(|at| at.max(self.budget.next_at()));
        due.chain(line).chain([self.heartbeat_at]).min()
    }

    /// The highest `seq` that was shown of a channel.
    pub fn cursor(&self, ch: &str) -> Option<i64> {
        let channel = self.channels.iter().find(|channel| channel.ch == ch);
        channel.and_then(|channel| channel.cursor)
    }

    /// A channel of which older events are there, and nothing is asked for.
    pub fn next_older(&self) -> Option<String> {
        let found = self.channels.iter().find(|one| one.may_look_back());
        found.map(|channel| channel.ch.clone())
    }

    /// Whether every channel is complete as far as this client knows, and every message has its answer.
    pub fn is_settled(&self) -> bool {
        self.line.is_live() && self.outbox.is_empty() && self.channels.iter().all(Channel::is_idle)
    }

    /// Messages without an answer.
    pub fn unanswered(&self) -> usize {
        self.outbox.len()
    }

    /// How often an event came that was not the next one: on a sound connection to one server never.
    pub fn gaps(&self) -> u64 {
        self.gaps
    }

    fn hear(&mut self, now: i64, chance: f64, frame: Frame, outputs: &mut Vec<Output>) {
        match frame {
            Frame::Hello {
                epoch,
                heartbeat_ms,
            } => {
                self.turn_to(&epoch, outputs);
                self.heartbeat_ms = heartbeat_ms.unwrap_or(HEARTBEAT_MS);
                if self.token.is_none() {
                    self.live(now, chance);
                }
            }
            Frame::Authok { role } => {
                self.role = role;
                if !self.line.is_live() {
                    self.live(now, chance);
                }
            }
            Frame::Subok(page) => self.read(now, page, outputs),
            Frame::Ev(event) => self.apply(event, outputs),
            Frame::Ack(ack) => self.stored(ack, outputs),
            Frame::Nack(nack) => self.refused(now, nack, outputs),
            Frame::Hb { heads } => {
                for (ch, head) in heads {
                    self.compare(&ch, head, outputs);
                }
            }
            Frame::Bye { code, retry_after } => self.bye = Some((code, after(retry_after))),
            Frame::Eph | Frame::Unknown => {}
        }
    }

    /// R1, and R4 after a reconnect.
    fn live(&mut self, now: i64, chance: f64) {
        self.line = Line::Live { since: now };
        self.heartbeat_at = now + self.heartbeat(chance);
        self.budget = Budget::full(now);
        for channel in &mut self.channels {
            channel.connect();
        }
        self.outbox.connect();
    }

    fn turn_to(&mut self, epoch: &str, outputs: &mut Vec<Output>) {
        if !self.epoch.is_empty() && self.epoch != epoch {
            for channel in &mut self.channels {
                channel.begin_anew();
                channel.forget(outputs);
            }
        }
        epoch.clone_into(&mut self.epoch);
    }

    fn channel(&mut self, ch: &str) -> Option<&mut Channel> {
        self.channels.iter_mut().find(|channel| channel.ch == ch)
    }

    /// Follows a channel; tells whether that is new.
    fn follow(&mut self, ch: &str) -> bool {
        let is_new = self.channel(ch).is_none();
        if is_new {
            self.channels.push(Channel::new(ch));
        }
        is_new
    }

    fn leave(&mut self, ch: &str, outputs: &mut Vec<Output>) {
        let before = self.channels.len();
        self.channels.retain(|channel| channel.ch != ch);
        if self.channels.len() < before {
            outputs.push(Output::Forget(ch.to_owned()));
            if self.line.is_live() {
                outputs.push(Output::Say(frame::unsub(ch)));
            }
        }
    }

    /// A visitor's own conversation: what was for `me` is for it.
    fn find_own(&mut self, ch: &str, outputs: &mut Vec<Output>) {
        if self.follow(ch) {
            outputs.push(Output::Conversation(ch.to_owned()));
        }
        self.outbox.move_to(ch);
    }

    /// R3.
    fn compare(&mut self, ch: &str, head: i64, outputs: &mut Vec<Output>) {
        let may_be_own = self.role != "agent" && self.role != "program";
        match self.channel(ch) {
            Some(channel) => channel.compare(head),
            None if may_be_own && ch.starts_with("c:") => self.find_own(ch, outputs),
            None => {}
        }
    }

    fn read(&mut self, now: i64, page: Page, outputs: &mut Vec<Output>) {
        self.turn_to(&page.epoch, outputs);
        if let Some(id) = &page.conversation_id {
            self.find_own(&format!("c:{id}"), outputs);
        }
        let (ch, epoch) = (page.ch.clone(), self.epoch.clone());
        if let Some(channel) = self.channel(&ch) {
            channel.read(now, &epoch, page, outputs);
        }
    }

    fn apply(&mut self, event: Event, outputs: &mut Vec<Output>) {
        let ch = event.ch.clone();
        if let Some(channel) = self.channel(&ch) {
            let is_gap = channel.apply(event, outputs);
            self.gaps += u64::from(is_gap);
        }
    }

    fn stored(&mut self, ack: Ack, outputs: &mut Vec<Output>) {
        let Some(unsent) = self.outbox.remove(&ack.cid) else {
            // The answer to a repetition.
            return;
        };
        if unsent.ch == "me" {
            self.find_own(&ack.ch, outputs);
        }
        outputs.push(Output::Stored(ack));
    }

    fn refused(&mut self, now: i64, nack: Nack, outputs: &mut Vec<Output>) {
        let again_at = nack.retry_after.map(|seconds| now + after(seconds));
        match (&nack.cid, &nack.ch) {
            (Some(cid), _) if nack.r#final => {
                if self.outbox.remove(cid).is_some() {
                    outputs.push(Output::Refused(nack));
                }
            }
            (Some(cid), _) => self.outbox.put_off(cid, again_at),
            (None, Some(ch)) if nack.r#final => {
                let ch = ch.clone();
                self.channels.retain(|channel| channel.ch != ch);
                outputs.push(Output::Denied(ch, nack.code));
            }
            (None, Some(ch)) => {
                if let (Some(channel), Some(at)) = (self.channel(ch), again_at) {
                    channel.put_off(at);
                }
            }
            (None, None) => {}
        }
    }

    fn say_what_is_due(&mut self, now: i64, chance: f64, outputs: &mut Vec<Output>) {
        for channel in &mut self.channels {
            if channel.is_due(now) && self.budget.take(now) {
                outputs.push(Output::Say(channel.ask(now, &self.epoch)));
            }
        }
        for unsent in self.outbox.due(now) {
            if !self.budget.take(now) {
                break;
            }
            outputs.push(Output::Say(unsent.say(now)));
        }
        if self.heartbeat_at <= now {
            self.heartbeat_at = now + self.heartbeat(chance);
            let cursors = self.channels.iter().filter_map(Channel::applied);
            outputs.push(Output::Say(frame::heartbeat(&cursors.collect())));
        }
    }

    fn heartbeat(&self, chance: f64) -> i64 {
        self.heartbeat_ms - HEARTBEAT_EARLIER_MS + (HEARTBEAT_SPREAD_MS * chance) as i64
    }
}
