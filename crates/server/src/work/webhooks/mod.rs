//! Sends webhook deliveries: takes what is due, endpoint by endpoint, and lets each go at its own pace, so that one that
//! hangs delays nobody else.

mod attempt;
mod signature;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use app::{
    App, Result,
    webhooks::{self, Given, Opened},
};
use model::{
    delivery::LeasedDelivery,
    id::EndpointNumber,
    time::{HOUR_MS, Millis, SECOND_MS},
    webhook::WebhookEndpoint,
};
use store::Location;
use tokio::sync::Semaphore;

use crate::{lifecycle::Lifecycle, metrics::WebhookMetrics, outgoing::Outgoing};

/// How often due deliveries are looked for when nobody rings: other nodes and the command line write some too, and leases
/// of the dead end.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// Attempts at one endpoint at the same time (trust 1.4).
const AT_ONCE_MAX: usize = 8;

/// Deliveries of one endpoint that are leased at the same time: those that run and the next ones, so that leasing is
/// not what a quick receiver waits for.
const LEASED_MAX: i64 = 64;

/// How much of its lease a delivery must have left to be begun: an attempt's time and some to write down what became of it.
const LEASE_LEFT_MS: i64 = 18 * SECOND_MS;

/// How much of its lease a delivery has left while what was read of its endpoint is believed: for the first second.
const LEASE_LEFT_FRESH_MS: i64 = 29 * SECOND_MS;

/// How often the log's old end is cut off.
const FORGET_MS: i64 = HOUR_MS;

/// What every delivery that is sent can reach.
struct Sender {
    app: Arc<App>,
    outgoing: Outgoing,
    lifecycle: Lifecycle,
    metrics: WebhookMetrics,
    lines: Mutex<BTreeMap<EndpointNumber, Line>>,
}

/// What is under way to one endpoint. It goes with the last of it.
struct Line {
    leased: i64,
    permits: Arc<Semaphore>,
}

/// Sends deliveries until the server stops; attempts that run then are finished.
pub(crate) async fn deliver(
    app: Arc<App>,
    outgoing: Outgoing,
    lifecycle: Lifecycle,
    metrics: WebhookMetrics,
) {
    let mut sleeper = app.work().deliveries().sleeper();
    let sender = Arc::new(Sender {
        app: Arc::clone(&app),
        outgoing,
        lifecycle: lifecycle.clone(),
        metrics,
        lines: Mutex::default(),
    });
    if let Err(error) = end_leases_of_the_dead(&app).await {
        tracing::warn!(%error, "leases of webhook deliveries could not be ended; they end by themselves");
    }
    let mut forget_at = app.clock().now();
    while !lifecycle.is_stopping() {
        sleeper.wake_up();
        let next = begin_due(&sender).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "webhook deliveries could not be taken");
            None
        });
        if app.clock().now() >= forget_at {
            forget_at = forget_old(&app).await;
        }
        let sleep = sleeper.sleep_until(app.clock(), next.unwrap_or(Millis::MAX));
        tokio::select! {
            // Whether somebody rang or it is time for another look, what follows is the same.
            _ = tokio::time::timeout(LOOK_AGAIN, sleep) => {}
            () = lifecycle.stopping() => {}
        }
    }
}

/// On SQLite nobody else sends, so whatever is leased at the start was leased by a process that is dead.
async fn end_leases_of_the_dead(app: &App) -> Result<()> {
    if matches!(app.db().location(), Location::Postgres(_)) {
        return Ok(());
    }
    let ended = app.write(|write| {
        let now = write.now();
        Ok(store::webhook_deliveries::release_all(write.tx(), now)?)
    });
    ended.await.map(drop)
}

/// Forgets what is older than the log is kept; tells when to do so again.
async fn forget_old(app: &App) -> Millis {
    loop {
        match app.write(webhooks::forget_old).await {
            Ok(true) => {}
            Ok(false) => return app.clock().now() + FORGET_MS,
            Err(error) => {
                tracing::warn!(%error, "old webhook deliveries could not be forgotten");
                return app.clock().now() + FORGET_MS;
            }
        }
    }
}

/// Begins what is due and has room; tells when the next one is due.
async fn begin_due(sender: &Arc<Sender>) -> Result<Option<Millis>> {
    let room = sender.room();
    let leased = sender
        .app
        .write(move |write| webhooks::lease(write, &room, LEASED_MAX))
        .await?;
    for given in leased.given {
        sender.begin(given, leased.until);
    }
    Ok(leased.next_due_at)
}

impl Sender {
    /// How many more deliveries each endpoint may have that has some already.
    fn room(&self) -> BTreeMap<EndpointNumber, i64> {
        let lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let room = lines
            .iter()
            .map(|(endpoint, line)| (*endpoint, LEASED_MAX - line.leased));
        room.collect()
    }

    /// Begins the deliveries of one endpoint.
    fn begin(self: &Arc<Self>, given: Given, leased_until: Millis) {
        let endpoint = Arc::new(given.endpoint);
        let now = self.app.clock().now();
        let opened = webhooks::open(self.app.sealer(), &endpoint, now);
        let opened = Arc::new(opened.map_err(|error| error.to_string()));
        let permits = self.join_line(endpoint.number, given.deliveries.len());
        for delivery in given.deliveries {
            let (sender, permits) = (Arc::clone(self), Arc::clone(&permits));
            let (endpoint, opened) = (Arc::clone(&endpoint), Arc::clone(&opened));
            self.lifecycle.spawn(async move {
                sender
                    .send(&endpoint, &opened, delivery, &permits, leased_until)
                    .await;
            });
        }
    }

    fn join_line(&self, endpoint: EndpointNumber, count: usize) -> Arc<Semaphore> {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let line = lines.entry(endpoint).or_insert_with(|| Line {
            leased: 0,
            permits: Arc::new(Semaphore::new(AT_ONCE_MAX)),
        });
        line.leased += count as i64;
        Arc::clone(&line.permits)
    }

    fn leave_line(&self, endpoint: EndpointNumber) {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(line) = lines.get_mut(&endpoint) {
            line.leased -= 1;
            if line.leased == 0 {
                lines.remove(&endpoint);
            }
        }
    }

    /// Sends one delivery when it is its turn, and writes down what became of it.
    async fn send(
        &self,
        endpoint: &WebhookEndpoint,
        opened: &std::result::Result<Opened, String>,
        delivery: LeasedDelivery,
        permits: &Semaphore,
        leased_until: Millis,
    ) {
        let permit = tokio::select! {
            biased;
            () = self.lifecycle.stopping() => None,
            permit = permits.acquire() => permit.ok(),
        };
        let left_ms = leased_until - self.app.clock().now();
        let is_in_time = left_ms >= LEASE_LEFT_FRESH_MS
            || left_ms >= LEASE_LEFT_MS && self.is_unchanged(endpoint).await;
        let answer = match &permit {
            Some(_) if is_in_time => Some(self.attempt(endpoint, opened, &delivery).await),
            _ => None,
        };
        // From here on the receiver is free, and what is due next may be leased while this is written down.
        drop(permit);
        self.leave_line(endpoint.number);
        let written = self.app.write(move |write| match &answer {
            Some(answer) => webhooks::finish(write, &delivery, answer),
            None => webhooks::give_back(write, &delivery),
        });
        if let Err(error) = written.await {
            // Its lease ends, and then it is sent again, under the same id.
            tracing::warn!(%error, webhook = %endpoint.id, "what became of a webhook delivery could not be written");
        }
    }
    /// Whether an endpoint is still as it was when something for it was leased. Somebody may have deleted it, or turned it
    /// off, or changed where it leads, and wants nothing more to go there.
    async fn is_unchanged(&self, endpoint: &WebhookEndpoint) -> bool {
        let number = endpoint.number;
        let found = self
            .app
            .read(move |tx| Ok(store::webhook_endpoints::get(tx, number)?));
        found.await.is_ok_and(|found| {
            let failing_since = endpoint.failing_since;
            *endpoint
                == WebhookEndpoint {
                    failing_since,
                    ..found
                }
        })
    }
}
