//! What a database can fail with, in the words that callers act on.

use rusqlite::{ErrorCode, ffi};

/// What went wrong in the store. Refusals are not here: they are decided above.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// The database cannot be reached now; nothing was done.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// The connection broke while the commit was under way: it may or may not have happened.
    #[error("the outcome of the commit is not known: {0}")]
    Unknown(String),
    /// Another transaction was in the way; running again helps.
    #[error("the transaction was in conflict with another: {0}")]
    Conflict(String),
    /// No space is left for writing.
    #[error("the disk of the database is full: {0}")]
    Full(String),
    /// The database can no longer be trusted to keep what it says it kept; the process must stop.
    #[error("the database failed: {0}")]
    Broken(String),
    /// A row that must be there is not, or holds what it cannot hold.
    #[error("unexpected content: {0}")]
    Content(String),
    /// Anything else the database said.
    #[error("{0}")]
    Database(String),
    /// The database is not fit to start on.
    #[error("{0}")]
    Unfit(String),
}

/// What functions of the store return.
pub type Result<T> = std::result::Result<T, Error>;

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        let text = error.to_string();
        // The index of the log is a file too, and grows with the log.
        let is_index_stuck = error
            .sqlite_error()
            .is_some_and(|error| error.extended_code == ffi::SQLITE_IOERR_SHMSIZE);
        match error.sqlite_error_code() {
            _ if is_index_stuck => Error::Full(text),
            Some(ErrorCode::DiskFull) => Error::Full(text),
            Some(ErrorCode::SystemIoFailure | ErrorCode::DatabaseCorrupt) => Error::Broken(text),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Error::Unavailable(text),
            _ => Error::Database(text),
        }
    }
}

impl From<postgres::Error> for Error {
    fn from(error: postgres::Error) -> Self {
        use postgres::error::SqlState;
        let text = match error.as_db_error() {
            Some(said) => said.to_string(),
            None => error.to_string(),
        };
        let Some(state) = error.code() else {
            return if error.is_closed() || std::error::Error::source(&error).is_some() {
                Error::Unavailable(text)
            } else {
                Error::Database(text)
            };
        };
        // Classes of PostgreSQL's appendix A: 08 connection, 53 resources, 57P operator intervention.
        match state {
            &SqlState::T_R_DEADLOCK_DETECTED | &SqlState::T_R_SERIALIZATION_FAILURE => {
                Error::Conflict(text)
            }
            // Somebody else took it in a transaction of their own: running again sees that, and refuses in words.
            &SqlState::UNIQUE_VIOLATION => Error::Conflict(text),
            &SqlState::DISK_FULL => Error::Full(text),
            state if state.code().starts_with("08") || state.code().starts_with("57P") => {
                Error::Unavailable(text)
            }
            state if state.code().starts_with("53") => Error::Unavailable(text),
            _ => Error::Database(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error_of(extended_code: i32) -> Error {
        rusqlite::Error::SqliteFailure(ffi::Error::new(extended_code), None).into()
    }

    #[test]
    fn a_full_disk_is_told_from_a_broken_one() {
        for full in [ffi::SQLITE_FULL, ffi::SQLITE_IOERR_SHMSIZE] {
            assert!(matches!(error_of(full), Error::Full(_)), "{full}");
        }
        for broken in [
            ffi::SQLITE_IOERR_FSYNC,
            ffi::SQLITE_IOERR_WRITE,
            ffi::SQLITE_CORRUPT,
        ] {
            assert!(matches!(error_of(broken), Error::Broken(_)), "{broken}");
        }
    }
}
