//! The bridge: one task that keeps what is heard in step with what is wanted, and knows whether other nodes are heard.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use app::{App, feed::Reach, ids};
use async_nats::Client;
use futures_util::{FutureExt, StreamExt};
use model::id::OrganizationNumber;
use tokio::{
    sync::{mpsc, watch},
    time::{MissedTickBehavior, interval},
};

use super::{
    ears::{Ears, Stuck},
    hint::Sender,
    look::look,
    nats::{self, Line},
    peers::{Felt, Peers, Pulse},
    publish::{Publisher, publish},
    topic::{PULSES, Topic, plan, pulse_subject},
};
use crate::{config::NatsAddress, lifecycle::Lifecycle, metrics::NodeMetrics};

/// Time between two pulses.
const TICK: Duration = Duration::from_millis(500);

/// Shortest time between two changes of what is heard: what is wanted meanwhile is one change.
const CHANGES_PAUSE: Duration = Duration::from_millis(50);

/// How long the end may take: what is still to be told, and the last pulse.
const STOP_TIMEOUT: Duration = Duration::from_secs(2);

/// Orders to look that wait for their answer from NATS: more are one.
const LOOKS_MAX: usize = 64;

/// The bridge to other nodes while it stands. It ends after everything else, so that what ends is still told.
pub(crate) struct Bridge {
    lifecycle: Lifecycle,
    client: Client,
    line: watch::Receiver<Line>,
}

impl Bridge {
    /// Begins to connect, and does not wait for it.
    pub(crate) async fn start(
        app: &Arc<App>,
        address: &NatsAddress,
        metrics: NodeMetrics,
    ) -> Result<Self, String> {
        let own = Arc::new(Sender {
            epoch: app.epoch().to_owned(),
            node: ids::node(),
        });
        let (client, line) = nats::open(address, &own.node, metrics.clone()).await?;
        let lifecycle = Lifecycle::new();
        let publisher = Publisher {
            own: Arc::clone(&own),
            client: client.clone(),
            line: line.clone(),
            metrics: metrics.clone(),
        };
        let news = app.feed().subscribe();
        lifecycle.spawn(publish(publisher, news, lifecycle.clone()));
        let (ask, asked) = mpsc::channel(1);
        lifecycle.spawn(look(Arc::clone(app), lifecycle.clone(), asked));
        let bridge = Self {
            lifecycle: lifecycle.clone(),
            client: client.clone(),
            line: line.clone(),
        };
        let keeper = Keeper {
            ears: Ears::new(app, &own, &client, &metrics, &lifecycle),
            peers: Peers::new((*own).clone()),
            app: Arc::clone(app),
            own,
            client,
            line,
            metrics,
            address: address.to_string(),
            pulses: 0,
            openings: 0,
            first_valid: u64::MAX,
            confirmed: 0,
            ask,
            awaited: Vec::new(),
            to_look: BTreeSet::new(),
            said: None,
        };
        lifecycle.spawn(keeper.keep(lifecycle.clone()));
        Ok(bridge)
    }

    /// Tells what is left, takes leave, and ends. True where nothing was cut off.
    pub(crate) async fn stop(&self) -> bool {
        let is_clean = self.lifecycle.stop(STOP_TIMEOUT).await;
        let is_up = self.line.borrow().is_up;
        if is_up {
            // What a line that is stuck does not take is lost, as hints may be.
            drop(tokio::time::timeout(STOP_TIMEOUT, self.client.flush()).await);
        }
        is_clean
    }

    /// Ends at once.
    pub(crate) fn abandon(&self) {
        self.lifecycle.abandon();
    }
}

/// The task's state.
struct Keeper {
    app: Arc<App>,
    own: Arc<Sender>,
    client: Client,
    line: watch::Receiver<Line>,
    metrics: NodeMetrics,
    address: String,
    ears: Ears,
    peers: Peers,
    /// How many pulses were given.
    pulses: u64,
    /// How often the line was opened.
    openings: u64,
    /// The first pulse that was given on the line as it is now; none while it is down.
    first_valid: u64,
    /// The last pulse that came back.
    confirmed: u64,
    ask: mpsc::Sender<BTreeSet<OrganizationNumber>>,
    /// What is to be looked into as soon as a pulse has come back: NATS has then taken the subscriptions before it.
    awaited: Vec<(u64, BTreeSet<OrganizationNumber>)>,
    to_look: BTreeSet<OrganizationNumber>,
    /// What was logged last.
    said: Option<(Reach, Option<String>)>,
}

impl Keeper {
    async fn keep(mut self, lifecycle: Lifecycle) {
        let Ok(mut pulses) = self.client.subscribe(PULSES).await else {
            return;
        };
        let mut wanted = self.app.feed().interests().changes();
        let (mut ticks, mut changes_pause) = (interval(TICK), interval(CHANGES_PAUSE));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        changes_pause.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut is_change_due = true;
        loop {
            tokio::select! {
                () = lifecycle.stopping() => break,
                changed = self.line.changed() => {
                    if changed.is_err() {
                        break;
                    }
                    self.note_line();
                }
                _ = ticks.tick() => {
                    self.peers.tick();
                    self.give_pulse(false);
                }
                Some(message) = pulses.next() => {
                    match serde_json::from_slice::<Pulse>(&message.payload) {
                        Ok(pulse) => self.feel(&pulse),
                        Err(_) => { self.metrics.malformed.inc(); },
                    }
                }
                // The sender is part of the feed and cannot be gone.
                _ = wanted.changed(), if !is_change_due => is_change_due = true,
                _ = changes_pause.tick(), if is_change_due && self.line.borrow().is_up => {
                    wanted.mark_unchanged();
                    is_change_due = self.change().await.is_err();
                }
            }
            self.pass_on();
            self.set_reach();
        }
        self.give_pulse(true);
    }

    /// The line went up or down, or there is another reason why it is not up.
    fn note_line(&mut self) {
        let line = self.line.borrow_and_update().clone();
        if !line.is_up {
            self.first_valid = u64::MAX;
        } else if line.openings != self.openings || self.first_valid == u64::MAX {
            self.openings = line.openings;
            self.first_valid = self.pulses + 1;
            self.peers.forgive();
            // The library subscribes again to everything before it does anything else.
            let topics = self.ears.topics();
            self.look_after_next_pulse(organizations_of(topics));
            self.give_pulse(false);
        }
    }

    /// Hears what is wanted now, and looks for what may have been missed of what is new.
    async fn change(&mut self) -> Result<(), Stuck> {
        let interests = self.app.feed().interests().list();
        let wanted = plan(&interests, &self.ears.topics());
        let new = self.ears.hear(&wanted).await?;
        self.look_after_next_pulse(organizations_of(new));
        Ok(())
    }

    fn look_after_next_pulse(&mut self, organizations: BTreeSet<OrganizationNumber>) {
        if organizations.is_empty() {
            return;
        }
        let number = self.pulses + 1;
        let is_full = self.awaited.len() >= LOOKS_MAX;
        match self.awaited.last_mut() {
            Some((last, all)) if *last == number || is_full => {
                *last = number;
                all.extend(organizations);
            }
            _ => self.awaited.push((number, organizations)),
        }
        self.give_pulse(false);
    }

    /// Shows others, and ourselves, that we are there.
    fn give_pulse(&mut self, is_last: bool) {
        if !self.line.borrow().is_up {
            return;
        }
        let pulse = Pulse {
            from: (*self.own).clone(),
            number: self.pulses + 1,
            is_last,
        };
        let text = serde_json::to_vec(&pulse).expect("a pulse has text keys only");
        let subject = pulse_subject(&self.own.node);
        let given = tokio::task::unconstrained(self.client.publish(subject, text.into()));
        // One that the line does not take is one that does not come back.
        if given.now_or_never().is_some_and(|given| given.is_ok()) {
            self.pulses += 1;
        }
    }

    fn feel(&mut self, pulse: &Pulse) {
        match self.peers.feel(pulse) {
            Felt::Known => {}
            Felt::Returned => {
                self.to_look.extend(organizations_of(self.ears.topics()));
            }
            Felt::Own(number) => {
                self.confirmed = self.confirmed.max(number);
                let (over, still) = std::mem::take(&mut self.awaited)
                    .into_iter()
                    .partition(|(awaited, _)| *awaited <= number);
                self.awaited = still;
                let over: Vec<(u64, BTreeSet<_>)> = over;
                self.to_look
                    .extend(over.into_iter().flat_map(|(_, all)| all));
            }
        }
    }

    /// Gives what is to be looked into to the task that looks, as soon as that has time.
    fn pass_on(&mut self) {
        if !self.to_look.is_empty()
            && let Ok(place) = self.ask.try_reserve()
        {
            place.send(std::mem::take(&mut self.to_look));
        }
    }

    fn set_reach(&mut self) {
        let is_open = self.line.borrow().is_up
            && self.confirmed >= self.first_valid
            && self.peers.hears_itself();
        let missed = self.peers.missed();
        let reach = if is_open && missed == 0 {
            Reach::Connected
        } else {
            Reach::Cut
        };
        self.app.feed().set_reach(reach);
        self.metrics.connected.set(i64::from(is_open));
        self.metrics.missing_nodes.set(missed as i64);
        self.say(reach, missed);
    }

    /// Logs what changed, once.
    fn say(&mut self, reach: Reach, missed: usize) {
        let trouble = match reach {
            Reach::Connected => None,
            _ if missed > 0 => Some("another node fell silent, or NATS did".to_owned()),
            _ => self.line.borrow().trouble.clone(),
        };
        let is_news = match &self.said {
            None => reach == Reach::Connected || trouble.is_some(),
            Some((said, reason)) => *said != reach || (reason.is_none() && trouble.is_some()),
        };
        if !is_news {
            return;
        }
        match reach {
            Reach::Cut => tracing::warn!(
                server = self.address,
                reason = trouble.as_deref().unwrap_or("it does not answer"),
                "other nodes are not all heard through NATS; the database is asked often instead"
            ),
            _ => tracing::info!(server = self.address, "other nodes are heard through NATS"),
        }
        self.said = Some((reach, trouble));
    }
}

fn organizations_of(topics: impl IntoIterator<Item = Topic>) -> BTreeSet<OrganizationNumber> {
    topics.into_iter().filter_map(Topic::organization).collect()
}
