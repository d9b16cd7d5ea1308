//! Add a file whose bytes are stored.

use model::{
    file::{StoredFile, clean_name},
    id::{FileNumber, VisitorNumber},
    key::Privilege,
    time::{DAY_MS, HOUR_MS, Millis, SECOND_MS},
};
use store::Tx;

use crate::{Actor, Error, Result, Write, ids};

/// How much visitors may upload; programs and agents are bounded by their keys.
#[derive(Clone, Copy, Debug)]
pub struct FileSettings {
    /// Files of one visitor in an hour.
    pub uploads_per_hour_max: i64,
    /// Bytes of one visitor in a day.
    pub upload_bytes_per_day_max: u64,
}

impl Default for FileSettings {
    fn default() -> Self {
        Self {
            uploads_per_hour_max: 20,
            upload_bytes_per_day_max: 100 << 20,
        }
    }
}

/// What is known of a file when its bytes are stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewFile {
    /// The name as it was given.
    pub name: String,
    /// The name under which its bytes are stored.
    pub storage_key: String,
    /// Media type, by content.
    pub mime_type: String,
    /// Size in bytes.
    pub size_bytes: u64,
    /// The SHA-256 of its bytes, as hexadecimal.
    pub sha256: String,
    /// Width and height, of a picture that could be decoded.
    pub pixels: Option<(u32, u32)>,
    /// Whether a preview is stored beside it.
    pub has_preview: bool,
}

/// Adds a file that its sender may then attach to a message.
pub fn add(write: &mut Write<'_, '_>, actor: &Actor, file: &NewFile) -> Result<StoredFile> {
    let (now, settings) = (write.now(), write.settings().files);
    require_room(write.tx(), actor, &settings, file.size_bytes, now)?;
    let mut file = StoredFile {
        number: FileNumber(0),
        organization: actor.organization(),
        id: ids::file(),
        access_token: ids::access_token(),
        storage_key: file.storage_key.clone(),
        visitor: visitor_of(actor),
        message: None,
        name: clean_name(&file.name),
        mime_type: file.mime_type.clone(),
        size_bytes: file.size_bytes,
        sha256: file.sha256.clone(),
        pixels: file.pixels,
        has_preview: file.has_preview,
        created_at: now,
    };
    file.number = store::files::insert(write.tx(), &file)?;
    Ok(file)
}

/// Refuses an actor who may not upload, or not that much any more. To be asked before the bytes are read, as far as
/// their number is known, and again when they are stored.
pub fn require_room(
    tx: &mut Tx<'_>,
    actor: &Actor,
    settings: &FileSettings,
    size_bytes: u64,
    now: Millis,
) -> Result<()> {
    let Some(visitor) = visitor_of(actor) else {
        return actor.require(Privilege::Access);
    };
    if store::visitors::get(tx, actor.scope(), visitor)?
        .banned_at
        .is_some()
    {
        return Err(Error::Forbidden("the visitor is banned".to_owned()));
    }
    let (in_hour, _) = store::files::count_of_visitor(tx, visitor, now - HOUR_MS)?;
    if in_hour >= settings.uploads_per_hour_max {
        return Err(Error::TooMany {
            message: format!(
                "more than {} files in an hour",
                settings.uploads_per_hour_max
            ),
            retry_after_seconds: (HOUR_MS / SECOND_MS) as u64,
        });
    }
    let (_, in_day_bytes) = store::files::count_of_visitor(tx, visitor, now - DAY_MS)?;
    if in_day_bytes.saturating_add(size_bytes) > settings.upload_bytes_per_day_max {
        return Err(Error::TooMany {
            message: format!(
                "more than {} bytes of files in a day",
                settings.upload_bytes_per_day_max
            ),
            retry_after_seconds: (DAY_MS / SECOND_MS) as u64,
        });
    }
    Ok(())
}

/// The visitor whose file it is; none where it is the organization's.
pub(super) fn visitor_of(actor: &Actor) -> Option<VisitorNumber> {
    match actor {
        Actor::Visitor { visitor, .. } => Some(*visitor),
        Actor::ApiKey { .. } | Actor::Agent { .. } | Actor::System { .. } => None,
    }
}
