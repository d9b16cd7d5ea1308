//! A file that is not whole yet. It is gone with whoever writes it; what a killed server left is removed at the next start.

use std::{
    fs, io,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

/// The directory of drafts, inside of that of the files.
pub(super) const INCOMING: &str = "incoming";

/// A file under a temporary name; it is removed when this is dropped, unless it was given another name.
pub(super) struct Draft {
    path: PathBuf,
}

impl Draft {
    /// Makes an empty one that only this process reads.
    pub(super) fn create(directory: &Path, name: &str) -> io::Result<(Self, fs::File)> {
        make_directory(directory)?;
        let path = directory.join(name);
        let mut options = fs::OpenOptions::new();
        options.read(true).write(true).create_new(true).mode(0o600);
        let file = options.open(&path)?;
        Ok((Self { path }, file))
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_file(&self.path)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(%error, "a file that was not finished could not be removed");
        }
    }
}

/// Makes a directory for this process only.
pub(super) fn make_directory(directory: &Path) -> io::Result<()> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(directory)
}

/// Removes every draft: nobody writes one when the server starts.
pub(super) fn remove_all(directory: &Path) -> io::Result<usize> {
    let entries = match fs::read_dir(directory) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
        entries => entries?,
    };
    let mut count = 0;
    for entry in entries {
        fs::remove_file(entry?.path())?;
        count += 1;
    }
    Ok(count)
}
