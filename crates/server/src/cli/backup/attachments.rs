//! The attachments of a backup: a directory beside the database, with the bytes of every file that the database knows.

use std::{
    collections::HashSet,
    fs, io,
    path::{Path, PathBuf},
};

use model::id::FileNumber;
use store::{Location, files, inspect::Inspector};

use super::{
    super::{Failure, open::make_directory},
    files::{beside, directory_of, unreadable, unwritable},
};
use crate::files::{Disk, Part};

/// Files that are looked up in one transaction.
const AT_ONCE: i64 = 1_000;

/// What became of the attachments.
#[derive(Default)]
pub(in crate::cli) struct Copied {
    /// Those that are there now.
    pub(in crate::cli) count: u64,
    /// Those that are nowhere.
    pub(in crate::cli) missing: u64,
}

/// Where the attachments of a backup are.
pub(in crate::cli) fn directory_beside(database: &Path) -> PathBuf {
    beside(database, ".files")
}

/// Copies the bytes of every file that a database knows from one directory to another. Bytes never change, so those that
/// are there already stay. What a file was deleted from since is missing, and not missed.
pub(in crate::cli) fn copy_files(
    database: &Path,
    from: &Path,
    to: &Path,
) -> Result<Copied, Failure> {
    let (from, to) = (Disk::new(from.to_owned()), Disk::new(to.to_owned()));
    let mut copied = Copied::default();
    for_each_file(database, |key, size_bytes, has_preview| {
        let mut parts = vec![(Part::Whole, Some(size_bytes))];
        if has_preview {
            parts.push((Part::Preview, None));
        }
        let mut is_whole = true;
        for (part, size_bytes) in parts {
            let name = part.name(key);
            is_whole &= copy_one(&from.path(&name), &to.path(&name), size_bytes)?;
        }
        if is_whole {
            copied.count += 1;
        } else {
            copied.missing += 1;
        }
        Ok(())
    })?;
    Ok(copied)
}

/// Removes from a directory what no file of a database is kept in: an older backup had it.
pub(super) fn prune(database: &Path, directory: &Path) -> Result<(), Failure> {
    let mut known = HashSet::new();
    for_each_file(database, |key, _, _| {
        known.insert(key.to_owned());
        Ok(())
    })?;
    for shard in entries(directory)? {
        for file in entries(&shard)? {
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            if !known.contains(Part::key_of(&name)) {
                fs::remove_file(&file).map_err(|error| unwritable(&file, &error))?;
            }
        }
    }
    Ok(())
}

fn for_each_file(
    database: &Path,
    mut each: impl FnMut(&str, u64, bool) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let failed = |error: store::Error| format!("{} cannot be read: {error}", database.display());
    let mut inspector = Inspector::open(&Location::Sqlite(database.to_owned())).map_err(failed)?;
    let mut after = FileNumber(0);
    loop {
        let page = inspector.read(|tx| files::list_stored(tx, after, AT_ONCE));
        let page = page.map_err(failed)?;
        for (number, key, size_bytes, has_preview) in &page {
            after = *number;
            each(key, *size_bytes, *has_preview)?;
        }
        if page.len() < AT_ONCE as usize {
            return Ok(());
        }
    }
}

/// Copies one file whole; false where it is not there, or not of its size.
fn copy_one(from: &Path, to: &Path, size_bytes: Option<u64>) -> Result<bool, Failure> {
    let is_good = |path: &Path| {
        let metadata = fs::metadata(path);
        metadata.is_ok_and(|metadata| size_bytes.is_none_or(|size| metadata.len() == size))
    };
    if is_good(to) {
        return Ok(true);
    }
    if !is_good(from) {
        return Ok(false);
    }
    make_directory(directory_of(to))?;
    let draft = beside(to, ".part");
    let copied = || -> io::Result<()> {
        fs::copy(from, &draft)?;
        fs::File::open(&draft)?.sync_all()?;
        fs::rename(&draft, to)
    };
    copied().map_err(|error| unwritable(to, &error))?;
    Ok(true)
}

/// What is in a directory; nothing where there is none.
fn entries(directory: &Path) -> Result<Vec<PathBuf>, Failure> {
    let failed = |error: io::Error| unreadable(directory, &error);
    match fs::read_dir(directory) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        entries => entries
            .map_err(failed)?
            .map(|entry| entry.map(|entry| entry.path()).map_err(failed))
            .collect(),
    }
}
