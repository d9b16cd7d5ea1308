//! The feed: what was committed, told to everybody in this process who listens.

use std::sync::Arc;

use model::event::Event;
use tokio::sync::broadcast;

/// Events that a slow listener may be behind; one that is further behind is told so and reads the store.
const BEHIND_MAX: usize = 4_096;

/// Tells committed events. Hints only: the store is the truth.
#[derive(Clone)]
pub struct Feed {
    sender: broadcast::Sender<Arc<Event>>,
}

impl Feed {
    pub(crate) fn new() -> Self {
        Self {
            sender: broadcast::Sender::new(BEHIND_MAX),
        }
    }

    pub(crate) fn publish(&self, events: Vec<Event>) {
        for event in events {
            // Nobody listening is no failure.
            drop(self.sender.send(Arc::new(event)));
        }
    }

    /// Listens from now on.
    pub fn subscribe(&self) -> broadcast::Receiver<Arc<Event>> {
        self.sender.subscribe()
    }
}
