//! The files of a backup: the database, its checksum and the key that opens its secrets.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

use super::super::Failure;

/// Bytes of a file that are hashed at a time.
const CHUNK_BYTES: usize = 1 << 20;

/// Where the files of a backup are.
pub(in crate::cli) struct BackupFiles {
    /// The database.
    pub(in crate::cli) database: PathBuf,
    /// Its SHA-256, as `sha256sum` writes it. SQLite itself cannot see every bit that flips.
    pub(in crate::cli) checksum: PathBuf,
    /// The key of the data directory.
    pub(in crate::cli) key: PathBuf,
}

impl BackupFiles {
    pub(in crate::cli) fn of(database: &Path) -> Self {
        Self {
            database: database.to_owned(),
            checksum: beside(database, ".sha256"),
            key: beside(database, ".key"),
        }
    }

    /// Writes the checksum.
    pub(in crate::cli) fn write_checksum(&self, digest: &str) -> io::Result<()> {
        let name = self.database.file_name().unwrap_or_default();
        let text = format!("{digest}  {}\n", name.display());
        write_whole(&self.checksum, text.as_bytes())
    }

    /// The digest that was written, if there is a checksum.
    pub(in crate::cli) fn find_checksum(&self) -> Result<Option<String>, Failure> {
        match fs::read_to_string(&self.checksum) {
            Ok(text) => Ok(Some(
                text.split_whitespace()
                    .next()
                    .unwrap_or_default()
                    .to_owned(),
            )),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(unreadable(&self.checksum, &error)),
        }
    }
}

/// A name with more behind it.
pub(in crate::cli) fn beside(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// The SHA-256 of a file.
pub(in crate::cli) fn digest(path: &Path) -> Result<String, Failure> {
    let failed = |error| unreadable(path, &error);
    let mut file = File::open(path).map_err(failed)?;
    let mut hash = Sha256::new();
    let mut chunk = vec![0; CHUNK_BYTES];
    loop {
        let count = file.read(&mut chunk).map_err(failed)?;
        if count == 0 {
            return Ok(hex::encode(hash.finalize()));
        }
        hash.update(&chunk[..count]);
    }
}

/// Writes a small file, for its owner only, and puts it in its place whole.
pub(in crate::cli) fn write_whole(path: &Path, content: &[u8]) -> io::Result<()> {
    let draft = beside(path, ".part");
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    let mut file = options.open(&draft)?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(&draft, path)
}

/// The directory of a file.
pub(in crate::cli) fn directory_of(file: &Path) -> &Path {
    match file.parent() {
        Some(directory) if !directory.as_os_str().is_empty() => directory,
        _ => Path::new("."),
    }
}

/// Makes sure that the names in a directory are on disk.
pub(in crate::cli) fn sync_directory(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}

/// Whether two names are the same file.
pub(in crate::cli) fn is_same(one: &Path, other: &Path) -> bool {
    match (fs::canonicalize(one), fs::canonicalize(other)) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}

/// That a file cannot be read.
pub(in crate::cli) fn unreadable(path: &Path, error: &io::Error) -> Failure {
    format!("{} cannot be read: {error}", path.display())
}

/// That a file cannot be written.
pub(in crate::cli) fn unwritable(path: &Path, error: &io::Error) -> Failure {
    format!("{} cannot be written: {error}", path.display())
}
