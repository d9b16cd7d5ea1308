//! The feed: what was committed and what is told in passing, for everybody in this process who listens.

use std::sync::Arc;

use model::{
    event::Event,
    id::{ConversationNumber, OrganizationNumber, VisitorNumber},
    signal::Signal,
};
use tokio::sync::{broadcast, watch};

use crate::interest::Interests;

/// News that a slow listener may be behind; one that is further behind is told so and reads the store.
const BEHIND_MAX: usize = 4_096;

/// Something that is told. Hints only: the store is the truth.
#[derive(Clone, Debug)]
pub enum News {
    /// It was committed on this node.
    Event(Arc<Event>),
    /// It was committed on another node, or nobody knows where: the store has it.
    Moved(Moved),
    /// Told in passing, and not kept.
    Signal(Arc<Signal>, Origin),
    /// Access ended somewhere: the store's `revocations` say whose.
    Revoked(Origin),
}

/// A conversation whose head moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moved {
    /// Whose.
    pub organization: OrganizationNumber,
    /// Which.
    pub conversation: ConversationNumber,
    /// With whom.
    pub visitor: VisitorNumber,
    /// The `seq` that is there now.
    pub head: i64,
}

/// Where something was told first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// On this node: others are to be told.
    Here,
    /// On another node.
    Elsewhere,
}

/// How far the news of other nodes reaches this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// There is no other node.
    Alone,
    /// What happens elsewhere is heard of.
    Connected,
    /// There are other nodes, or may be, and nothing is heard of them: the store has to be asked often.
    Cut,
}

/// Tells what happens. One pointer, as every operation takes a copy along.
#[derive(Clone)]
pub struct Feed(Arc<Lines>);

struct Lines {
    sender: broadcast::Sender<News>,
    interests: Interests,
    reach: watch::Sender<Reach>,
}

impl Feed {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Lines {
            sender: broadcast::Sender::new(BEHIND_MAX),
            interests: Interests::default(),
            reach: watch::Sender::new(Reach::Alone),
        }))
    }

    pub(crate) fn publish(&self, events: Vec<Event>) {
        for event in events {
            self.tell(News::Event(Arc::new(event)));
        }
    }

    /// Tells everybody in this process who listens.
    pub fn tell(&self, news: News) {
        // Nobody listening is no failure.
        drop(self.0.sender.send(news));
    }

    /// Listens from now on.
    pub fn subscribe(&self) -> broadcast::Receiver<News> {
        self.0.sender.subscribe()
    }

    /// What anybody on this node wants to hear of.
    pub fn interests(&self) -> &Interests {
        &self.0.interests
    }

    /// How far the news of other nodes reaches.
    pub fn reach(&self) -> Reach {
        *self.0.reach.borrow()
    }

    /// Changes whenever that does.
    pub fn reach_changes(&self) -> watch::Receiver<Reach> {
        self.0.reach.subscribe()
    }

    /// Says how far the news of other nodes reaches.
    pub fn set_reach(&self, reach: Reach) {
        self.0.reach.send_if_modified(|known| {
            let is_new = *known != reach;
            *known = reach;
            is_new
        });
    }
}
