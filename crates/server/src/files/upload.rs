//! Receives a file: its bytes go straight to the disk, are counted, hashed and looked at on the way, and nothing of them
//! remains unless all of it went well.

use app::{files::NewFile, ids};
use axum::body::Body;
use http_body_util::BodyExt;
use model::file::{PICTURE_TYPES, clean_name};
use sha2::{Digest, Sha256};
use tokio::io::AsyncWriteExt;

use super::{Files, Part, StorageError, content::Look, draft::Draft, is_full, picture};
use crate::disk;

/// Bytes that uploads leave free for the database, which must be able to go on …
const RESERVE_BYTES: u64 = 64 << 20;

/// … or this part of a small disk.
const RESERVE_PART: u64 = 20;

/// After how many bytes the room on the disk is looked at again.
const LOOK_AGAIN_BYTES: u64 = 4 << 20;

/// Why a file was not received.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UploadError {
    /// It has no bytes.
    #[error("the file is empty")]
    Empty,
    /// It has more bytes than are allowed.
    #[error("the file is larger than {0} bytes")]
    TooLarge(u64),
    /// It broke off, or came too slowly.
    #[error("the file did not arrive whole")]
    BrokeOff,
    /// It could not be kept.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl From<std::io::Error> for UploadError {
    fn from(error: std::io::Error) -> Self {
        UploadError::Storage(error.into())
    }
}

/// A whole draft, and what was seen of it.
struct Whole {
    draft: Draft,
    look: Look,
    sha256: String,
}

impl Files {
    /// How large a file may be.
    pub(crate) fn size_bytes_max(&self) -> u64 {
        self.size_bytes_max
    }

    /// Refuses a body that says it is too large or empty, before any of it is read; tells its least size.
    pub(crate) fn require_size(&self, length: Option<u64>) -> Result<u64, UploadError> {
        match length {
            Some(0) => Err(UploadError::Empty),
            Some(length) if length > self.size_bytes_max => {
                Err(UploadError::TooLarge(self.size_bytes_max))
            }
            length => Ok(length.unwrap_or(1)),
        }
    }

    /// Receives a file of some size at least, and makes its bytes durable. Whoever then cannot write its row removes them again, with
    /// [`Files::remove`].
    pub(crate) async fn receive(
        &self,
        name: &str,
        least: u64,
        body: Body,
    ) -> Result<NewFile, UploadError> {
        self.require_room(least)?;
        let storage_key = ids::storage_key();
        let whole = self.write(&storage_key, body).await?;
        let mime_type = whole.look.mime_type(&clean_name(name));
        let preview = self.preview(&storage_key, &whole.draft, mime_type).await?;
        let pixels = preview.as_ref().map(|(_, pixels)| *pixels);
        let kept = self.keep_all(
            &storage_key,
            &whole.draft,
            preview.as_ref().map(|(draft, _)| draft),
        );
        if let Err(error) = kept.await {
            self.give_up(&storage_key).await;
            return Err(error.into());
        }
        Ok(NewFile {
            name: name.to_owned(),
            storage_key,
            mime_type: mime_type.to_owned(),
            size_bytes: whole.look.size_bytes(),
            sha256: whole.sha256,
            pixels,
            has_preview: pixels.is_some(),
        })
    }

    /// Removes the bytes of a file whose row was not written.
    pub(crate) async fn give_up(&self, storage_key: &str) {
        if let Err(error) = self.remove(storage_key).await {
            tracing::warn!(%error, "bytes of a file that was refused could not be removed; the sweep does it later");
        }
    }

    async fn write(&self, storage_key: &str, mut body: Body) -> Result<Whole, UploadError> {
        let (draft, file) = Draft::create(&self.incoming, storage_key)?;
        let mut file = tokio::fs::File::from_std(file);
        let (mut look, mut hash) = (Look::default(), Sha256::new());
        let mut look_again_at = LOOK_AGAIN_BYTES;
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|_| UploadError::BrokeOff)?;
            let Some(bytes) = frame.data_ref() else {
                continue;
            };
            look.see(bytes);
            if look.size_bytes() > self.size_bytes_max {
                return Err(UploadError::TooLarge(self.size_bytes_max));
            }
            if look.size_bytes() > look_again_at {
                self.require_room(0)?;
                look_again_at += LOOK_AGAIN_BYTES;
            }
            hash.update(bytes);
            file.write_all(bytes).await?;
        }
        if look.size_bytes() == 0 {
            return Err(UploadError::Empty);
        }
        file.flush().await?;
        file.sync_all().await?;
        Ok(Whole {
            draft,
            look,
            sha256: hex::encode(hash.finalize()),
        })
    }

    /// The preview of a picture with the picture's width and height; none of what is no picture, or cannot be decoded
    /// within bounds.
    async fn preview(
        &self,
        storage_key: &str,
        whole: &Draft,
        mime_type: &'static str,
    ) -> Result<Option<(Draft, (u32, u32))>, UploadError> {
        if !PICTURE_TYPES.contains(&mime_type) {
            return Ok(None);
        }
        let (draft, file) = Draft::create(&self.incoming, &Part::Preview.name(storage_key))?;
        let picture = whole.path().to_owned();
        let place = std::sync::Arc::clone(&self.decoding).acquire_owned().await;
        let made = tokio::task::spawn_blocking(move || {
            // Kept until the memory is free again, not only until nobody waits for it.
            let _place = place;
            picture::write_preview(&picture, mime_type, file)
        });
        match made.await {
            Ok(Ok(pixels)) => Ok(Some((draft, pixels))),
            Ok(Err(image::ImageError::IoError(error))) if is_full(&error) => {
                Err(StorageError::Full.into())
            }
            Ok(Err(_)) => Ok(None),
            Err(error) => {
                tracing::warn!(%error, mime_type, "a picture could not be decoded, and should have been refused");
                Ok(None)
            }
        }
    }

    async fn keep_all(
        &self,
        storage_key: &str,
        whole: &Draft,
        preview: Option<&Draft>,
    ) -> Result<(), StorageError> {
        if let Some(preview) = preview {
            self.keep(preview, &Part::Preview.name(storage_key)).await?;
        }
        self.keep(whole, &Part::Whole.name(storage_key)).await
    }

    /// Refuses what would leave too little for the database, which lies on the same disk.
    fn require_room(&self, size_bytes: u64) -> Result<(), StorageError> {
        let existing = self.incoming.ancestors().find(|path| path.exists());
        let Some(space) = existing.and_then(|path| disk::space(path).ok()) else {
            return Ok(());
        };
        let reserve = RESERVE_BYTES.min(space.total_bytes / RESERVE_PART);
        if space.free_bytes < size_bytes.saturating_add(reserve) {
            return Err(StorageError::Full);
        }
        Ok(())
    }
}
