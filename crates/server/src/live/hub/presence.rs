//! Who is there: agents stay online while they are connected, visitors hear whether anybody takes chats, and lists of
//! agents show which visitors are there.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use app::{Actor, agents, feed};
use model::{
    id::{AgentNumber, OrganizationNumber, VisitorNumber},
    signal::{Signal, SignalKind},
    time::{Millis, SECOND_MS},
};

use super::{
    Hub,
    availability::{self, Turn},
};
use crate::{
    lifecycle::Lifecycle,
    live::inlet::{News, Presence},
};

/// How often it is asked whether anybody takes chats, and who has come and gone.
const EVERY_MS: i64 = 5 * SECOND_MS;

/// How often connected agents are kept online: well within what it gives them.
const STAY_EVERY_MS: i64 = 20 * SECOND_MS;

/// How often it is told again that a visitor is there.
const THERE_EVERY_MS: i64 = 60 * SECOND_MS;

/// Comings and goings told in one round.
const TOLD_AT_ONCE: usize = 1_000;

/// Comings and goings that wait to be told; more are told again later anyway.
const PASSING_MAX: usize = 10_000;

/// Comings and goings of visitors, of all nodes, that lists here have not been told.
#[derive(Default)]
pub(super) struct Passing(Mutex<HashMap<VisitorNumber, (OrganizationNumber, bool)>>);

impl Passing {
    pub(super) fn tell(
        &self,
        organization: OrganizationNumber,
        visitor: VisitorNumber,
        is_there: bool,
    ) {
        let mut passing = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if passing.len() < PASSING_MAX {
            passing.insert(visitor, (organization, is_there));
        }
    }

    fn take(&self) -> HashMap<VisitorNumber, (OrganizationNumber, bool)> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What was done when.
struct Rounds {
    /// Visitors of whom it was told that they are here, and when.
    told: HashMap<VisitorNumber, (OrganizationNumber, Millis)>,
    stayed_at: Millis,
    turn: Turn,
}

/// Keeps presence until the server stops.
pub(super) async fn keep(hub: Arc<Hub>, lifecycle: Lifecycle) {
    let clock = hub.app.clock();
    let mut rounds = Rounds {
        told: HashMap::new(),
        stayed_at: clock.now(),
        turn: Turn::default(),
    };
    loop {
        let next = clock.now() + EVERY_MS;
        tokio::select! {
            () = clock.sleep_until(next) => {}
            () = hub.came.notified() => stay(&hub, hub.take_newcomers()).await,
            () = lifecycle.stopping() => return,
        }
        let now = clock.now();
        if now >= rounds.stayed_at + STAY_EVERY_MS {
            rounds.stayed_at = now;
            let here = hub.agents_here();
            stay(&hub, here).await;
        }
        leave(&hub).await;
        availability::tell(&hub, &mut rounds.turn).await;
        tell_visitors(&hub, &mut rounds, now);
        pass_on(&hub).await;
    }
}

async fn stay(hub: &Hub, agents: Vec<(OrganizationNumber, AgentNumber)>) {
    for (organization, agent) in agents {
        let stayed = hub
            .app
            .write(move |write| agents::stay_online(write, organization, agent));
        if let Err(error) = stayed.await {
            tracing::warn!(%error, "a connected agent could not be kept online");
        }
    }
}

/// Agents whose last connection here was closed, unless they have come back.
async fn leave(hub: &Hub) {
    for (organization, agent) in hub.take_leavers() {
        let left = hub
            .app
            .write(move |write| agents::leave_soon(write, organization, agent));
        if let Err(error) = left.await {
            tracing::warn!(%error, "an agent who has left stays online a little longer");
        }
    }
}

/// Tells everybody, on other nodes too, which visitors came and went here, and now and then which are there: so many in
/// a round that nobody who listens falls behind.
fn tell_visitors(hub: &Hub, rounds: &mut Rounds, now: Millis) {
    let here: HashMap<_, _> = hub.registry().visitors_here().into_iter().collect();
    let is_due = |told: Option<&(OrganizationNumber, Millis)>| {
        told.is_none_or(|(_, told_at)| now >= told_at + THERE_EVERY_MS)
    };
    let gone = rounds.told.iter();
    let gone = gone
        .filter(|(visitor, _)| !here.contains_key(visitor))
        .map(|(visitor, (organization, _))| (*organization, *visitor, false));
    let there = here
        .iter()
        .filter(|(visitor, _)| is_due(rounds.told.get(visitor)))
        .map(|(visitor, organization)| (*organization, *visitor, true));
    let passing: Vec<_> = gone.chain(there).take(TOLD_AT_ONCE).collect();
    for (organization, visitor, is_there) in passing {
        if is_there {
            rounds.told.insert(visitor, (organization, now));
        } else {
            rounds.told.remove(&visitor);
        }
        let kind = SignalKind::VisitorPresence { visitor, is_there };
        let signal = Arc::new(Signal { organization, kind });
        let news = feed::News::Signal(signal, feed::Origin::Here);
        hub.app.feed().tell(news);
    }
}

/// Tells the lists here which visitors came and went anywhere, by their public ids.
async fn pass_on(hub: &Hub) {
    for (visitor, (organization, is_there)) in hub.passing.take() {
        let has_list = {
            let registry = hub.registry();
            let found = registry.organizations.get(&organization);
            found.is_some_and(|found| !found.inbox.is_empty())
        };
        if !has_list {
            continue;
        }
        let actor = Actor::Visitor {
            organization,
            visitor,
        };
        let found = hub
            .app
            .read(move |tx| app::visitors::get_own(tx, &actor))
            .await;
        let presence = if is_there {
            Presence::There
        } else {
            Presence::Gone
        };
        if let Ok(found) = found {
            let news = News::Presence(found.id, presence);
            hub.registry().tell_inbox(organization, &news);
        }
    }
}

impl Hub {
    fn agents_here(&self) -> Vec<(OrganizationNumber, AgentNumber)> {
        let registry = self.registry();
        let first = |(agent, numbers): (&AgentNumber, &Vec<super::SocketNumber>)| {
            let socket = registry.sockets.get(numbers.first()?)?;
            Some((socket.reader.organization(), *agent))
        };
        registry.agents.iter().filter_map(first).collect()
    }

    fn take_newcomers(&self) -> Vec<(OrganizationNumber, AgentNumber)> {
        std::mem::take(&mut self.registry().newcomers)
    }

    fn take_leavers(&self) -> Vec<(OrganizationNumber, AgentNumber)> {
        let mut registry = self.registry();
        let mut leavers = std::mem::take(&mut registry.leavers);
        leavers.retain(|(_, agent)| !registry.agents.contains_key(agent));
        leavers
    }
}
