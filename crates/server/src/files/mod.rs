//! The bytes of attachments: received, looked at, kept on this machine's disk or in a bucket, and removed again. A file's
//! row is written after its bytes are durable and forgotten after they are gone, so that there is never a row without
//! bytes; bytes without a row are found by a sweep.

mod upload;

mod content;
mod draft;
mod picture;

mod disk;
mod s3;
mod s3_connector;

mod sweep;

use std::{
    io::{self, ErrorKind},
    path::PathBuf,
    sync::Arc,
};

use axum::body::Body;
use tokio::sync::Semaphore;

use crate::config::{Config, FileStorage};

pub(crate) use disk::Disk;
pub(crate) use picture::preview_type;
pub(crate) use sweep::sweep;
pub(crate) use upload::UploadError;

use s3::S3;

/// Where the bytes of files are, and how more of them come there.
pub(crate) struct Files {
    storage: Storage,
    /// Where uploads wait to be whole.
    incoming: PathBuf,
    size_bytes_max: u64,
    /// Pictures are decoded one at a time: each may take as much memory as is allowed (trust, case H4).
    decoding: Arc<Semaphore>,
}

enum Storage {
    Disk(Disk),
    S3(Box<S3>),
}

/// Which bytes of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// Those that were uploaded.
    Whole,
    /// A small picture made of them.
    Preview,
}

impl Part {
    /// The name under which the bytes are kept.
    pub(crate) fn name(self, storage_key: &str) -> String {
        match self {
            Part::Whole => storage_key.to_owned(),
            Part::Preview => format!("{storage_key}{PREVIEW_SUFFIX}"),
        }
    }

    /// The key of a file whose bytes are kept under a name.
    pub(crate) fn key_of(name: &str) -> &str {
        name.strip_suffix(PREVIEW_SUFFIX).unwrap_or(name)
    }
}

const PREVIEW_SUFFIX: &str = "-preview";

/// Bytes of a file from one to another, both counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ByteRange {
    pub(crate) first: u64,
    pub(crate) last: u64,
}

impl ByteRange {
    /// How many bytes there are.
    pub(crate) fn length(self) -> u64 {
        self.last - self.first + 1
    }
}

/// Why bytes could not be kept, read or removed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StorageError {
    /// There is no room.
    #[error("no space is left")]
    Full,
    /// They are not there.
    #[error("the bytes are not there")]
    Missing,
    /// Something else; the text is for the log.
    #[error("{0}")]
    Failed(String),
}

impl From<io::Error> for StorageError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            _ if is_full(&error) => StorageError::Full,
            ErrorKind::NotFound => StorageError::Missing,
            _ => StorageError::Failed(error.to_string()),
        }
    }
}

/// Whether there is no room for more.
fn is_full(error: &io::Error) -> bool {
    [ErrorKind::StorageFull, ErrorKind::QuotaExceeded].contains(&error.kind())
}

impl Files {
    /// Prepares everything; nothing is made or reached before there is a file.
    pub(crate) fn new(config: &Config) -> Result<Self, String> {
        let storage = match config.file_storage()? {
            FileStorage::Disk(directory) => Storage::Disk(Disk::new(directory)),
            FileStorage::S3(place) => Storage::S3(Box::new(S3::new(&place)?)),
        };
        Ok(Self {
            storage,
            incoming: config.files_directory().join(draft::INCOMING),
            size_bytes_max: config.files.size_bytes_max,
            decoding: Arc::new(Semaphore::new(1)),
        })
    }

    /// The bytes under a name, or some of them. `size_bytes` is how many there must be.
    pub(crate) async fn open(
        &self,
        name: &str,
        range: Option<ByteRange>,
    ) -> Result<(Body, u64), StorageError> {
        match &self.storage {
            Storage::Disk(disk) => disk.open(name, range).await,
            Storage::S3(s3) => s3.open(name, range).await,
        }
    }

    /// Makes the bytes of a draft durable under a name.
    async fn keep(&self, draft: &draft::Draft, name: &str) -> Result<(), StorageError> {
        match &self.storage {
            Storage::Disk(disk) => disk.keep(draft.path(), name).await,
            Storage::S3(s3) => s3.keep(draft.path(), name).await,
        }
    }

    /// Removes the bytes of a file, where they are there.
    pub(crate) async fn remove(&self, storage_key: &str) -> Result<(), StorageError> {
        for part in [Part::Preview, Part::Whole] {
            self.remove_object(&part.name(storage_key)).await?;
        }
        Ok(())
    }

    async fn remove_object(&self, name: &str) -> Result<(), StorageError> {
        match &self.storage {
            Storage::Disk(disk) => disk.remove(name).await,
            Storage::S3(s3) => s3.remove(name).await,
        }
    }

    /// Names under which bytes are kept, and where to go on, if there may be more.
    async fn list(
        &self,
        from: Option<String>,
    ) -> Result<(Vec<String>, Option<String>), StorageError> {
        match &self.storage {
            Storage::Disk(disk) => disk.list(from).await,
            Storage::S3(s3) => s3.list(from).await,
        }
    }
}
