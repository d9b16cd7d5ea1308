//! The database as the rest of the house sees it: two queues in front of threads that own connections.

use std::{
    path::PathBuf,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread::JoinHandle,
};

use async_channel::Sender;
use model::event::Event;
use tokio::sync::{oneshot, watch};

use crate::{
    Error, Result, Tx, migrate, postgres, sqlite,
    work::{Pending, Work},
};

/// How many operations may wait in a queue; more wait in their callers.
const QUEUE_LENGTH_MAX: usize = 4_096;

/// Where the database is.
#[derive(Clone, Debug)]
pub enum Location {
    /// A file of ours.
    Sqlite(PathBuf),
    /// A PostgreSQL server, as `postgres://user:password@host:port/database`.
    Postgres(String),
}

/// How the database is used.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where it is.
    pub location: Location,
    /// Threads that read: on SQLite beside the one writer, on PostgreSQL beside `writers`.
    pub readers: usize,
    /// Threads that write on PostgreSQL; SQLite has exactly one.
    pub writers: usize,
}

impl Options {
    /// Usual numbers of threads for a location.
    pub fn new(location: Location) -> Self {
        match location {
            Location::Sqlite(_) => Self {
                location,
                readers: 2,
                writers: 1,
            },
            Location::Postgres(_) => Self {
                location,
                readers: 4,
                writers: 16,
            },
        }
    }
}

/// What an operation decided inside its transaction.
pub enum Verdict<T, R> {
    /// Commit, then tell the feed what was recorded and the caller the value.
    Keep(T, Vec<Event>),
    /// Undo whatever was written and tell the caller why.
    Refuse(R),
}

/// Takes the events of each committed operation: on SQLite in the order of the commits; on PostgreSQL one connection may
/// overtake another, so whoever listens reads the store where a `seq` is missing.
pub(crate) type Feed = Arc<dyn Fn(Vec<Event>) + Send + Sync>;

/// What threads count, for the metrics.
#[derive(Debug, Default)]
pub struct Statistics {
    /// Transactions that wrote and were committed.
    pub commits: AtomicU64,
    /// Operations in them; more than one each where commits are shared.
    pub operations: AtomicU64,
    /// Operations run again because of a conflict or a neighbour in their batch.
    pub reruns: AtomicU64,
    /// Transactions that read.
    pub reads: AtomicU64,
}

impl Statistics {
    pub(crate) fn add(counter: &AtomicU64, count: usize) {
        counter.fetch_add(count as u64, Ordering::Relaxed);
    }
}

/// What every thread of the database shares.
#[derive(Clone)]
pub(crate) struct Shared {
    pub(crate) feed: Feed,
    pub(crate) statistics: Arc<Statistics>,
    pub(crate) broken: watch::Sender<Option<String>>,
}

/// An open database.
pub struct Db {
    reads: Sender<Box<dyn Work>>,
    writes: Sender<Box<dyn Work>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    statistics: Arc<Statistics>,
    broken: watch::Receiver<Option<String>>,
    location: Location,
}

impl Db {
    /// Opens the database, checks that it is set up to keep what it acknowledges, migrates it and starts its
    /// threads. `feed` gets the events of each commit before its caller gets the answer.
    ///
    /// Fails with [`Error::Unfit`] where a setting would lose data, or where the schema is newer than ours.
    pub fn open(
        options: &Options,
        feed: impl Fn(Vec<Event>) + Send + Sync + 'static,
    ) -> Result<Self> {
        migrate::run(&options.location)?;
        let (reads, read_queue) = async_channel::bounded(QUEUE_LENGTH_MAX);
        let (writes, write_queue) = async_channel::bounded(QUEUE_LENGTH_MAX);
        let (broken_sender, broken) = watch::channel(None);
        let statistics = Arc::new(Statistics::default());
        let shared = Shared {
            feed: Arc::new(feed),
            statistics: Arc::clone(&statistics),
            broken: broken_sender,
        };
        let threads = match &options.location {
            Location::Sqlite(path) => {
                sqlite::start(path, options.readers, &read_queue, write_queue, &shared)?
            }
            Location::Postgres(url) => postgres::start(
                url,
                options.readers,
                options.writers,
                &read_queue,
                &write_queue,
                &shared,
            )?,
        };
        Ok(Self {
            reads,
            writes,
            threads: Mutex::new(threads),
            statistics,
            broken,
            location: options.location.clone(),
        })
    }

    /// Runs a read in a transaction of its own that sees one state of the database.
    pub async fn read<T, R>(
        &self,
        operation: impl Fn(&mut Tx<'_>) -> Result<Verdict<T, R>> + Send + 'static,
    ) -> Result<std::result::Result<T, R>>
    where
        T: Send + 'static,
        R: Send + 'static,
    {
        submit(&self.reads, operation).await
    }

    /// Runs an operation in a transaction and answers after its commit: what it returns is durable. The operation
    /// may run more than once; only the last run counts.
    pub async fn write<T, R>(
        &self,
        operation: impl Fn(&mut Tx<'_>) -> Result<Verdict<T, R>> + Send + 'static,
    ) -> Result<std::result::Result<T, R>>
    where
        T: Send + 'static,
        R: Send + 'static,
    {
        submit(&self.writes, operation).await
    }

    /// As [`Db::read`], for a thread that may wait.
    pub fn read_blocking<T, R>(
        &self,
        operation: impl Fn(&mut Tx<'_>) -> Result<Verdict<T, R>> + Send + 'static,
    ) -> Result<std::result::Result<T, R>>
    where
        T: Send + 'static,
        R: Send + 'static,
    {
        submit_blocking(&self.reads, operation)
    }

    /// As [`Db::write`], for a thread that may wait.
    pub fn write_blocking<T, R>(
        &self,
        operation: impl Fn(&mut Tx<'_>) -> Result<Verdict<T, R>> + Send + 'static,
    ) -> Result<std::result::Result<T, R>>
    where
        T: Send + 'static,
        R: Send + 'static,
    {
        submit_blocking(&self.writes, operation)
    }

    /// What was counted since the start.
    pub fn statistics(&self) -> &Statistics {
        &self.statistics
    }

    /// How many operations wait to be written.
    pub fn write_queue_length(&self) -> usize {
        self.writes.len()
    }

    /// Where the database is.
    pub fn location(&self) -> &Location {
        &self.location
    }

    /// Waits until the database can no longer be trusted, and tells why. The process must stop then.
    pub async fn wait_until_broken(&self) -> String {
        let mut broken = self.broken.clone();
        match broken.wait_for(Option::is_some).await {
            Ok(reason) => reason.clone().unwrap_or_default(),
            Err(_) => std::future::pending().await,
        }
    }

    /// Finishes what is queued, writes everything back and ends the threads. Blocks.
    pub fn close(&self) {
        self.reads.close();
        self.writes.close();
        let threads =
            std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        for thread in threads {
            if thread.join().is_err() {
                tracing::error!("a thread of the database panicked");
            }
        }
    }
}

impl Drop for Db {
    fn drop(&mut self) {
        self.close();
    }
}

async fn submit<T, R>(
    queue: &Sender<Box<dyn Work>>,
    operation: impl Fn(&mut Tx<'_>) -> Result<Verdict<T, R>> + Send + 'static,
) -> Result<std::result::Result<T, R>>
where
    T: Send + 'static,
    R: Send + 'static,
{
    let (caller, answer) = oneshot::channel();
    queue
        .send(Box::new(Pending::new(operation, caller)))
        .await
        .map_err(|_| closed())?;
    answer.await.map_err(|_| closed())?
}

fn submit_blocking<T, R>(
    queue: &Sender<Box<dyn Work>>,
    operation: impl Fn(&mut Tx<'_>) -> Result<Verdict<T, R>> + Send + 'static,
) -> Result<std::result::Result<T, R>>
where
    T: Send + 'static,
    R: Send + 'static,
{
    let (caller, answer) = oneshot::channel();
    queue
        .send_blocking(Box::new(Pending::new(operation, caller)))
        .map_err(|_| closed())?;
    answer.blocking_recv().map_err(|_| closed())?
}

fn closed() -> Error {
    Error::Unavailable("the database is closed".to_owned())
}
