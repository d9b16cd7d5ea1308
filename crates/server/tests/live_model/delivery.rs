//! A writer, a server and a reader, and everything that can happen to them.

use stateright::{Model, Property};

use crate::state::{Entry, Link, MESSAGES, SENDS, State};

/// P2, while things move.
pub(crate) const IN_ORDER: &str = "the reader has everything from the first on, once, in order";
/// P2, in the end.
pub(crate) const COMPLETE: &str = "the reader has everything when nothing moves any more";
/// P1, twice never.
pub(crate) const STORED_ONCE: &str = "a message is stored once";
/// P1, after the ack.
pub(crate) const DURABLE: &str = "what was acknowledged is stored";
/// P1, before it.
pub(crate) const NOT_LOST: &str = "what is not stored is still in the outbox";
/// That the model does what it is for.
pub(crate) const ARRIVES: &str = "all messages arrive";

/// What keeps the promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    /// R1: what comes while the answer to `sub` is under way is kept until then.
    BufferWhileSubscribing,
    /// R2: only the next event is applied; what is ahead is held, what is behind ignored.
    HoldWhatIsAhead,
    /// R3: a head above the cursor has the reader ask.
    AskBelowHead,
    /// R4: a message leaves the outbox with its ack, not before.
    KeepUntilAcked,
    /// R7: the ack follows the commit.
    AckAfterCommit,
    /// The same `cid` again is the same message.
    UniqueCid,
    /// The seq is taken in the transaction that writes the event, under the conversation's lock.
    SeqInTransaction,
}

/// The rules, perhaps without one.
pub(crate) struct Delivery {
    pub(crate) missing: Option<Rule>,
}

/// What can happen. Messages and entries are named by their index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    Send(usize),
    Commit(usize),
    /// The ack is lost, with everything else under way to and from the writer.
    CommitAndCutOff(usize),
    RollBack(usize),
    TakeSeq(usize),
    CommitTaken(usize),
    RollBackTaken(usize),
    ReceiveEvent(usize),
    LoseEvent(usize),
    /// The reader begins to be told of what happens, and waits for what happened before.
    Subscribe,
    /// The server reads the store for the reader: what `sub` or `more` asked for.
    Answer,
    ReceivePage,
    CutOffWriter,
    CutOffReader,
}

impl Model for Delivery {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        vec![State::first()]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        self.actions_of_messages(state, actions);
        for index in 0..state.open.len() {
            actions.push(Action::CommitTaken(index));
            if state.rollbacks_left > 0 {
                actions.push(Action::RollBackTaken(index));
            }
        }
        for index in 0..state.told.len() {
            actions.push(Action::ReceiveEvent(index));
            if state.events_lost_left > 0 {
                actions.push(Action::LoseEvent(index));
            }
        }
        if state.link == Link::Off {
            actions.push(Action::Subscribe);
        } else if state.disconnects_left > 0 {
            actions.push(Action::CutOffReader);
        }
        if self.is_answered(state) {
            actions.push(Action::Answer);
        }
        if state.page.is_some() {
            actions.push(Action::ReceivePage);
        }
        if state.disconnects_left > 0 && state.requests != [0; MESSAGES] {
            actions.push(Action::CutOffWriter);
        }
    }

    fn next_state(&self, before: &State, action: Action) -> Option<State> {
        let mut state = before.clone();
        match action {
            Action::Send(message) => {
                state.sends_left[message] -= 1;
                state.requests[message] += 1;
                state.outbox[message] = self.has(Rule::KeepUntilAcked);
            }
            Action::Commit(message) => {
                state.requests[message] -= 1;
                let seq = state.seqs_taken + 1;
                self.commit(&mut state, seq, message);
                state.acknowledge(message);
            }
            Action::CommitAndCutOff(message) => {
                let seq = state.seqs_taken + 1;
                self.commit(&mut state, seq, message);
                state.cut_off_writer();
            }
            Action::RollBack(message) => {
                state.requests[message] -= 1;
                state.rollbacks_left -= 1;
                if !self.has(Rule::AckAfterCommit) {
                    state.acknowledge(message);
                }
            }
            Action::TakeSeq(message) => {
                state.requests[message] -= 1;
                state.seqs_taken += 1;
                state.open.push(Entry {
                    seq: state.seqs_taken,
                    message: message as u8,
                });
            }
            Action::CommitTaken(index) => {
                let Entry { seq, message } = state.open.remove(index);
                self.commit(&mut state, seq, usize::from(message));
                state.acknowledge(usize::from(message));
            }
            Action::RollBackTaken(index) => {
                state.open.remove(index);
                state.rollbacks_left -= 1;
            }
            Action::ReceiveEvent(index) => {
                let entry = state.told.remove(index);
                self.receive_event(&mut state, entry);
            }
            Action::LoseEvent(index) => {
                state.told.remove(index);
                state.events_lost_left -= 1;
            }
            Action::Subscribe => state.link = Link::Subscribing,
            Action::Answer => {
                let cursor = state.cursor.unwrap_or_default();
                let after = state.log.iter().filter(|entry| entry.seq > cursor);
                state.page = Some(after.copied().collect());
            }
            Action::ReceivePage => {
                let entries = state.page.take().unwrap_or_default();
                self.receive_page(&mut state, entries);
            }
            Action::CutOffWriter => state.cut_off_writer(),
            Action::CutOffReader => {
                state.disconnects_left -= 1;
                state.link = Link::Off;
                state.told.clear();
                state.page = None;
                state.held.clear();
            }
        }
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always(IN_ORDER, |_, state: &State| {
                let seqs = state.applied.iter().map(|entry| entry.seq);
                seqs.eq(1..=state.applied.len() as u8)
            }),
            Property::always(COMPLETE, |model: &Self, state: &State| {
                !model.is_settled(state) || state.applied == state.log
            }),
            Property::always(STORED_ONCE, |_, state: &State| {
                (0..MESSAGES).all(|message| state.times_stored(message) <= 1)
            }),
            Property::always(DURABLE, |_, state: &State| {
                let mut acked = (0..MESSAGES).filter(|message| state.acked[*message]);
                acked.all(|message| state.times_stored(message) > 0)
            }),
            Property::always(NOT_LOST, |_, state: &State| {
                let is_under_way = |message| {
                    let mut open = state.open.iter();
                    state.requests[message] > 0
                        || open.any(|entry| usize::from(entry.message) == message)
                };
                (0..MESSAGES).all(|message| {
                    state.outbox[message]
                        || state.acked[message]
                        || is_under_way(message)
                        || state.times_stored(message) > 0
                })
            }),
            Property::sometimes(ARRIVES, |model: &Self, state: &State| {
                model.is_settled(state) && state.applied.len() == MESSAGES
            }),
        ]
    }
}

impl Delivery {
    fn has(&self, rule: Rule) -> bool {
        self.missing != Some(rule)
    }

    fn actions_of_messages(&self, state: &State, actions: &mut Vec<Action>) {
        for message in 0..MESSAGES {
            // What is written first is sent first; which of them comes first is another matter.
            let is_next = message == 0 || state.sends_left[message - 1] < SENDS;
            if state.outbox[message] && state.sends_left[message] > 0 && is_next {
                actions.push(Action::Send(message));
            }
            if state.requests[message] > 0 {
                if self.has(Rule::SeqInTransaction) {
                    actions.push(Action::Commit(message));
                    if state.disconnects_left > 0 {
                        actions.push(Action::CommitAndCutOff(message));
                    }
                    if state.rollbacks_left > 0 {
                        actions.push(Action::RollBack(message));
                    }
                } else {
                    actions.push(Action::TakeSeq(message));
                }
            }
        }
    }

    fn commit(&self, state: &mut State, seq: u8, message: usize) {
        if self.has(Rule::UniqueCid) && state.times_stored(message) > 0 {
            return;
        }
        let entry = Entry {
            seq,
            message: message as u8,
        };
        state.seqs_taken = state.seqs_taken.max(seq);
        state.log.push(entry);
        state.log.sort_unstable();
        if state.link != Link::Off {
            state.told.push(entry);
            state.told.sort_unstable();
        }
    }

    /// Whether the server reads the store for the reader: because of `sub`, or of `more` that brings something.
    fn is_answered(&self, state: &State) -> bool {
        let has_reason = self.has(Rule::AskBelowHead) || !state.held.is_empty();
        let is_wanted = match state.link {
            Link::Off => false,
            Link::Subscribing => true,
            Link::On => has_reason && state.is_behind(),
        };
        is_wanted && state.page.is_none()
    }

    fn receive_event(&self, state: &mut State, entry: Entry) {
        if state.link == Link::Subscribing && self.has(Rule::BufferWhileSubscribing) {
            state.hold(entry);
        } else {
            self.take(state, entry);
        }
    }

    fn receive_page(&self, state: &mut State, entries: Vec<Entry>) {
        state.link = Link::On;
        state.cursor = state.cursor.or(Some(0));
        for entry in entries {
            self.take(state, entry);
        }
        for entry in std::mem::take(&mut state.held) {
            self.take(state, entry);
        }
    }

    /// Applies an event where it is its turn.
    fn take(&self, state: &mut State, entry: Entry) {
        // Without a cursor any event is the first.
        let next = state.cursor.map_or(entry.seq, |cursor| cursor + 1);
        if entry.seq == next || !self.has(Rule::HoldWhatIsAhead) {
            state.applied.push(entry);
            state.cursor = Some(entry.seq);
            let waiting = state.held.iter().position(|held| held.seq == entry.seq + 1);
            if let Some(index) = waiting {
                let entry = state.held.remove(index);
                self.take(state, entry);
            }
        } else if entry.seq > next {
            state.hold(entry);
        }
    }

    /// Whether nothing happens any more that would tell the reader something.
    fn is_settled(&self, state: &State) -> bool {
        state.link == Link::On
            && state.requests == [0; MESSAGES]
            && state.open.is_empty()
            && state.told.is_empty()
            && state.page.is_none()
            && !self.is_answered(state)
    }
}
