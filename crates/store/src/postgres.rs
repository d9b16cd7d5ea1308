//! PostgreSQL: threads that own a connection each; one operation is one transaction, run again on a conflict.

use std::{collections::HashMap, thread::JoinHandle, time::Duration};

use ::postgres::{
    Client, Config, IsolationLevel, NoTls, Row, Statement, Transaction, config::SslMode,
    types::ToSql,
};
use async_channel::Receiver;
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::{
    Error, Result, Tx, Value,
    db::{Shared, Statistics},
    work::{Ran, Work},
};

/// How often an operation is run again after a deadlock or a serialisation failure.
const RERUNS_MAX: u32 = 8;

/// How long a connection may take: two attempts of the network. Together with [`SILENCE_MAX`] nobody waits more than five
/// seconds for a server that is gone.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// How long the other machine may be silent, which confirms at once what it gets, however long its answer takes. Without
/// a bound a request would wait a quarter of an hour for a machine whose power failed.
const SILENCE_MAX: Duration = Duration::from_secs(3);

/// How often a machine is asked for a sign of life while its answer is waited for.
const SIGN_OF_LIFE: Duration = Duration::from_secs(1);

/// What every connection is set to: nothing waits for ever, and nobody else's settings apply.
const SESSION: &str = "set statement_timeout = '10s'; set lock_timeout = '5s'; \
    set idle_in_transaction_session_timeout = '10s'; set timezone = 'UTC'";

/// A transaction and the statements of its connection.
pub struct PostgresTx<'c> {
    pub(crate) transaction: Transaction<'c>,
    pub(crate) statements: &'c mut Statements,
    /// A statement failed: the server undoes the transaction, and a commit would not say so.
    has_failed: bool,
}

/// Prepared statements of a connection, by address and length of their text.
type Statements = HashMap<(usize, usize), Statement>;

impl<'c> PostgresTx<'c> {
    pub(crate) fn new(transaction: Transaction<'c>, statements: &'c mut Statements) -> Self {
        Self {
            transaction,
            statements,
            has_failed: false,
        }
    }

    pub(crate) fn query(
        &mut self,
        sql: &'static str,
        parameters: &[Value<'_>],
    ) -> Result<Vec<Row>> {
        let rows = self.find_statement(sql).and_then(|statement| {
            Ok(self
                .transaction
                .query(&statement, &as_dynamic(parameters))?)
        });
        self.has_failed |= rows.is_err();
        rows
    }

    pub(crate) fn execute(&mut self, sql: &'static str, parameters: &[Value<'_>]) -> Result<u64> {
        let count = self.find_statement(sql).and_then(|statement| {
            Ok(self
                .transaction
                .execute(&statement, &as_dynamic(parameters))?)
        });
        self.has_failed |= count.is_err();
        count
    }

    /// The statement of a text, prepared the first time.
    fn find_statement(&mut self, sql: &'static str) -> Result<Statement> {
        let address = (sql.as_ptr() as usize, sql.len());
        if let Some(statement) = self.statements.get(&address) {
            return Ok(statement.clone());
        }
        let statement = self.transaction.prepare(sql)?;
        self.statements.insert(address, statement.clone());
        Ok(statement)
    }
}

fn as_dynamic<'a>(parameters: &'a [Value<'_>]) -> Vec<&'a (dyn ToSql + Sync)> {
    parameters
        .iter()
        .map(|value| value as &(dyn ToSql + Sync))
        .collect()
}

/// Whether a thread reads or writes.
#[derive(Clone, Copy)]
enum Access {
    Read,
    Write,
}

struct Connection {
    client: Client,
    statements: Statements,
}

impl Connection {
    fn open(config: &Config) -> Result<Self> {
        let mut client = match config.get_ssl_mode() {
            SslMode::Require => config.connect(tls()?)?,
            _ => config.connect(NoTls)?,
        };
        client.batch_execute(SESSION)?;
        Ok(Self {
            client,
            statements: Statements::new(),
        })
    }
}

/// TLS with the certificates that this machine trusts; only where the address says `sslmode=require`, so that it
/// never depends on the server whether a connection is protected.
fn tls() -> Result<MakeRustlsConnect> {
    let loaded = MakeRustlsConnect::with_native_certs();
    loaded.map(|(connect, _)| connect).map_err(|errors| {
        let reasons: Vec<String> = errors.iter().map(ToString::to_string).collect();
        Error::Unfit(format!(
            "sslmode=require needs this machine's certificates: {}",
            reasons.join(", ")
        ))
    })
}

/// Parses an address and bounds the time a connection may take.
pub(crate) fn configure(url: &str) -> Result<Config> {
    let mut config: Config = url.parse().map_err(|_| {
        Error::Unfit(
            "the database URL is not of the form postgres://user:password@host:port/database"
                .to_owned(),
        )
    })?;
    config
        .connect_timeout(CONNECT_TIMEOUT)
        .tcp_user_timeout(SILENCE_MAX)
        .keepalives_idle(SIGN_OF_LIFE)
        .keepalives_interval(SIGN_OF_LIFE)
        .application_name("parlour");
    Ok(config)
}

/// Connects once, for migrations and checks.
pub(crate) fn connect(url: &str) -> Result<Client> {
    Ok(Connection::open(&configure(url)?)?.client)
}

/// Refuses a server that would lose what it acknowledges (trust 1.2).
pub(crate) fn require_settings(client: &mut Client) -> Result<()> {
    for name in ["fsync", "full_page_writes", "synchronous_commit"] {
        let found: String = client
            .query_one("select current_setting($1)", &[&name])?
            .get(0);
        if found == "off" && name == "synchronous_commit" {
            tracing::warn!(
                "PostgreSQL's synchronous_commit is off: a crash of its machine loses acknowledged messages"
            );
        } else if found == "off" {
            return Err(Error::Unfit(format!(
                "PostgreSQL's {name} is off, but must be on to keep what is acknowledged"
            )));
        }
    }
    Ok(())
}

/// Starts the threads; the first connection of each is made when it has work.
pub(crate) fn start(
    url: &str,
    readers: usize,
    writers: usize,
    reads: &Receiver<Box<dyn Work>>,
    writes: &Receiver<Box<dyn Work>>,
    shared: &Shared,
) -> Result<Vec<JoinHandle<()>>> {
    let config = configure(url)?;
    let kinds = [
        (Access::Read, readers.max(1), reads),
        (Access::Write, writers.max(1), writes),
    ];
    let mut threads = Vec::new();
    for (access, count, queue) in kinds {
        for index in 0..count {
            let (config, queue, shared) = (config.clone(), queue.clone(), shared.clone());
            let name = match access {
                Access::Read => format!("postgres-read-{index}"),
                Access::Write => format!("postgres-write-{index}"),
            };
            let thread = std::thread::Builder::new()
                .name(name)
                .spawn(move || serve(access, &config, &queue, &shared));
            threads.push(thread.map_err(|error| {
                Error::Unavailable(format!("no thread could be started: {error}"))
            })?);
        }
    }
    Ok(threads)
}

fn serve(access: Access, config: &Config, queue: &Receiver<Box<dyn Work>>, shared: &Shared) {
    let mut connection = None;
    while let Ok(mut work) = queue.recv_blocking() {
        let end = run_to_the_end(access, config, &mut connection, &mut *work, shared);
        if end.is_ok() {
            let events = work.take_events();
            if !events.is_empty() {
                (shared.feed)(events);
            }
        }
        work.answer(end);
    }
}

/// Runs work until it is committed, refused, or not worth another try.
fn run_to_the_end(
    access: Access,
    config: &Config,
    connection: &mut Option<Connection>,
    work: &mut dyn Work,
    shared: &Shared,
) -> Result<()> {
    let mut was_connected = connection.is_some();
    for rerun in 0..=RERUNS_MAX {
        let open = match connection {
            Some(open) => open,
            None => connection.insert(Connection::open(config)?),
        };
        let end = run_once(access, open, work, shared);
        if open.client.is_closed() || matches!(end, Err(Error::Unavailable(_) | Error::Unknown(_)))
        {
            *connection = None;
        }
        match end {
            // A connection that was idle may have died long ago; that says nothing about the server now.
            Err(Error::Unavailable(_)) if was_connected => was_connected = false,
            Err(Error::Conflict(_)) if rerun < RERUNS_MAX => pause(rerun),
            end => return end,
        }
        Statistics::add(&shared.statistics.reruns, 1);
    }
    Err(Error::Conflict(
        "the operation met another one too often".to_owned(),
    ))
}

/// Waits a little longer after each conflict, so that two operations do not meet for ever.
fn pause(rerun: u32) {
    std::thread::park_timeout(Duration::from_millis(1 << rerun.min(6)));
}

fn run_once(
    access: Access,
    connection: &mut Connection,
    work: &mut dyn Work,
    shared: &Shared,
) -> Result<()> {
    let builder = connection.client.build_transaction();
    let builder = match access {
        Access::Read => builder
            .read_only(true)
            .isolation_level(IsolationLevel::RepeatableRead),
        Access::Write => builder.isolation_level(IsolationLevel::ReadCommitted),
    };
    let tx = PostgresTx::new(builder.start()?, &mut connection.statements);
    let mut tx = Tx::Postgres(tx);
    let ran = work.run(&mut tx);
    let Tx::Postgres(tx) = tx else {
        return Ok(());
    };
    let (transaction, has_failed) = (tx.transaction, tx.has_failed);
    match (ran, access) {
        (Ran::Kept, _) if has_failed => Err(Error::Database(
            "the operation went on after a statement had failed".to_owned(),
        )),
        (Ran::Kept, Access::Read) => {
            Statistics::add(&shared.statistics.reads, 1);
            Ok(transaction.rollback()?)
        }
        (Ran::Kept, Access::Write) => {
            transaction
                .commit()
                .map_err(|error| match Error::from(error) {
                    Error::Unavailable(reason) => Error::Unknown(reason),
                    error => error,
                })?;
            Statistics::add(&shared.statistics.commits, 1);
            Statistics::add(&shared.statistics.operations, 1);
            Ok(())
        }
        (Ran::Refused, _) => Ok(transaction.rollback()?),
        (Ran::Failed(error), _) => {
            // The failure is what the caller must hear, whether or not the roll-back reaches the server.
            drop(transaction);
            Err(error)
        }
    }
}
