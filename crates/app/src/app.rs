//! The application: the database, the clock and the feed, and the two ways to run an operation.

use std::sync::Arc;

use store::{Db, Options, Tx, Verdict, installation};

use crate::{
    Error, Result, Write,
    clock::Clock,
    feed::Feed,
    files::FileSettings,
    ids,
    sealing::Sealer,
    webhooks::WebhookSettings,
    work::{Ringing, Work},
};

/// Settings that operations look at.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How long nothing must be written before a chat is finished, in milliseconds (contract G-7).
    pub chat_idle_ms: i64,
    /// Dummies that the API may make for an organization in a day (trust, case C15).
    pub dummy_agents_per_day_max: i64,
    /// Files that visitors upload.
    pub files: FileSettings,
    /// Webhooks.
    pub webhooks: WebhookSettings,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            chat_idle_ms: 15 * model::time::MINUTE_MS,
            dummy_agents_per_day_max: 100,
            files: FileSettings::default(),
            webhooks: WebhookSettings::default(),
        }
    }
}

/// Everything an operation needs to run.
pub struct App {
    db: Db,
    clock: Arc<Clock>,
    feed: Feed,
    work: Arc<Work>,
    settings: Arc<Settings>,
    sealer: Arc<Sealer>,
    epoch: String,
}

impl App {
    /// Opens the database; see [`Db::open`]. Blocks.
    pub fn open(
        options: &Options,
        clock: Arc<Clock>,
        settings: Settings,
        sealer: Sealer,
    ) -> Result<Self> {
        let feed = Feed::new();
        let publisher = feed.clone();
        let db = Db::open(options, move |events| publisher.publish(events))?;
        let epoch = find_or_make_epoch(&db)?;
        Ok(Self {
            db,
            clock,
            feed,
            work: Arc::default(),
            settings: Arc::new(settings),
            sealer: Arc::new(sealer),
            epoch,
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
        let (sealer, work) = (Arc::clone(&self.sealer), Arc::clone(&self.work));
        let feed = self.feed.clone();
        let answer = self.db.write(move |tx| {
            let mut write = Write::new(tx, clock.now(), &settings, &sealer);
            let result = operation(&mut write);
            let (events, calls) = write.into_parts();
            decide(result, |value| {
                Verdict::Keep((value, Ringing::new(&work, &feed, calls)), events)
            })
        });
        let (value, _ringing) = answer.await.map_err(Error::from).flatten()?;
        Ok(value)
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

    /// The settings that operations look at.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The time that operations go by.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// What seals and opens the secrets in the database.
    pub fn sealer(&self) -> &Arc<Sealer> {
        &self.sealer
    }

    /// What names this history of the database: a restored backup has another, so that nobody goes on from a place
    /// in a history that is gone.
    pub fn epoch(&self) -> &str {
        &self.epoch
    }

    /// What happens, as it is committed.
    pub fn feed(&self) -> &Feed {
        &self.feed
    }

    /// What wakes the work in the background.
    pub fn work(&self) -> &Work {
        &self.work
    }

    /// The database, for its figures and its end.
    pub fn db(&self) -> &Db {
        &self.db
    }
}

/// The epoch of the database; of nodes that start at once on an empty one, all get the same.
fn find_or_make_epoch(db: &Db) -> Result<String> {
    let keep = |found| Ok(Verdict::<_, Error>::Keep(found, Vec::new()));
    let found = db.read_blocking(move |tx| keep(installation::find_epoch(tx)?))?;
    if let Some(epoch) = found? {
        return Ok(epoch);
    }
    let epoch = ids::epoch();
    db.write_blocking(move |tx| {
        installation::insert_epoch(tx, &epoch)?;
        let kept = installation::find_epoch(tx)?.unwrap_or_default();
        Ok(Verdict::Keep(kept, Vec::new()))
    })?
}

/// Separates refusals, which undo, from failures of the store, which may be worth another run.
fn decide<T, K>(
    result: Result<T>,
    keep: impl FnOnce(T) -> Verdict<K, Error>,
) -> store::Result<Verdict<K, Error>> {
    match result {
        Ok(value) => Ok(keep(value)),
        Err(Error::Store(error)) => Err(error),
        Err(refusal) => Ok(Verdict::Refuse(refusal)),
    }
}
