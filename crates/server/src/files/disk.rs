//! Bytes on this machine's disk: a file each, in 256 directories, so that none grows too long.

use std::{
    fs, io,
    io::{Seek, SeekFrom},
    path::{Path, PathBuf},
};

use axum::body::Body;
use tokio::io::AsyncReadExt;
use tokio_util::io::ReaderStream;

use super::{ByteRange, Part, StorageError, draft::make_directory};

/// Bytes that are read at a time.
const CHUNK_BYTES: usize = 64 * 1_024;

/// Length of the key of a file: 128 bits as hexadecimal.
const KEY_LENGTH: usize = 32;

/// How many letters of a key name its directory.
const DIRECTORY_LETTERS: usize = 2;

/// A directory of files.
#[derive(Clone)]
pub(crate) struct Disk {
    directory: PathBuf,
}

impl Disk {
    pub(crate) fn new(directory: PathBuf) -> Self {
        Self { directory }
    }

    /// Where the bytes of a name are.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        let directory = name.get(..DIRECTORY_LETTERS).unwrap_or_default();
        self.directory.join(directory).join(name)
    }

    /// Moves a durable draft to its place, and makes the place durable too.
    pub(super) async fn keep(&self, draft: &Path, name: &str) -> Result<(), StorageError> {
        let (from, to) = (draft.to_owned(), self.path(name));
        apart(move || {
            let directory = to.parent().unwrap_or(Path::new("."));
            if !directory.exists() {
                make_directory(directory)?;
                sync(directory.parent().unwrap_or(Path::new(".")))?;
            }
            fs::rename(&from, &to)?;
            sync(directory)
        })
        .await
    }

    pub(super) async fn open(
        &self,
        name: &str,
        range: Option<ByteRange>,
    ) -> Result<(Body, u64), StorageError> {
        let path = self.path(name);
        let (file, length) = apart(move || {
            let mut file = fs::File::open(&path)?;
            let size_bytes = file.metadata()?.len();
            let length = match range {
                None => size_bytes,
                Some(range) if range.last < size_bytes => {
                    file.seek(SeekFrom::Start(range.first))?;
                    range.length()
                }
                Some(_) => return Err(io::ErrorKind::UnexpectedEof.into()),
            };
            Ok((file, length))
        })
        .await?;
        let file = tokio::fs::File::from_std(file).take(length);
        let stream = ReaderStream::with_capacity(file, CHUNK_BYTES);
        Ok((Body::from_stream(stream), length))
    }

    pub(super) async fn remove(&self, name: &str) -> Result<(), StorageError> {
        let path = self.path(name);
        apart(move || match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        })
        .await
    }

    /// The names in one directory, and the next directory.
    pub(super) async fn list(
        &self,
        from: Option<String>,
    ) -> Result<(Vec<String>, Option<String>), StorageError> {
        let number = from.and_then(|from| u8::from_str_radix(&from, 16).ok());
        let number = number.unwrap_or(0);
        let directory = self.directory.join(format!("{number:02x}"));
        let names = apart(move || names_in(&directory)).await?;
        Ok((
            names,
            number.checked_add(1).map(|next| format!("{next:02x}")),
        ))
    }
}

/// The names of files of ours in a directory; others are left alone.
fn names_in(directory: &Path) -> io::Result<Vec<String>> {
    let entries = match fs::read_dir(directory) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut names = Vec::new();
    for entry in entries {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if is_object_name(&name) {
            names.push(name);
        }
    }
    Ok(names)
}

/// Whether a name is of the form under which bytes of files are kept.
pub(crate) fn is_object_name(name: &str) -> bool {
    let key = Part::key_of(name);
    key.len() == KEY_LENGTH && key.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Makes the names in a directory durable.
fn sync(directory: &Path) -> io::Result<()> {
    fs::File::open(directory)?.sync_all()
}

/// Runs what waits for the disk where waiting harms nobody.
async fn apart<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, StorageError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => Ok(done?),
        Err(error) => Err(StorageError::Failed(error.to_string())),
    }
}
