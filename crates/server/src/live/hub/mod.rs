//! The hub: which connections are there, who wants to hear of what, and the way of every event to them.

mod availability;
mod catch_up;
mod hear;
mod places;
mod presence;
mod registry;
mod revoked;
mod sweep;
mod told;

#[cfg(test)]
mod tests;

use std::{
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use app::App;
use model::{
    event::Event,
    id::{ConversationId, ConversationNumber, GroupNumber, VisitorNumber},
};
use tokio::sync::Notify;

use self::registry::Registry;
pub(super) use self::{places::Bounds, sweep::first_place};
use super::{
    inlet::{Inlet, News},
    reader::Reader,
};
use crate::{lifecycle::Lifecycle, metrics::LiveMetrics};

/// Names a connection on this node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct SocketNumber(u64);

/// The hub.
pub(super) struct Hub {
    app: Arc<App>,
    link_base: Arc<str>,
    metrics: LiveMetrics,
    registry: Mutex<Registry>,
    /// There is something to be read from the store.
    to_read: Notify,
    /// Something may have been missed.
    sweep_now: Notify,
    /// Access ended somewhere, perhaps.
    revoked: Notify,
    /// An agent connected who was not connected.
    came: Notify,
    passing: presence::Passing,
}

impl Hub {
    pub(super) fn new(app: Arc<App>, link_base: Arc<str>, metrics: LiveMetrics) -> Self {
        Self {
            app,
            link_base,
            metrics,
            registry: Mutex::default(),
            to_read: Notify::new(),
            sweep_now: Notify::new(),
            revoked: Notify::new(),
            came: Notify::new(),
            passing: presence::Passing::default(),
        }
    }

    /// Starts everything that keeps connections informed.
    pub(super) fn start(self: &Arc<Self>, lifecycle: &Lifecycle) {
        // From here on, not from whenever the task first runs.
        let news = self.app.feed().subscribe();
        lifecycle.spawn(hear::hear(Arc::clone(self), news, lifecycle.clone()));
        lifecycle.spawn(catch_up::catch_up(Arc::clone(self), lifecycle.clone()));
        lifecycle.spawn(sweep::sweep(Arc::clone(self), lifecycle.clone()));
        lifecycle.spawn(revoked::follow(Arc::clone(self), lifecycle.clone()));
        lifecycle.spawn(presence::keep(Arc::clone(self), lifecycle.clone()));
    }

    /// Takes one of the places for connections; nothing where an address, or the server, has no more.
    pub(super) fn take_place(self: &Arc<Self>, address: IpAddr, bounds: Bounds) -> Option<Place> {
        let is_taken = self.registry().places.take(address, bounds);
        is_taken.then(|| Place {
            hub: Arc::clone(self),
            address,
        })
    }

    /// How many connections there are.
    pub(super) fn connections(&self) -> usize {
        self.registry().places.taken()
    }

    /// Somebody is there, from now until the seat is given up. Where they have too many, the oldest is closed.
    pub(super) fn enter(self: &Arc<Self>, reader: &Arc<Reader>, inlet: &Arc<Inlet>) -> Seat {
        let interests = self.app.feed().interests();
        let number = self.registry().enter(reader, inlet, interests);
        self.metrics.opened(reader.role());
        if reader.agent().is_some() {
            self.came.notify_one();
        }
        Seat {
            hub: Arc::clone(self),
            reader: Arc::clone(reader),
            number,
        }
    }

    fn registry(&self) -> MutexGuard<'_, Registry> {
        self.registry.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends an event to everybody who wants it, in order: an event that was sent is not sent again, and one that is
    /// ahead of others has those read first.
    pub(super) fn fan_out(&self, event: Arc<Event>) {
        if self.registry().fan_out(event, &self.link_base) {
            self.to_read.notify_one();
        }
    }
}

/// One of the places for connections; free again when dropped.
pub(super) struct Place {
    hub: Arc<Hub>,
    address: IpAddr,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.hub.registry().places.free(self.address);
    }
}

/// What a connection that is known holds: by it the hub tells it what happens.
pub(super) struct Seat {
    hub: Arc<Hub>,
    reader: Arc<Reader>,
    number: SocketNumber,
}

impl Seat {
    pub(super) fn reader(&self) -> &Arc<Reader> {
        &self.reader
    }

    /// From now on this connection is told of a conversation, whose head is known to have been somewhere.
    pub(super) fn follow(
        &self,
        conversation: ConversationNumber,
        visitor: VisitorNumber,
        head: i64,
    ) {
        let interests = self.hub.app.feed().interests();
        self.hub
            .registry()
            .follow(self.number, conversation, visitor, head, interests);
    }

    pub(super) fn unfollow(&self, conversation: ConversationNumber) {
        let interests = self.hub.app.feed().interests();
        self.hub
            .registry()
            .unfollow(self.number, conversation, interests);
    }

    /// From now on this connection is told of everything in the organization.
    pub(super) fn follow_everything(&self) {
        let interests = self.hub.app.feed().interests();
        self.hub
            .registry()
            .follow_everything(self.number, interests);
    }

    pub(super) fn unfollow_everything(&self) {
        let interests = self.hub.app.feed().interests();
        self.hub
            .registry()
            .unfollow_everything(self.number, interests);
    }

    /// What a visitor's connection was told of who takes their chats, and the group that they are in: from now on it is told
    /// when that changes.
    pub(super) fn know_availability(&self, group: Option<GroupNumber>, is_any_available: bool) {
        let mut registry = self.hub.registry();
        registry.know_availability(self.number, group, is_any_available);
    }

    /// Conversations whose heads were where somebody looked: what is above is news.
    pub(super) fn know_heads(&self, heads: &[app::feed::Moved]) {
        self.hub.registry().know_heads(heads);
    }

    /// The public id of a conversation, for readers of it on this node.
    pub(super) fn learn(&self, conversation: ConversationNumber, id: &ConversationId) {
        self.hub.registry().learn(conversation, id);
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let interests = self.hub.app.feed().interests();
        self.hub.registry().leave(self.number, interests);
        self.hub.metrics.closed(self.reader.role());
    }
}

/// News of a size, as a queue counts it.
fn size_of(news: &News) -> usize {
    match news {
        News::Event(_) => 0,
        News::Typing(_) => 1_024,
        News::Availability(_) | News::Presence(..) | News::End(_) => 128,
    }
}
