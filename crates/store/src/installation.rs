//! The one row about this history of the database: its epoch, which a restored backup gets anew.

use crate::{Result, Tx};

/// The number of the one row.
const NUMBER: i64 = 1;

/// The epoch, if the database has one yet.
pub fn find_epoch(tx: &mut Tx<'_>) -> Result<Option<String>> {
    const SQL: &str = "select epoch from installation where number = $1";
    tx.find(SQL, &[NUMBER.into()], |row| row.get(0))
}

/// Gives the database its first epoch, unless another node was faster.
pub fn insert_epoch(tx: &mut Tx<'_>, epoch: &str) -> Result<()> {
    const SQL: &str =
        "insert into installation (number, epoch) values ($1, $2) on conflict (number) do nothing";
    tx.run(SQL, &[NUMBER.into(), epoch.into()]).map(drop)
}

/// Begins a new history: whatever readers remember of the old one no longer counts.
pub fn set_epoch(tx: &mut Tx<'_>, epoch: &str) -> Result<()> {
    const SQL: &str = "insert into installation (number, epoch) values ($1, $2) \
        on conflict (number) do update set epoch = excluded.epoch";
    tx.run(SQL, &[NUMBER.into(), epoch.into()]).map(drop)
}
