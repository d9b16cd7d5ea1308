//! The rules of live delivery, tried in every order in which things can happen.
//!
//! A writer sends three messages, each at most twice, to a server that commits them, or once rolls one back. A reader
//! follows from the beginning; it is told of events in any order, and of one not at all. Once, one of the two loses its
//! connection with whatever is under way on it. That is some half a million states, and in each the promises of
//! PROTOCOL.md hold:
//!
//! - P1: what was acknowledged is stored, once, and what is not stored is still in the outbox;
//! - P2: the reader has every event from the first on, once and in order, and all of them when nothing moves any more.
//!
//! Then each rule is taken away, and a promise breaks: so the rules are needed, and the model sees what they are for. They
//! are the client's R1 to R4, and the server's: the ack follows the commit, a `cid` is unique, and the seq is taken in the
//! transaction that writes its event, under the conversation's lock.
//!
//! What is simpler than life: one bag of events for feed, hub, other nodes and socket; the reader knows the head at any
//! time, not every 25 seconds; a question for what is not there is left out, as it changes nothing; and the writer sends
//! its messages for the first time in the order in which they were written.

mod delivery;
mod state;

use delivery::{Delivery, Rule};
use stateright::{Checker, HasDiscoveries, Model};

/// Threads that try: more do not help on a machine with two.
const THREADS: usize = 2;

/// States that the model has; fewer would mean that it has become another.
const STATES_MIN: usize = 500_000;

#[test]
fn with_every_rule_the_promises_hold() {
    let checker = Delivery { missing: None }
        .checker()
        .threads(THREADS)
        .spawn_bfs()
        .join();
    checker.assert_properties();
    let states = checker.unique_state_count();
    assert!(states > STATES_MIN, "only {states} states");
}

/// Without a rule, some order of things breaks a promise.
fn require_broken(rule: Rule, promise: &'static str) {
    let missing = Some(rule);
    let checker = Delivery { missing }
        .checker()
        .threads(THREADS)
        .finish_when(HasDiscoveries::AnyOf([promise].into()))
        .spawn_bfs()
        .join();
    let way = checker.assert_any_discovery(promise);
    assert!(!way.into_actions().is_empty(), "{promise}");
}

#[test]
fn without_r1_the_reader_begins_in_the_middle() {
    require_broken(Rule::BufferWhileSubscribing, delivery::IN_ORDER);
}

#[test]
fn without_r2_the_reader_has_holes() {
    require_broken(Rule::HoldWhatIsAhead, delivery::IN_ORDER);
}

#[test]
fn without_r3_the_reader_stays_behind() {
    require_broken(Rule::AskBelowHead, delivery::COMPLETE);
}

#[test]
fn without_r4_a_message_is_lost() {
    require_broken(Rule::KeepUntilAcked, delivery::NOT_LOST);
}

#[test]
fn without_r7_an_acknowledged_message_is_lost() {
    require_broken(Rule::AckAfterCommit, delivery::DURABLE);
}

#[test]
fn without_unique_cids_a_message_is_stored_twice() {
    require_broken(Rule::UniqueCid, delivery::STORED_ONCE);
}

#[test]
fn without_the_seq_in_the_transaction_the_reader_waits_for_ever() {
    require_broken(Rule::SeqInTransaction, delivery::COMPLETE);
}
