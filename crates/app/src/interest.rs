//! What the readers on this node want to hear of: counted, so that a bridge to other nodes asks for just that.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use model::id::{ConversationNumber, OrganizationNumber, VisitorNumber};
use tokio::sync::watch;

/// Something to hear of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Interest {
    /// One conversation.
    Conversation(OrganizationNumber, ConversationNumber),
    /// Whatever concerns a visitor, also a conversation that is not there yet.
    Visitor(OrganizationNumber, VisitorNumber),
    /// Everything in an organization.
    Organization(OrganizationNumber),
}

/// What is wanted, and how often.
#[derive(Debug, Default)]
pub struct Interests {
    counts: Mutex<HashMap<Interest, usize>>,
    changed: watch::Sender<u64>,
}

impl Interests {
    /// Somebody wants to hear of it.
    pub fn add(&self, interest: Interest) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(interest).or_default();
        *count += 1;
        if *count == 1 {
            self.changed.send_modify(|version| *version += 1);
        }
    }

    /// One who wanted to hear of it does no longer.
    pub fn remove(&self, interest: Interest) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(count) = counts.get_mut(&interest) else {
            return;
        };
        *count -= 1;
        if *count == 0 {
            counts.remove(&interest);
            self.changed.send_modify(|version| *version += 1);
        }
    }

    /// Everything that is wanted now.
    pub fn list(&self) -> Vec<Interest> {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.keys().copied().collect()
    }

    /// Changes whenever something else is wanted.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }
}
