//! A transaction on either database, with the small set of questions the store asks.

use crate::{Error, Result, Row, Value, postgres::PostgresTx, sqlite::SqliteConnection};

/// An open transaction. SQL is written once, with `$1` parameters and portable words; where the databases truly
/// differ, [`Tx::pick`] is the one seam.
pub enum Tx<'c> {
    /// On SQLite.
    Sqlite(&'c SqliteConnection),
    /// On PostgreSQL.
    Postgres(PostgresTx<'c>),
}

impl Tx<'_> {
    /// Every row of an answer. The statement bounds how many there are.
    pub fn all<T>(
        &mut self,
        sql: &'static str,
        parameters: &[Value<'_>],
        read: impl Fn(&Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        match self {
            Tx::Sqlite(connection) => {
                let mut statement = connection.prepare(sql)?;
                let mut rows = statement.query(rusqlite::params_from_iter(parameters))?;
                let mut found = Vec::new();
                while let Some(row) = rows.next()? {
                    found.push(read(&Row::Sqlite(row))?);
                }
                Ok(found)
            }
            Tx::Postgres(tx) => {
                let rows = tx.query(sql, parameters)?;
                rows.iter().map(|row| read(&Row::Postgres(row))).collect()
            }
        }
    }

    /// The first row, if there is one.
    pub fn find<T>(
        &mut self,
        sql: &'static str,
        parameters: &[Value<'_>],
        read: impl Fn(&Row<'_>) -> Result<T>,
    ) -> Result<Option<T>> {
        match self {
            Tx::Sqlite(connection) => {
                let mut statement = connection.prepare(sql)?;
                let mut rows = statement.query(rusqlite::params_from_iter(parameters))?;
                let found = rows
                    .next()?
                    .map(|row| read(&Row::Sqlite(row)))
                    .transpose()?;
                // A statement with `returning` does its work only when it has run to its end.
                while rows.next()?.is_some() {}
                Ok(found)
            }
            Tx::Postgres(tx) => {
                let rows = tx.query(sql, parameters)?;
                rows.first()
                    .map(|row| read(&Row::Postgres(row)))
                    .transpose()
            }
        }
    }

    /// The one row that must be there.
    pub fn one<T>(
        &mut self,
        sql: &'static str,
        parameters: &[Value<'_>],
        read: impl Fn(&Row<'_>) -> Result<T>,
    ) -> Result<T> {
        self.find(sql, parameters, read)?
            .ok_or_else(|| Error::Content("a row that must exist was not found".to_owned()))
    }

    /// Changes rows and tells how many.
    pub fn run(&mut self, sql: &'static str, parameters: &[Value<'_>]) -> Result<u64> {
        match self {
            Tx::Sqlite(connection) => {
                let mut statement = connection.prepare(sql)?;
                Ok(statement.execute(rusqlite::params_from_iter(parameters))? as u64)
            }
            Tx::Postgres(tx) => tx.execute(sql, parameters),
        }
    }

    /// The text for this database, where no portable one exists.
    pub fn pick(&self, sqlite: &'static str, postgres: &'static str) -> &'static str {
        match self {
            Tx::Sqlite(_) => sqlite,
            Tx::Postgres(_) => postgres,
        }
    }

    /// Runs several statements without parameters; for migrations only.
    pub(crate) fn batch(&mut self, sql: &str) -> Result<()> {
        match self {
            Tx::Sqlite(connection) => Ok(connection.raw().execute_batch(sql)?),
            Tx::Postgres(tx) => Ok(tx.transaction.batch_execute(sql)?),
        }
    }
}
