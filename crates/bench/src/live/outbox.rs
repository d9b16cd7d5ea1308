//! Messages that have no answer yet (PROTOCOL.md, R4).

use serde_json::Value;

use super::frame;

/// The first and the longest wait for an answer.
const ANSWER_MS: i64 = 5_000;
const ANSWER_MAX_MS: i64 = 60_000;

/// A message that has no answer yet.
#[derive(Clone, Debug)]
pub struct Unsent {
    /// Names it for ever.
    pub cid: String,
    /// Where it goes.
    pub ch: String,
    /// What it says.
    pub data: Value,
    tries: u32,
    again_at: i64,
}

impl Unsent {
    /// A message that was never sent.
    pub fn new(cid: String, ch: String, data: Value) -> Self {
        Self {
            cid,
            ch,
            data,
            tries: 0,
            again_at: 0,
        }
    }

    /// Says it, and chooses when to say it again.
    pub(super) fn say(&mut self, now: i64) -> Value {
        let wait = ANSWER_MS
            .saturating_mul(1 << self.tries.min(8))
            .min(ANSWER_MAX_MS);
        self.tries += 1;
        self.again_at = now + wait;
        frame::send(&self.cid, &self.ch, &self.data)
    }
}

/// Messages without an answer, in the order in which they were written.
#[derive(Debug, Default)]
pub(super) struct Outbox(Vec<Unsent>);

impl Outbox {
    pub(super) fn add(&mut self, unsent: Unsent) {
        self.0.push(unsent);
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn remove(&mut self, cid: &str) -> Option<Unsent> {
        let place = self.0.iter().position(|unsent| unsent.cid == cid)?;
        Some(self.0.remove(place))
    }

    /// It was refused for now.
    pub(super) fn put_off(&mut self, cid: &str, again_at: Option<i64>) {
        let found = self.0.iter_mut().find(|unsent| unsent.cid == cid);
        if let (Some(unsent), Some(at)) = (found, again_at) {
            unsent.again_at = at;
        }
    }

    /// On a new connection everything is said at once.
    pub(super) fn connect(&mut self) {
        for unsent in &mut self.0 {
            (unsent.tries, unsent.again_at) = (0, 0);
        }
    }

    /// What was for `me` is for one's conversation.
    pub(super) fn move_to(&mut self, ch: &str) {
        for unsent in self.0.iter_mut().filter(|unsent| unsent.ch == "me") {
            ch.clone_into(&mut unsent.ch);
        }
    }

    /// Those whose time has come: of each channel only the first, so that they stay in order.
    pub(super) fn due(&mut self, now: i64) -> impl Iterator<Item = &mut Unsent> {
        let mut seen: Vec<String> = Vec::new();
        self.0.iter_mut().filter(move |unsent| {
            if seen.contains(&unsent.ch) {
                return false;
            }
            seen.push(unsent.ch.clone());
            unsent.again_at <= now
        })
    }

    /// When the next one's time comes.
    pub(super) fn due_at(&self) -> Option<i64> {
        let first = |(place, unsent): (usize, &Unsent)| {
            let before = &self.0[..place];
            let is_first = before.iter().all(|other| other.ch != unsent.ch);
            is_first.then_some(unsent.again_at)
        };
        self.0.iter().enumerate().filter_map(first).min()
    }
}
