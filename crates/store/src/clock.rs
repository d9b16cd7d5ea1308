//! The clock of the database, which decides where several nodes share one.

use model::time::Millis;

use crate::{Result, Tx};

/// The time by the database's clock; nothing on SQLite, which has the clock of its process.
pub fn now(tx: &mut Tx<'_>) -> Result<Option<Millis>> {
    const POSTGRES: &str =
        "select cast(floor(extract(epoch from clock_timestamp()) * 1000) as bigint)";
    match tx {
        Tx::Sqlite(_) => Ok(None),
        Tx::Postgres(_) => tx.one(POSTGRES, &[], |row| row.get(0)).map(Some),
    }
}
