//! Checkpoints off the write path: one connection copies the log back while the writer goes on.

use std::{
    sync::{
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, RecvTimeoutError},
    },
    time::Duration,
};

use super::SqliteConnection;

/// How often the log is copied back. At full speed it grows by 60 MiB a second.
const INTERVAL: Duration = Duration::from_millis(250);

/// Pages in the log from which the writer is asked to finish its tail, so that the log starts over: 8 MiB. What is
/// written between two looks comes on top; together it stays within 64 MiB (performance, "Checkpoints").
const TAIL_PAGES: i64 = 2_048;

/// Copies the log back again and again until `stopped` is closed, then empties it.
pub(super) fn run(
    connection: &SqliteConnection,
    stopped: &Receiver<()>,
    is_tail_left: &AtomicBool,
) {
    while matches!(
        stopped.recv_timeout(INTERVAL),
        Err(RecvTimeoutError::Timeout)
    ) {
        match passive(connection) {
            Ok(pages) if pages > TAIL_PAGES => is_tail_left.store(true, Ordering::Relaxed),
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(%error, "the log of the database could not be copied back")
            }
        }
    }
    if let Err(error) =
        connection
            .raw()
            .query_row("pragma wal_checkpoint(truncate)", [], |_| Ok(()))
    {
        tracing::warn!(%error, "the log of the database could not be emptied");
    }
}

/// Copies back what can be copied without waiting for anybody; tells the pages in the log.
pub(super) fn passive(connection: &SqliteConnection) -> rusqlite::Result<i64> {
    connection
        .raw()
        .query_row("pragma wal_checkpoint(passive)", [], |row| row.get(1))
}
