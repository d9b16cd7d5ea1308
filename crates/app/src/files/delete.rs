//! Delete files: with their message, or because none came. Whoever stores the bytes removes them and then says so.

use model::{
    id::FileNumber,
    message::Message,
    time::{DAY_MS, Millis},
};
use store::Tx;

use crate::{Result, Write};

/// How long a file waits for its message.
pub const UNSENT_KEPT_MS: i64 = DAY_MS;

/// Deletes the files of a message that is deleted: from then on nobody can fetch them.
pub(crate) fn delete_of_message(write: &mut Write<'_, '_>, message: &Message) -> Result<()> {
    let now: Millis = write.now();
    store::files::delete_of_message(write.tx(), message.conversation, message.seq, now)?;
    Ok(())
}

/// Deletes files that waited too long for their message, at most `limit`; tells how many.
pub fn delete_unsent(write: &mut Write<'_, '_>, limit: i64) -> Result<u64> {
    let now = write.now();
    let before = now - UNSENT_KEPT_MS;
    Ok(store::files::delete_unsent(write.tx(), before, now, limit)?)
}

/// Files that were deleted and whose bytes are to be removed, at most `limit`.
pub fn list_deleted(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<(FileNumber, String)>> {
    Ok(store::files::list_deleted(tx, limit)?)
}

/// Forgets a deleted file, as its bytes are gone.
pub fn forget(write: &mut Write<'_, '_>, number: FileNumber) -> Result<()> {
    store::files::forget(write.tx(), number)?;
    Ok(())
}
