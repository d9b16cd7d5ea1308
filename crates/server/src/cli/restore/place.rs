//! Puts a restored database in its place, in steps of which each leaves either the old or the new one there whole.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use store::Location;

use super::super::{
    Failure,
    backup::{Progress, beside, directory_of, sync_directory, unwritable},
    output,
};

/// What SQLite keeps beside a database. It belongs to that database alone, and would spoil another.
const BESIDE: [&str; 3] = ["-wal", "-shm", "-journal"];

/// Makes the new database beside its place: a copy of the backup, brought up to date, with a history of its own.
pub(super) fn prepare(from: &Path, database: &Path, epoch: &str) -> Result<PathBuf, Failure> {
    let draft = beside(database, ".restoring");
    let prepared = || -> Result<(), store::Error> {
        let mut progress = Progress::start("restoring");
        store::backup::copy(from, &draft, |copied| progress.show(copied))?;
        store::backup::begin_history(&Location::Sqlite(draft.clone()), epoch)
    };
    let prepared = prepared().map_err(|error| format!("the backup cannot be restored: {error}"));
    let synced = prepared.and_then(|()| {
        fs::File::open(&draft)
            .and_then(|file| file.sync_all())
            .map_err(|error| unwritable(&draft, &error))
    });
    if synced.is_err() {
        for leftover in BESIDE
            .map(|suffix| beside(&draft, suffix))
            .iter()
            .chain([&draft])
        {
            remove(leftover)?;
        }
    }
    synced.map(|()| draft)
}

/// Copies the log of the old database back into it, so that one file is all there is to put aside. Refuses where another
/// process has it open: when that process ends, SQLite would remove the log of the new one by its name.
pub(super) fn require_unused(database: &Path) -> Result<(), Failure> {
    if !database.exists() {
        return Ok(());
    }
    match store::backup::fold_log(database) {
        Ok(()) if !beside(database, "-wal").exists() => Ok(()),
        Ok(()) | Err(store::Error::Unavailable(_)) => Err(format!(
            "another program has {} open: end it first",
            database.display()
        )),
        // What does not open is put aside as it is.
        Err(error) => {
            output::say(&format!("the old database is put aside as it is: {error}"));
            Ok(())
        }
    }
}

/// Puts the old database aside and the new one in its place; tells where the old one is, if there was one.
pub(super) fn swap(draft: &Path, database: &Path, stamp: &str) -> Result<Option<PathBuf>, Failure> {
    let aside = free_name(&beside(database, &format!(".before-restore-{stamp}")));
    let was_there = database.exists();
    if was_there {
        // Both names at once, so that there is a database at every moment; where a disk has no second names, nearly so.
        fs::hard_link(database, &aside)
            .or_else(|_| fs::rename(database, &aside))
            .map_err(|error| unwritable(&aside, &error))?;
    }
    put_logs_aside(database, &aside)?;
    fs::rename(draft, database)
        .and_then(|()| sync_directory(directory_of(database)))
        .map_err(|error| unwritable(database, &error))?;
    Ok(was_there.then_some(aside))
}

/// A name that nothing has: two restores may happen in one second.
fn free_name(wanted: &Path) -> PathBuf {
    let numbered = (2..).map(|number| beside(wanted, &format!("-{number}")));
    std::iter::once(wanted.to_owned())
        .chain(numbered)
        .find(|name| !name.exists())
        .expect("there are more numbers than files")
}

/// Keeps logs that hold something with the database they belong to.
fn put_logs_aside(database: &Path, aside: &Path) -> Result<(), Failure> {
    for suffix in BESIDE {
        let log = beside(database, suffix);
        let holds_something =
            suffix != "-shm" && fs::metadata(&log).is_ok_and(|metadata| metadata.len() > 0);
        if holds_something {
            fs::rename(&log, beside(aside, suffix)).map_err(|error| unwritable(&log, &error))?;
        } else {
            remove(&log)?;
        }
    }
    Ok(())
}

fn remove(path: &Path) -> Result<(), Failure> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(unwritable(path, &error)),
        _ => Ok(()),
    }
}
