//! Migrations: numbered pairs of files, each applied once, each in a transaction.

use rusqlite::OptionalExtension;

use crate::{
    Error, Location, Result, Tx,
    postgres::{self, PostgresTx},
    sqlite::SqliteConnection,
};

/// One step of the schema, written for each database.
struct Migration {
    name: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
}

/// Every step in order; the schema's version is their number.
const MIGRATIONS: &[Migration] = &[
    Migration {
        name: "start",
        sqlite: include_str!("../migrations/0001_start.sqlite.sql"),
        postgres: include_str!("../migrations/0001_start.postgres.sql"),
    },
    Migration {
        name: "webhooks",
        sqlite: include_str!("../migrations/0002_webhooks.sqlite.sql"),
        postgres: include_str!("../migrations/0002_webhooks.postgres.sql"),
    },
    Migration {
        name: "live",
        sqlite: include_str!("../migrations/0003_live.sqlite.sql"),
        postgres: include_str!("../migrations/0003_live.postgres.sql"),
    },
    Migration {
        name: "widget",
        sqlite: include_str!("../migrations/0004_widget.sqlite.sql"),
        postgres: include_str!("../migrations/0004_widget.postgres.sql"),
    },
];

const TABLE: &str = "create table if not exists migrations (
    version bigint not null primary key, name text not null)";

/// The advisory lock under which nodes migrate one after the other on PostgreSQL: "parlour" in hexadecimal.
const POSTGRES_LOCK: &str = "select pg_advisory_xact_lock(31632281703444850)";

/// Brings the schema up to date, or refuses one that is newer than this program.
pub(crate) fn run(location: &Location) -> Result<()> {
    match location {
        Location::Sqlite(path) => {
            let connection = SqliteConnection::open(path)?;
            if sqlite_version(&connection)? == Some(MIGRATIONS.len()) {
                return Ok(());
            }
            connection.raw().execute_batch("begin immediate")?;
            let applied = apply(&mut Tx::Sqlite(&connection), |migration| migration.sqlite);
            connection.raw().execute_batch(if applied.is_ok() {
                "commit"
            } else {
                "rollback"
            })?;
            applied
        }
        Location::Postgres(url) => {
            let mut client = postgres::connect(url)?;
            postgres::require_settings(&mut client)?;
            let mut statements = std::collections::HashMap::new();
            let mut tx = Tx::Postgres(PostgresTx::new(client.transaction()?, &mut statements));
            tx.batch(POSTGRES_LOCK)?;
            apply(&mut tx, |migration| migration.postgres)?;
            match tx {
                Tx::Postgres(tx) => Ok(tx.transaction.commit()?),
                Tx::Sqlite(_) => Ok(()),
            }
        }
    }
}

/// The version of the schema that this program works with.
pub fn version() -> usize {
    MIGRATIONS.len()
}

/// The schema of a database: none where it is not one of ours, otherwise how many steps it has taken.
pub fn find_schema(tx: &mut Tx<'_>) -> Result<Option<usize>> {
    const SQLITE: &str = "select cast(count(*) as bigint) from sqlite_master where type = 'table' and name = 'migrations'";
    const POSTGRES: &str = "select cast(count(*) as bigint) from pg_tables where schemaname = current_schema() and tablename = 'migrations'";
    const STEPS: &str = "select name from migrations order by version";
    let sql = tx.pick(SQLITE, POSTGRES);
    if tx.one(sql, &[], |row| row.get::<i64>(0))? == 0 {
        return Ok(None);
    }
    let steps: Vec<String> = tx.all(STEPS, &[], |row| row.get(0))?;
    let is_ours = !steps.is_empty()
        && steps
            .iter()
            .zip(MIGRATIONS)
            .all(|(step, migration)| step == migration.name);
    Ok(is_ours.then_some(steps.len()))
}

/// The version a SQLite file has; none before the first migration. Read without a lock, as most starts end here.
fn sqlite_version(connection: &SqliteConnection) -> Result<Option<usize>> {
    const EXISTS: &str = "select 1 from sqlite_master where type = 'table' and name = 'migrations'";
    const VERSION: &str = "select count(*) from migrations";
    if connection
        .raw()
        .query_row(EXISTS, [], |_| Ok(()))
        .optional()?
        .is_none()
    {
        return Ok(None);
    }
    Ok(Some(
        connection
            .raw()
            .query_row(VERSION, [], |row| row.get::<_, i64>(0))? as usize,
    ))
}

fn apply(tx: &mut Tx<'_>, text: impl Fn(&Migration) -> &'static str) -> Result<()> {
    const VERSION: &str = "select cast(count(*) as bigint) from migrations";
    const APPLIED: &str = "insert into migrations (version, name) values ($1, $2)";
    tx.batch(TABLE)?;
    let version = tx.one(VERSION, &[], |row| row.get::<i64>(0))? as usize;
    if version > MIGRATIONS.len() {
        return Err(Error::Unfit(format!(
            "the database has schema {version}, which is newer than this program's {}: run the newer version, or restore a backup",
            MIGRATIONS.len()
        )));
    }
    for (index, migration) in MIGRATIONS.iter().enumerate().skip(version) {
        tx.batch(text(migration))?;
        tx.run(APPLIED, &[(index as i64 + 1).into(), migration.name.into()])?;
        tracing::info!(
            version = index + 1,
            name = migration.name,
            "schema migrated"
        );
    }
    Ok(())
}
