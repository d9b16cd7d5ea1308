//! One channel of a client: what was shown of it, what is kept, and what is asked for (PROTOCOL.md, R1 to R3).

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    frame::{self, Event, Page},
    machine::Output,
};

/// Events that are kept until those before them have come; what is beyond is asked for later.
const HELD_MAX: usize = 500;

/// How long an answer may take before it is asked for again.
const ANSWER_MS: i64 = 15_000;

/// The pause after an answer that brought nothing new.
const NOTHING_NEW_MS: i64 = 2_000;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ask {
    /// The channel, from the cursor on.
    Sub,
    /// What comes after the cursor.
    After,
    /// What came before the oldest that is shown.
    Before,
}

/// What is on its way or wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Nothing.
    Idle,
    /// Wanted, from a time on.
    Wanted(Ask, i64),
    /// Asked for, and asked again at a time.
    Asked(Ask, i64),
}

/// One channel.
#[derive(Debug)]
pub(super) struct Channel {
    pub(super) ch: String,
    pub(super) cursor: Option<i64>,
    state: State,
    held: BTreeMap<i64, Event>,
    /// Where older events are found.
    prev: Option<String>,
    wants_older: bool,
    /// The highest `seq` that was told of.
    head: i64,
    /// Whether anything is shown of it.
    is_shown: bool,
}

impl Channel {
    pub(super) fn new(ch: &str) -> Self {
        Self {
            ch: ch.to_owned(),
            cursor: None,
            state: State::Wanted(Ask::Sub, 0),
            held: BTreeMap::new(),
            prev: None,
            wants_older: false,
            head: 0,
            is_shown: false,
        }
    }

    /// Whether nothing is wanted and nothing kept.
    pub(super) fn is_idle(&self) -> bool {
        self.state == State::Idle && self.held.is_empty() && !self.wants_older
    }

    /// Whether older events are there, and nothing else is asked for.
    pub(super) fn may_look_back(&self) -> bool {
        self.state == State::Idle && self.has_older()
    }

    fn has_older(&self) -> bool {
        self.prev.is_some()
    }

    pub(super) fn want_older(&mut self) {
        self.wants_older = self.has_older();
        if self.state == State::Idle && self.wants_older {
            self.state = State::Wanted(Ask::Before, 0);
        }
    }

    /// What is told in a heartbeat.
    pub(super) fn applied(&self) -> Option<(&str, i64)> {
        let cursor = self.cursor.filter(|_| self.is_durable())?;
        Some((&self.ch, cursor))
    }

    /// A new connection knows nothing of it.
    pub(super) fn connect(&mut self) {
        self.state = State::Wanted(Ask::Sub, 0);
    }

    pub(super) fn disconnect(&mut self) {
        self.state = State::Idle;
        self.held.clear();
    }

    /// Nothing is shown of it any more.
    pub(super) fn forget(&mut self, outputs: &mut Vec<Output>) {
        if std::mem::take(&mut self.is_shown) {
            outputs.push(Output::Forget(self.ch.clone()));
        }
    }

    /// Forgets where it was; what is shown stays until there is something else.
    pub(super) fn begin_anew(&mut self) {
        self.cursor = None;
        self.prev = None;
        self.head = 0;
        self.held.clear();
    }

    pub(super) fn is_due(&self, now: i64) -> bool {
        self.due_at().is_some_and(|at| at <= now)
    }

    pub(super) fn due_at(&self) -> Option<i64> {
        match self.state {
            State::Idle => None,
            State::Wanted(_, at) | State::Asked(_, at) => Some(at),
        }
    }

    /// The frame that asks for what is wanted.
    pub(super) fn ask(&mut self, now: i64, epoch: &str) -> Value {
        let (State::Wanted(ask, _) | State::Asked(ask, _)) = self.state else {
            unreachable!("only what is due is asked for");
        };
        self.state = State::Asked(ask, now + ANSWER_MS);
        let cursor = self.cursor.filter(|_| self.is_durable());
        let cursor = cursor.map(|seq| format!("{epoch}:{seq}"));
        match (ask, cursor, &self.prev) {
            (Ask::Before, _, Some(prev)) => frame::before(&self.ch, prev),
            (Ask::After, Some(cursor), _) => frame::more(&self.ch, &cursor),
            (_, cursor, _) => {
                self.state = State::Asked(Ask::Sub, now + ANSWER_MS);
                frame::sub(&self.ch, cursor.as_deref())
            }
        }
    }

    /// It was refused for now.
    pub(super) fn put_off(&mut self, again_at: i64) {
        if let State::Asked(ask, _) = self.state {
            self.state = State::Wanted(ask, again_at);
        }
    }

    /// R3: asks where the server has more.
    pub(super) fn compare(&mut self, head: i64) {
        self.head = self.head.max(head);
        if self.state == State::Idle && self.is_durable() {
            match self.cursor {
                Some(cursor) if head > cursor => self.state = State::Wanted(Ask::After, 0),
                Some(_) => {}
                None => self.state = State::Wanted(Ask::Sub, 0),
            }
        }
    }

    /// R2: shows an event, ignores it, or keeps it and asks for those before it; tells whether they were missing.
    pub(super) fn apply(&mut self, event: Event, outputs: &mut Vec<Output>) -> bool {
        if !self.is_durable() {
            outputs.push(Output::Show(self.ch.clone(), event));
            return false;
        }
        let is_subscribing = matches!(
            self.state,
            State::Wanted(Ask::Sub, _) | State::Asked(Ask::Sub, _)
        );
        match self.cursor {
            Some(cursor) if event.seq <= cursor && !is_subscribing => false,
            Some(cursor) if event.seq == cursor + 1 && !is_subscribing => {
                self.show(event, outputs);
                self.show_held(outputs);
                false
            }
            _ => {
                if self.held.len() < HELD_MAX {
                    self.held.insert(event.seq, event);
                }
                let is_gap = self.state == State::Idle;
                if is_gap {
                    self.state = State::Wanted(Ask::After, 0);
                }
                is_gap
            }
        }
    }

    /// R1: shows a page, then what came meanwhile.
    pub(super) fn read(&mut self, now: i64, epoch: &str, page: Page, outputs: &mut Vec<Output>) {
        let State::Asked(asked, _) = self.state else {
            // The second answer to what was asked twice.
            return;
        };
        let is_older = self.is_older(&page);
        if asked == Ask::Before && !is_older {
            // The second answer to an earlier question.
            return;
        }
        self.state = State::Idle;
        if !self.is_durable() {
            return;
        }
        if asked == Ask::Before {
            self.prev = page.prev;
            self.wants_older = false;
            outputs.push(Output::ShowBefore(self.ch.clone(), page.events));
            self.want_rest(now, true);
            return;
        }
        let before = self.cursor;
        if self.cursor.is_none() || !page.recovered || page.limited {
            self.forget(outputs);
            let first = page.events.first().map(|event| event.seq - 1);
            self.cursor = Some(first.unwrap_or(page.head));
            let oldest = |seq: i64| format!("{epoch}:{}", seq + 1);
            self.prev = page
                .prev
                .or_else(|| first.filter(|seq| *seq > 0).map(oldest));
        }
        self.head = self.head.max(page.head);
        for event in page.events {
            let cursor = self.cursor.unwrap_or(0);
            if event.seq == cursor + 1 {
                self.show(event, outputs);
            } else if event.seq > cursor {
                self.held.insert(event.seq, event);
            }
        }
        self.show_held(outputs);
        let is_fresh = self.cursor != before;
        if page.more {
            self.head = self.head.max(self.cursor.unwrap_or(0) + 1);
        }
        self.want_rest(now, is_fresh);
    }

    /// Whether a page ends where the oldest that is shown begins.
    fn is_older(&self, page: &Page) -> bool {
        let oldest = self.prev.as_deref().and_then(place);
        let newest = page.events.last().map(|event| event.seq);
        oldest.is_some_and(|oldest| newest.is_none_or(|newest| newest + 1 == oldest))
    }

    /// Asks for what is missing still, or was wanted meanwhile.
    fn want_rest(&mut self, now: i64, is_fresh: bool) {
        let cursor = self.cursor.unwrap_or(0);
        if !self.held.is_empty() || self.head > cursor {
            let at = if is_fresh { 0 } else { now + NOTHING_NEW_MS };
            self.state = State::Wanted(Ask::After, at);
        } else if self.wants_older && self.has_older() {
            self.state = State::Wanted(Ask::Before, 0);
        }
    }

    fn show_held(&mut self, outputs: &mut Vec<Output>) {
        while let Some(first) = self.held.first_entry() {
            let next = self.cursor.unwrap_or(0) + 1;
            if *first.key() > next {
                return;
            }
            let event = first.remove();
            if event.seq == next {
                self.show(event, outputs);
            }
        }
    }

    fn show(&mut self, event: Event, outputs: &mut Vec<Output>) {
        self.cursor = Some(event.seq);
        self.is_shown = true;
        outputs.push(Output::Show(self.ch.clone(), event));
    }

    /// Whether its events are numbered and kept.
    fn is_durable(&self) -> bool {
        self.ch.starts_with("c:")
    }
}

/// The `seq` in a cursor.
fn place(cursor: &str) -> Option<i64> {
    cursor.rsplit_once(':')?.1.parse().ok()
}
