//! Attach files to the message that is about to be written.

use model::{file::StoredFile, id::FileId, message::File};

use super::add::visitor_of;
use crate::{Actor, Error, Result, Write, write::Place};

/// Gives files to the message that is written next in a place, and tells them in the order in which they were named. A
/// visitor attaches what this visitor uploaded, everybody else what the organization did; what another message has is
/// as if it were not there (trust, case B5).
pub fn attach(
    write: &mut Write<'_, '_>,
    actor: &Actor,
    place: &Place,
    ids: &[FileId],
) -> Result<Vec<File>> {
    ids.iter()
        .map(|id| {
            let file = find_own(write, actor, id)?.ok_or(Error::NotFound("File"))?;
            if store::files::attach(write.tx(), file.number, place.conversation)? {
                Ok(file.to_message_file())
            } else {
                Err(Error::NotFound("File"))
            }
        })
        .collect()
}

fn find_own(write: &mut Write<'_, '_>, actor: &Actor, id: &FileId) -> Result<Option<StoredFile>> {
    let found = store::files::find(write.tx(), actor.scope(), id)?;
    Ok(found.filter(|file| file.visitor == visitor_of(actor)))
}
