//! The application: the database, the clock and the feed, and the two ways to run an operation.

use std::sync::Arc;

use store::{Db, Options, Tx, Verdict};

use crate::{Error, Result, Write, clock::Clock, feed::Feed};

/// Settings that operations look at.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How long nothing must be written before a chat is finished, in milliseconds (contract G-7).
    pub chat_idle_ms: i64,
    /// Dummies that the API may make for an organization in a day (trust, case C15).
    pub dummy_agents_per_day_max: i64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            chat_idle_ms: 15 * model::time::MINUTE_MS,
            dummy_agents_per_day_max: 100,
        }
    }
}

/// Everything an operation needs to run.
pub struct App {
    db: Db,
    clock: Arc<Clock>,
    feed: Feed,
    settings: Arc<Settings>,
}

impl App {
    /// Opens the database; see [`Db::open`]. Blocks.
    pub fn open(options: &Options, clock: Arc<Clock>, settings: Settings) -> Result<Self> {
        let feed = Feed::new();
        let publisher = feed.clone();
        let db = Db::open(options, move |events| publisher.publish(events))?;
        Ok(Self {
            db,
            clock,
            feed,
            settings: Arc::new(settings),
        })
    }

    /// Runs a question in a transaction that sees one state of everything.
    pub async fn read<T: Send + 'static>(
        &self,
        question: impl Fn(&mut Tx<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let answer = self
            .db
            .read(move |tx| decide(question(tx), |value| Verdict::Keep(value, Vec::new())))
            .await;
        answer.map_err(Error::from).flatten()
    }

    /// Runs an operation and answers after its commit: then it is durable, and the feed has been told. Where it
    /// refuses, nothing of it remains.
    pub async fn write<T: Send + 'static>(
        &self,
        operation: impl Fn(&mut Write<'_, '_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (clock, settings) = (Arc::clone(&self.clock), Arc::clone(&self.settings));
        let answer = self.db.write(move |tx| {
            let mut write = Write::new(tx, clock.now(), &settings);
            let result = operation(&mut write);
            let events = write.into_events();
            decide(result, |value| Verdict::Keep(value, events))
        });
        answer.await.map_err(Error::from).flatten()
    }

    /// Sets this node's clock by the database's, where several nodes share one: presence, leases and limits then go by
    /// the same time everywhere, without asking for it in every operation.
    pub async fn follow_database_clock(&self) -> Result<()> {
        let before = self.clock.now();
        if let Some(shared) = self.read(|tx| Ok(store::clock::now(tx)?)).await? {
            let here = before.midpoint(self.clock.now());
            self.clock.shift(shared - here);
        }
        Ok(())
    }

    /// The time that operations go by.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// What happens, as it is committed.
    pub fn feed(&self) -> &Feed {
        &self.feed
    }

    /// The database, for its figures and its end.
    pub fn db(&self) -> &Db {
        &self.db
    }
}

/// Separates refusals, which undo, from failures of the store, which may be worth another run.
fn decide<T>(
    result: Result<T>,
    keep: impl FnOnce(T) -> Verdict<T, Error>,
) -> store::Result<Verdict<T, Error>> {
    match result {
        Ok(value) => Ok(keep(value)),
        Err(Error::Store(error)) => Err(error),
        Err(refusal) => Ok(Verdict::Refuse(refusal)),
    }
}
