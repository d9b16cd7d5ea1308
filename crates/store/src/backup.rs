//! Copies of a SQLite database that may be in use, and the new history that begins with a restored one.

use std::{
    collections::HashMap,
    fs::{self, File},
    io::{self, ErrorKind},
    path::Path,
};

use ::postgres::Client;
use rusqlite::{
    Connection, OpenFlags,
    backup::{Backup, StepResult},
};

use crate::{
    Error, Location, Result, Tx, installation, migrate,
    postgres::{self, PostgresTx},
    sqlite::SqliteConnection,
};

/// Pages copied at a time, 1 MiB: so much is written back before more is read, so that the disk is never asked for
/// gigabytes at once while a server waits for its commits.
const STEP_PAGES: i32 = 256;

/// How far a copy is, in pages.
#[derive(Clone, Copy, Debug)]
pub struct Copied {
    /// Copied.
    pub pages: u64,
    /// In all.
    pub pages_total: u64,
}

/// Copies a database as it is at this moment into a file, which is overwritten, and has it on disk when it returns.
/// The database may be written meanwhile. Tells how far it is after every step.
///
/// One read transaction spans all steps. Without it SQLite begins from the first page whenever another process wrote,
/// and under load never ends. Its price is that the log cannot start over until the copy ends.
pub fn copy(from: &Path, to: &Path, mut step: impl FnMut(Copied)) -> Result<()> {
    let source = SqliteConnection::open_for_reading(from)?;
    source.raw().execute_batch("begin deferred")?;
    let begun = "select count(*) from sqlite_master";
    source.raw().query_row(begun, [], |_| Ok(()))?;

    for suffix in ["-journal", "-wal", "-shm"] {
        // What another copy left behind would be taken for a part of this one.
        let mut leftover = to.as_os_str().to_owned();
        leftover.push(suffix);
        match fs::remove_file(&leftover) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(failed(error)),
            _ => {}
        }
    }
    let file = File::create(to).map_err(failed)?;
    // Nobody else may have this file, so its locks would protect nothing; some file systems of backups have none.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut target = Connection::open_with_flags_and_vfs(to, flags, c"unix-none")?;
    for (name, value) in [
        ("locking_mode", "exclusive"),
        ("journal_mode", "off"),
        ("synchronous", "off"),
    ] {
        target.pragma_update(None, name, value)?;
    }
    let backup = Backup::new(source.raw(), &mut target)?;
    loop {
        match backup.step(STEP_PAGES)? {
            StepResult::Done => break,
            StepResult::More => {}
            // Nobody has the target, and readers of the source wait for nobody.
            busy => return Err(Error::Unavailable(format!("the copy stopped: {busy:?}"))),
        }
        file.sync_data().map_err(failed)?;
        let progress = backup.progress();
        let (total, left) = (progress.pagecount as u64, progress.remaining as u64);
        step(Copied {
            pages: total - left,
            pages_total: total,
        });
    }
    drop(backup);
    // One file that needs no log beside it.
    target.pragma_update(None, "journal_mode", "delete")?;
    target.close().map_err(|(_, error)| error)?;
    file.sync_all().map_err(failed)
}

/// Brings the schema up to date and begins a new history. No server may run.
pub fn begin_history(location: &Location, epoch: &str) -> Result<()> {
    match location {
        Location::Sqlite(path) => {
            migrate::run(location)?;
            let connection = SqliteConnection::open(path)?;
            connection.raw().execute_batch("begin immediate")?;
            installation::set_epoch(&mut Tx::Sqlite(&connection), epoch)?;
            connection.raw().execute_batch("commit")?;
            fold(&connection)
        }
        Location::Postgres(url) => {
            let mut client = postgres::connect(url)?;
            let others = in_postgres(&mut client, count_others)?;
            if others > 0 {
                return Err(Error::Unfit(format!(
                    "{others} connections of Parlour are open: stop every node first"
                )));
            }
            migrate::run(location)?;
            in_postgres(&mut client, |tx| installation::set_epoch(tx, epoch))
        }
    }
}

/// Runs an operation in one transaction.
fn in_postgres<T>(
    client: &mut Client,
    operation: impl FnOnce(&mut Tx<'_>) -> Result<T>,
) -> Result<T> {
    let mut statements = HashMap::new();
    let mut tx = Tx::Postgres(PostgresTx::new(client.transaction()?, &mut statements));
    let done = operation(&mut tx)?;
    if let Tx::Postgres(tx) = tx {
        tx.transaction.commit()?;
    }
    Ok(done)
}

/// Copies the log back into its file, so that the file alone is the database. No server may run.
pub fn fold_log(path: &Path) -> Result<()> {
    fold(&SqliteConnection::open(path)?)
}

fn fold(connection: &SqliteConnection) -> Result<()> {
    let sql = "pragma wal_checkpoint(truncate)";
    let is_busy: bool = connection.raw().query_row(sql, [], |row| row.get(0))?;
    if is_busy {
        return Err(Error::Unavailable(
            "another process uses the database".to_owned(),
        ));
    }
    Ok(())
}

/// Connections of other processes of ours: they would go on in the old history.
fn count_others(tx: &mut Tx<'_>) -> Result<i64> {
    const POSTGRES: &str = "select cast(count(*) as bigint) from pg_stat_activity \
        where datname = current_database() and application_name = 'parlour' and pid <> pg_backend_pid()";
    tx.one(POSTGRES, &[], |row| row.get(0))
}

fn failed(error: io::Error) -> Error {
    if error.kind() == ErrorKind::StorageFull {
        Error::Full(error.to_string())
    } else {
        Error::Database(error.to_string())
    }
}
