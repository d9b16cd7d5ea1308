//! Operations that queue up behind one that holds the writer, so that they share a commit where commits are shared.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};

use model::{event::Event, id::OrganizationId};
use store::{Db, Error, Location, Options, Result, Tx, Verdict, organizations};
use testing::database::{TestDatabase, apart};
use tokio::{sync::oneshot, task::JoinSet};

use crate::scene::{NOON, organization, read, write};

/// How many operations wait in a queue of these tests.
pub(crate) const QUEUED: usize = 20;
pub(crate) const NOTHING: [usize; 0] = [];

pub(crate) type Outcome<T> = Result<Verdict<T, &'static str>>;
pub(crate) type Answer<T> = Result<std::result::Result<T, &'static str>>;

/// Opens a database with one thread for each kind of work, so that work queues up behind what holds the thread.
pub(crate) fn open(
    database: &TestDatabase,
    feed: impl Fn(Vec<Event>) + Send + Sync + 'static,
) -> Arc<Db> {
    let options = Options {
        readers: 1,
        writers: 1,
        ..database.options()
    };
    Arc::new(apart(|| Db::open(&options, feed)).expect("a fresh database opens"))
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What an operation fails with when the test that it waits for has failed.
pub(crate) fn gone() -> Error {
    Error::Database("the test is over".to_owned())
}

pub(crate) fn is_sqlite(db: &Db) -> bool {
    matches!(db.location(), Location::Sqlite(_))
}

/// Starts an operation that writes and then holds the writer until the sender is used or gone.
pub(crate) async fn hold_writer(db: &Arc<Db>, tasks: &mut JoinSet<()>) -> mpsc::Sender<()> {
    let (let_go, wait) = mpsc::channel();
    let (told, is_held) = oneshot::channel();
    let hand = Mutex::new(Some((told, wait)));
    let db = Arc::clone(db);
    tasks.spawn(async move {
        write(&db, move |tx| {
            organization(tx, "holder")?;
            if let Some((told, wait)) = lock(&hand).take() {
                told.send(())
                    .expect("somebody waits until the writer is held");
                wait.recv().map_err(|_| gone())?;
            }
            Ok(())
        })
        .await;
    });
    is_held.await.expect("the operation runs");
    let_go
}

/// Queues operations behind one that holds the writer, lets it go, and tells each operation's answer.
pub(crate) async fn queue<T: Send + 'static>(
    db: &Arc<Db>,
    operation: impl Fn(&mut Tx<'_>, usize) -> Outcome<T> + Send + Sync + 'static,
) -> Vec<Answer<T>> {
    let mut holder = JoinSet::new();
    let let_go = hold_writer(db, &mut holder).await;
    let operation = Arc::new(operation);
    let mut tasks = JoinSet::new();
    for index in 0..QUEUED {
        let (db, operation) = (Arc::clone(db), Arc::clone(&operation));
        tasks.spawn(async move {
            let answer = db.write(move |tx| operation(tx, index)).await;
            (index, answer)
        });
    }
    while db.write_queue_length() < QUEUED {
        tokio::task::yield_now().await;
    }
    let_go.send(()).expect("the holder waits");
    holder.join_all().await;
    let mut answers = tasks.join_all().await;
    answers.sort_by_key(|(index, _)| *index);
    answers.into_iter().map(|(_, answer)| answer).collect()
}

pub(crate) fn insert(tx: &mut Tx<'_>, index: usize) -> Result<()> {
    let id = OrganizationId::new(format!("{index:02}"));
    organizations::insert(tx, &id, id.as_str(), "queued", NOON).map(drop)
}

/// The numbers in the ids of the organizations that [`insert`] left.
pub(crate) async fn left(db: &Db) -> Vec<usize> {
    let found = read(db, |tx| organizations::list(tx, 100)).await;
    let mut left: Vec<usize> = found
        .iter()
        .filter_map(|organization| organization.id.as_str().parse().ok())
        .collect();
    left.sort_unstable();
    left
}
