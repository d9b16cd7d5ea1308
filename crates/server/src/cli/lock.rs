//! The lock that a server has on its data directory: two of them must not share a SQLite file. Nodes on PostgreSQL may
//! share a directory, and have the lock together.

use std::{
    fs::{File, TryLockError},
    io,
    path::Path,
};

use super::Failure;

/// The lock's file; it stays when the lock is gone.
const FILE: &str = "serve.lock";

/// Takes the directory for this process alone, for as long as the file is kept; none where a server has it.
pub(super) fn take(directory: &Path) -> Result<Option<File>, Failure> {
    hold(directory, File::try_lock)
}

/// Takes the directory together with other nodes; none where somebody has it alone.
pub(super) fn share(directory: &Path) -> Result<Option<File>, Failure> {
    hold(directory, File::try_lock_shared)
}

fn hold(
    directory: &Path,
    lock: fn(&File) -> Result<(), TryLockError>,
) -> Result<Option<File>, Failure> {
    let path = directory.join(FILE);
    let file = File::create(&path)
        .map_err(|error| format!("{} cannot be made: {error}", path.display()))?;
    match lock(&file) {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => {
            Err(format!("{} cannot be locked: {error}", path.display()))
        }
    }
}

/// Whether a server has the directory. Looks for an instant, and makes nothing.
pub(super) fn is_taken(directory: &Path) -> Result<bool, Failure> {
    let path = directory.join(FILE);
    let failed = |error| format!("{} cannot be looked at: {error}", path.display());
    let file = match File::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(failed(error)),
    };
    match file.try_lock() {
        Ok(()) => Ok(false),
        Err(TryLockError::WouldBlock) => Ok(true),
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}
