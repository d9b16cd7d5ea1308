//! Looking at a database as it is: nothing is set, migrated or written.

use std::{collections::HashMap, sync::mpsc, time::Duration};

use ::postgres::{Client, Statement};
use rusqlite::ErrorCode;

use crate::{
    Error, Location, Result, Tx,
    postgres::{self, PostgresTx},
    sqlite::SqliteConnection,
};

/// Faults that a check tells; one is enough to distrust a file.
const FAULTS_MAX: usize = 5;

/// How soon a check whose time is up is interrupted again.
const AGAIN: Duration = Duration::from_millis(5);

/// PostgreSQL's settings without which something acknowledged may be lost.
const POSTGRES_SETTINGS: [&str; 3] = ["fsync", "full_page_writes", "synchronous_commit"];

/// An open database that nothing is done to.
pub struct Inspector {
    connection: Connection,
}

enum Connection {
    Sqlite(SqliteConnection),
    Postgres {
        client: Box<Client>,
        statements: HashMap<(usize, usize), Statement>,
    },
}

/// How a check of a file ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Checked {
    /// Everything was looked at and hangs together.
    Sound,
    /// The time was up before a fault was found.
    Unfinished,
    /// It is damaged; the first faults.
    Damaged(Vec<String>),
}

/// How much of a file is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// Every page.
    Quick,
    /// Every page, and that indexes agree with their tables.
    Whole,
}

impl Inspector {
    /// Opens a database that must be there. Blocks.
    pub fn open(location: &Location) -> Result<Self> {
        let connection = match location {
            Location::Sqlite(path) => Connection::Sqlite(SqliteConnection::open_for_reading(path)?),
            Location::Postgres(url) => Connection::Postgres {
                client: Box::new(postgres::connect(url)?),
                statements: HashMap::new(),
            },
        };
        Ok(Self { connection })
    }

    /// Asks something in a transaction that sees one state.
    pub fn read<T>(&mut self, question: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> Result<T> {
        match &mut self.connection {
            Connection::Sqlite(connection) => {
                connection.raw().execute_batch("begin deferred")?;
                let answer = question(&mut Tx::Sqlite(connection));
                connection.raw().execute_batch("rollback")?;
                answer
            }
            Connection::Postgres { client, statements } => {
                let transaction = client.build_transaction().read_only(true).start()?;
                question(&mut Tx::Postgres(PostgresTx::new(transaction, statements)))
            }
        }
    }

    /// The database's name and version.
    pub fn version(&mut self) -> Result<String> {
        match &mut self.connection {
            Connection::Sqlite(_) => Ok(format!("SQLite {}", rusqlite::version())),
            Connection::Postgres { client, .. } => {
                Ok(format!("PostgreSQL {}", setting(client, "server_version")?))
            }
        }
    }

    /// The settings on which it depends that nothing acknowledged is lost, each with its value and whether that keeps it.
    pub fn settings(&mut self) -> Result<Vec<(&'static str, String, bool)>> {
        match &mut self.connection {
            Connection::Sqlite(connection) => {
                let mode: String =
                    connection
                        .raw()
                        .pragma_query_value(None, "journal_mode", |row| row.get(0))?;
                let is_safe = mode == "wal";
                Ok(vec![("journal_mode", mode, is_safe)])
            }
            Connection::Postgres { client, .. } => POSTGRES_SETTINGS
                .into_iter()
                .map(|name| {
                    let value = setting(client, name)?;
                    let is_safe = value != "off";
                    Ok((name, value, is_safe))
                })
                .collect(),
        }
    }

    /// Looks for damage in a SQLite file, for at most a time. PostgreSQL looks after its own files.
    pub fn check(&mut self, depth: Depth, limit: Duration) -> Result<Checked> {
        let Connection::Sqlite(connection) = &self.connection else {
            return Ok(Checked::Sound);
        };
        let interrupt = connection.raw().get_interrupt_handle();
        let (end, ended) = mpsc::channel::<()>();
        let found = std::thread::scope(|scope| {
            scope.spawn(move || {
                let mut wait = limit;
                while ended.recv_timeout(wait) == Err(mpsc::RecvTimeoutError::Timeout) {
                    interrupt.interrupt();
                    // A check that has not begun yet does not notice.
                    wait = AGAIN;
                }
            });
            let found = faults(connection, depth);
            drop(end);
            found
        });
        match found {
            Ok(faults) if faults.is_empty() => Ok(Checked::Sound),
            Ok(faults) => Ok(Checked::Damaged(faults)),
            Err(error) => match error.sqlite_error_code() {
                Some(ErrorCode::OperationInterrupted) => Ok(Checked::Unfinished),
                Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                    Ok(Checked::Damaged(vec![error.to_string()]))
                }
                _ => Err(error.into()),
            },
        }
    }
}

/// What a check complains about; nothing where it says `ok`.
fn faults(connection: &SqliteConnection, depth: Depth) -> rusqlite::Result<Vec<String>> {
    let pragma = match depth {
        Depth::Quick => "quick_check",
        Depth::Whole => "integrity_check",
    };
    let mut faults = Vec::new();
    connection
        .raw()
        .pragma(None, pragma, FAULTS_MAX as i64, |row| {
            faults.push(row.get::<_, String>(0)?);
            Ok(())
        })?;
    faults.retain(|fault| fault != "ok");
    Ok(faults)
}

fn setting(client: &mut Client, name: &str) -> Result<String> {
    const POSTGRES: &str = "select current_setting($1)";
    let row = client.query_one(POSTGRES, &[&name]).map_err(Error::from)?;
    Ok(row.get(0))
}
