//! The one writer of SQLite: takes what is queued, runs it in one transaction, commits once, answers all.

use std::sync::atomic::{AtomicBool, Ordering};

use async_channel::Receiver;

use super::{SqliteConnection, checkpoint, undone};
use crate::{
    Error, Result, Tx,
    db::{Shared, Statistics},
    work::{Ran, Work},
};

/// Operations of one commit. More make the commit longer without making it cheaper (performance, "Limits").
const BATCH_MAX: usize = 256;

/// A piece of work and how far it got in its batch.
struct Member {
    work: Box<dyn Work>,
    /// It wrote and then refused or failed: it is left out when the others run again.
    is_out: bool,
}

pub(super) fn run(
    connection: &SqliteConnection,
    queue: &Receiver<Box<dyn Work>>,
    shared: &Shared,
    is_tail_left: &AtomicBool,
) {
    while let Ok(first) = queue.recv_blocking() {
        let more = std::iter::from_fn(|| queue.try_recv().ok());
        let members = std::iter::once(first).chain(more).take(BATCH_MAX);
        let batch: Vec<Member> = members
            .map(|work| Member {
                work,
                is_out: false,
            })
            .collect();
        if let Some(reason) = commit_batch(connection, batch, shared) {
            tracing::error!(
                reason,
                "the database failed to commit; stopping, as it can no longer be trusted"
            );
            queue.close();
            shared.broken.send_replace(Some(reason));
            while let Ok(work) = queue.try_recv() {
                work.answer(Err(Error::Broken("the database failed".to_owned())));
            }
            return;
        }
        if is_tail_left.swap(false, Ordering::Relaxed)
            && let Err(error) = checkpoint::passive(connection)
        {
            tracing::warn!(%error, "the tail of the database's log could not be copied back");
        }
    }
}

/// Runs and commits a batch; tells why the database is broken when it is.
fn commit_batch(
    connection: &SqliteConnection,
    mut batch: Vec<Member>,
    shared: &Shared,
) -> Option<String> {
    let end = run_until_clean(connection, &mut batch, shared);
    if cfg!(feature = "planted-answer-before-commit") && end.is_ok() {
        for member in batch {
            member.work.answer(Ok(()));
        }
        // Wide enough a gap for a kill to fall into.
        std::thread::park_timeout(std::time::Duration::from_millis(2));
        return connection
            .raw()
            .execute_batch("commit")
            .err()
            .map(|error| error.to_string());
    }
    let end = end.and_then(|()| Ok(connection.raw().execute_batch("commit")?));
    match end {
        Ok(()) => {
            Statistics::add(&shared.statistics.commits, 1);
            Statistics::add(&shared.statistics.operations, batch.len());
            for mut member in batch {
                if !member.is_out {
                    let events = member.work.take_events();
                    if !events.is_empty() {
                        (shared.feed)(events);
                    }
                }
                member.work.answer(Ok(()));
            }
            None
        }
        Err(error) => {
            roll_back(connection);
            let broken = match &error {
                Error::Broken(reason) => Some(reason.clone()),
                _ => None,
            };
            for member in batch {
                // Those that are out know their own reason; it stands whatever became of the others.
                member.work.answer(if member.is_out {
                    Ok(())
                } else {
                    Err(error.clone())
                });
            }
            broken
        }
    }
}

/// Runs the batch inside a transaction that is open when this returns. An operation that refuses before it writes
/// costs nothing; one that refuses or fails after it wrote is put out, and the rest run again. That is rare, so nobody
/// pays for a savepoint of their own (performance, point 6).
fn run_until_clean(
    connection: &SqliteConnection,
    batch: &mut [Member],
    shared: &Shared,
) -> Result<()> {
    loop {
        connection.raw().execute_batch("begin immediate")?;
        let Some(dirty) = run_once(connection, batch)? else {
            return Ok(());
        };
        roll_back(connection);
        batch[dirty].is_out = true;
        Statistics::add(&shared.statistics.reruns, batch.len());
    }
}

/// Runs every member that is in; stops at the first that wrote something which must not stay, and tells which.
fn run_once(connection: &SqliteConnection, batch: &mut [Member]) -> Result<Option<usize>> {
    for (index, member) in batch
        .iter_mut()
        .enumerate()
        .filter(|(_, member)| !member.is_out)
    {
        let changes_before = connection.raw().total_changes();
        match member.work.run(&mut Tx::Sqlite(connection)) {
            Ran::Kept if connection.raw().is_autocommit() => return Err(undone()),
            Ran::Kept => {}
            Ran::Failed(error @ (Error::Full(_) | Error::Broken(_))) => return Err(error),
            Ran::Refused | Ran::Failed(_) => {
                // SQLite may have rolled the whole transaction back by itself.
                let is_rolled_back = connection.raw().is_autocommit();
                if is_rolled_back || connection.raw().total_changes() != changes_before {
                    return Ok(Some(index));
                }
            }
        }
    }
    Ok(None)
}

fn roll_back(connection: &SqliteConnection) {
    if !connection.raw().is_autocommit()
        && let Err(error) = connection.raw().execute_batch("rollback")
    {
        tracing::error!(%error, "a transaction could not be rolled back");
    }
}
