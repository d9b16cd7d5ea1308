//! SQLite: one writer that commits many operations at once, readers beside it, and a checkpointer.

use std::{
    cell::RefCell,
    collections::HashMap,
    path::Path,
    sync::{Arc, atomic::AtomicBool},
    thread::JoinHandle,
    time::Duration,
};

use async_channel::Receiver;
use rusqlite::{CachedStatement, Connection, OpenFlags, config::DbConfig};

use crate::{
    Error, Result, Tx,
    db::{Shared, Statistics},
    work::{Ran, Work},
};

mod checkpoint;
mod writer;

/// Oldest SQLite without the WAL-reset bug (trust 1.1).
const VERSION_MIN: i32 = 3_051_003;

/// Prepared statements kept per connection: more than the store has.
const STATEMENTS_MAX: usize = 512;

/// Memory of a connection for pages, in KiB.
const CACHE_KIB: i64 = 16 * 1_024;

/// How long to wait for another process that writes, such as a command run beside the server.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// A connection with its statements.
pub struct SqliteConnection {
    connection: Connection,
    /// `$1` written as `?1` (rusqlite numbers `$n` by first appearance), by address and length of the original.
    translated: RefCell<HashMap<(usize, usize), Box<str>>>,
}

impl SqliteConnection {
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        let connection = connect(path, flags)?;
        require_settings(&connection)?;
        Ok(Self::new(connection))
    }

    /// Opens a file that must be there, for questions only: nothing is set, migrated or copied back.
    pub(crate) fn open_for_reading(path: &Path) -> Result<Self> {
        // A connection that may only read leaves an empty log behind where there was none; one that may write tidies
        // up as the last to leave, and would copy back a log that a crash left behind.
        let mut log = path.as_os_str().to_owned();
        log.push("-wal");
        let flags = if Path::new(&log).exists() {
            OpenFlags::SQLITE_OPEN_READ_ONLY
        } else {
            OpenFlags::SQLITE_OPEN_READ_WRITE
        };
        let connection = connect(path, flags)?;
        for (name, value) in [
            ("query_only", "on"),
            ("trusted_schema", "off"),
            ("cell_size_check", "on"),
        ] {
            connection.pragma_update(None, name, value)?;
        }
        Ok(Self::new(connection))
    }

    fn new(connection: Connection) -> Self {
        Self {
            connection,
            translated: RefCell::new(HashMap::new()),
        }
    }

    pub(crate) fn prepare(&self, sql: &'static str) -> Result<CachedStatement<'_>> {
        // After some failures, such as a full disk, SQLite ends a transaction by itself; what followed would be
        // committed statement by statement.
        if self.connection.is_autocommit() {
            return Err(undone());
        }
        let mut translated = self.translated.borrow_mut();
        let text = translated
            .entry((sql.as_ptr() as usize, sql.len()))
            .or_insert_with(|| sql.replace('$', "?").into());
        Ok(self.connection.prepare_cached(text)?)
    }

    pub(crate) fn raw(&self) -> &Connection {
        &self.connection
    }
}

/// Connects, with what holds for every connection.
fn connect(path: &Path, flags: OpenFlags) -> Result<Connection> {
    if rusqlite::version_number() < VERSION_MIN {
        return Err(Error::Unfit(format!(
            "SQLite {} is older than 3.51.3",
            rusqlite::version()
        )));
    }
    let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    // Without it, statements whose plan may depend on a parameter are prepared again at every run.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
    Ok(connection)
}

fn undone() -> Error {
    Error::Database("the operation went on after its transaction was undone".to_owned())
}

/// Sets what keeps an acknowledged write safe, and reads each setting back (trust 1.1): a database that cannot
/// have it is refused.
fn require_settings(connection: &Connection) -> Result<()> {
    let synchronous = if cfg!(feature = "planted-synchronous-normal") {
        ("synchronous", "normal", "1")
    } else {
        ("synchronous", "full", "2")
    };
    let settings = [
        ("journal_mode", "wal", "wal"),
        synchronous,
        ("foreign_keys", "on", "1"),
        ("trusted_schema", "off", "0"),
        ("mmap_size", "0", "0"),
        ("secure_delete", "on", "1"),
        ("cell_size_check", "on", "1"),
    ];
    for (name, wanted, expected) in settings {
        // `mmap_size` answers nothing where memory mapping is compiled out, which is as good.
        connection
            .pragma_update_and_check(None, name, wanted, |_| Ok(()))
            .or_else(ignore_no_rows)?;
        let found = connection
            .pragma_query_value(None, name, |row| row.get::<_, rusqlite::types::Value>(0));
        let found = match found {
            Ok(rusqlite::types::Value::Integer(value)) => value.to_string(),
            Ok(rusqlite::types::Value::Text(value)) => value.to_lowercase(),
            Ok(_) | Err(rusqlite::Error::QueryReturnedNoRows) => expected.to_owned(),
            Err(error) => return Err(error.into()),
        };
        if found != expected {
            return Err(Error::Unfit(format!(
                "SQLite's {name} is {found}, but must be {expected} to keep what is acknowledged"
            )));
        }
    }
    Ok(())
}

fn ignore_no_rows(error: rusqlite::Error) -> rusqlite::Result<()> {
    match error {
        rusqlite::Error::QueryReturnedNoRows => Ok(()),
        error => Err(error),
    }
}

/// Opens the connections and starts a thread for each.
pub(crate) fn start(
    path: &Path,
    readers: usize,
    reads: &Receiver<Box<dyn Work>>,
    writes: Receiver<Box<dyn Work>>,
    shared: &Shared,
) -> Result<Vec<JoinHandle<()>>> {
    let mut threads = Vec::new();
    for index in 0..readers.max(1) {
        let connection = SqliteConnection::open(path)?;
        connection.raw().pragma_update(None, "query_only", "on")?;
        let (queue, shared) = (reads.clone(), shared.clone());
        threads.push(spawn(format!("sqlite-read-{index}"), move || {
            read_loop(&connection, &queue, &shared)
        })?);
    }
    let tail = Arc::new(AtomicBool::new(false));
    let (stop, stopped) = std::sync::mpsc::channel();
    let checkpointer = SqliteConnection::open(path)?;
    let is_tail_left = Arc::clone(&tail);
    threads.push(spawn("sqlite-checkpoint".to_owned(), move || {
        checkpoint::run(&checkpointer, &stopped, &is_tail_left)
    })?);
    let writer = SqliteConnection::open(path)?;
    writer.raw().pragma_update(None, "wal_autocheckpoint", 0)?;
    let shared = shared.clone();
    threads.push(spawn("sqlite-write".to_owned(), move || {
        writer::run(&writer, &writes, &shared, &tail);
        // The checkpointer ends when its channel is closed.
        drop(stop);
    })?);
    Ok(threads)
}

fn spawn(name: String, run: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>> {
    std::thread::Builder::new()
        .name(name)
        .spawn(run)
        .map_err(|error| Error::Unavailable(format!("no thread could be started: {error}")))
}

fn read_loop(connection: &SqliteConnection, queue: &Receiver<Box<dyn Work>>, shared: &Shared) {
    while let Ok(mut work) = queue.recv_blocking() {
        Statistics::add(&shared.statistics.reads, 1);
        let end = read_once(connection, &mut *work);
        work.answer(end);
    }
}

fn read_once(connection: &SqliteConnection, work: &mut dyn Work) -> Result<()> {
    connection.raw().execute_batch("begin deferred")?;
    let ran = work.run(&mut Tx::Sqlite(connection));
    connection.raw().execute_batch("rollback")?;
    match ran {
        Ran::Failed(error) => Err(error),
        Ran::Kept | Ran::Refused => Ok(()),
    }
}
