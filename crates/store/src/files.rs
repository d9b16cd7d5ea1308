//! Files that were uploaded: what is known of them; their bytes lie elsewhere.

use model::{
    file::StoredFile,
    id::{ConversationNumber, FileId, FileNumber, Scope, VisitorNumber},
    time::Millis,
};

use crate::{Error, Result, Row, Tx};

macro_rules! file_columns {
    () => {
        "number, organization, id, access_token, storage_key, visitor, conversation, seq, name, mime_type, size_bytes, sha256, width, height, \
        has_preview, created_at from files"
    };
}

fn read(row: &Row<'_>) -> Result<StoredFile> {
    let message = row.get::<Option<ConversationNumber>>(6)?;
    let message = message.zip(row.get::<Option<i64>>(7)?);
    let pixels = row.get::<Option<i64>>(12)?.zip(row.get::<Option<i64>>(13)?);
    let pixels = pixels.map(|(width, height)| Ok::<_, Error>((pixel(width)?, pixel(height)?)));
    Ok(StoredFile {
        number: row.get(0)?,
        organization: row.get(1)?,
        id: row.get(2)?,
        access_token: row.get(3)?,
        storage_key: row.get(4)?,
        visitor: row.get(5)?,
        message,
        name: row.get(8)?,
        mime_type: row.get(9)?,
        size_bytes: size(row.get(10)?)?,
        sha256: row.get(11)?,
        pixels: pixels.transpose()?,
        has_preview: row.get(14)?,
        created_at: row.get(15)?,
    })
}

fn pixel(number: i64) -> Result<u32> {
    u32::try_from(number).map_err(|_| Error::Content(format!("{number} pixels of a file")))
}

fn size(number: i64) -> Result<u64> {
    u64::try_from(number).map_err(|_| Error::Content(format!("{number} bytes of a file")))
}

fn bytes(size_bytes: u64) -> Result<i64> {
    i64::try_from(size_bytes).map_err(|_| Error::Content(format!("{size_bytes} bytes of a file")))
}

/// Adds a file whose bytes are stored, and that no message has yet; tells its number.
pub fn insert(tx: &mut Tx<'_>, file: &StoredFile) -> Result<FileNumber> {
    const SQL: &str = "insert into files (organization, id, access_token, storage_key, visitor, name, mime_type, size_bytes, sha256, width, height, \
        has_preview, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) returning number";
    let parameters = [
        file.organization.into(),
        (&file.id).into(),
        (&file.access_token).into(),
        (&file.storage_key).into(),
        file.visitor.into(),
        (&file.name).into(),
        (&file.mime_type).into(),
        bytes(file.size_bytes)?.into(),
        (&file.sha256).into(),
        file.pixels.map(|(width, _)| i64::from(width)).into(),
        file.pixels.map(|(_, height)| i64::from(height)).into(),
        file.has_preview.into(),
        file.created_at.into(),
    ];
    tx.one(SQL, &parameters, |row| row.get(0))
}

/// The file that may be fetched with a token.
pub fn find_by_token(tx: &mut Tx<'_>, access_token: &str) -> Result<Option<StoredFile>> {
    const SQL: &str = concat!(
        "select ",
        file_columns!(),
        " where access_token = $1 and deleted_at is null"
    );
    tx.find(SQL, &[access_token.into()], read)
}

/// The file of an id; for a visitor one that they sent.
pub fn find(tx: &mut Tx<'_>, scope: Scope, id: &FileId) -> Result<Option<StoredFile>> {
    const SQL: &str = concat!(
        "select ",
        file_columns!(),
        " where organization = $1 and id = $2 and deleted_at is null and (cast($3 as bigint) is null or visitor = $3)"
    );
    let parameters = [scope.organization.into(), id.into(), scope.visitor.into()];
    tx.find(SQL, &parameters, read)
}

/// Gives a file to a conversation, for the message that is about to get its `seq` there; false where another message has
/// it, or it was deleted.
pub fn attach(
    tx: &mut Tx<'_>,
    number: FileNumber,
    conversation: ConversationNumber,
) -> Result<bool> {
    const SQL: &str = "update files set conversation = $2 where number = $1 and conversation is null and deleted_at is null";
    Ok(tx.run(SQL, &[number.into(), conversation.into()])? == 1)
}

/// Gives what was attached in a conversation to the message that got this `seq`.
pub fn set_seq(tx: &mut Tx<'_>, conversation: ConversationNumber, seq: i64) -> Result<u64> {
    const SQL: &str = "update files set seq = $2 where conversation = $1 and seq is null";
    tx.run(SQL, &[conversation.into(), seq.into()])
}

/// The files of a message, in the order in which they were uploaded.
pub fn list_of_message(
    tx: &mut Tx<'_>,
    conversation: ConversationNumber,
    seq: i64,
    limit: i64,
) -> Result<Vec<StoredFile>> {
    const SQL: &str = concat!(
        "select ",
        file_columns!(),
        " where conversation = $1 and seq = $2 and deleted_at is null order by number limit $3"
    );
    let parameters = [conversation.into(), seq.into(), limit.into()];
    tx.all(SQL, &parameters, read)
}

/// How many files a visitor has uploaded since a time, and their bytes together.
pub fn count_of_visitor(
    tx: &mut Tx<'_>,
    visitor: VisitorNumber,
    since: Millis,
) -> Result<(i64, u64)> {
    const SQL: &str = "select count(*), cast(coalesce(sum(size_bytes), 0) as bigint) from files where visitor = $1 and created_at >= $2";
    tx.one(SQL, &[visitor.into(), since.into()], |row| {
        Ok((row.get(0)?, size(row.get(1)?)?))
    })
}

/// Marks the files of a message as deleted; tells how many there were.
pub fn delete_of_message(
    tx: &mut Tx<'_>,
    conversation: ConversationNumber,
    seq: i64,
    at: Millis,
) -> Result<u64> {
    const SQL: &str = "update files set deleted_at = $3 where conversation = $1 and seq = $2 and deleted_at is null";
    tx.run(SQL, &[conversation.into(), seq.into(), at.into()])
}

/// Marks files as deleted that were uploaded before a time and that no message has, at most `limit`; tells how many.
pub fn delete_unsent(tx: &mut Tx<'_>, before: Millis, at: Millis, limit: i64) -> Result<u64> {
    const SQL: &str = "update files set deleted_at = $2 where conversation is null and deleted_at is null and number in \
        (select number from files where conversation is null and deleted_at is null and created_at < $1 order by created_at limit $3)";
    tx.run(SQL, &[before.into(), at.into(), limit.into()])
}

/// Files that were deleted and whose bytes may still be there, the longest deleted first, with the names of their bytes.
pub fn list_deleted(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<(FileNumber, String)>> {
    const SQL: &str = "select number, storage_key from files where deleted_at is not null order by deleted_at, number limit $1";
    tx.all(SQL, &[limit.into()], |row| Ok((row.get(0)?, row.get(1)?)))
}

/// Forgets a file that was deleted and whose bytes are gone.
pub fn forget(tx: &mut Tx<'_>, number: FileNumber) -> Result<bool> {
    const SQL: &str = "delete from files where number = $1 and deleted_at is not null";
    Ok(tx.run(SQL, &[number.into()])? == 1)
}

/// Whether there is a file, deleted or not, whose bytes are stored under this name.
pub fn is_known(tx: &mut Tx<'_>, storage_key: &str) -> Result<bool> {
    const SQL: &str = "select number from files where storage_key = $1";
    let found = tx.find(SQL, &[storage_key.into()], |row| row.get::<FileNumber>(0))?;
    Ok(found.is_some())
}

/// Files after a number whose bytes must be there, at most `limit`, each with the name of its bytes, its size and whether
/// it has a preview.
pub fn list_stored(
    tx: &mut Tx<'_>,
    after: FileNumber,
    limit: i64,
) -> Result<Vec<(FileNumber, String, u64, bool)>> {
    const SQL: &str = "select number, storage_key, size_bytes, has_preview from files where number > $1 and deleted_at is null order by number limit $2";
    tx.all(SQL, &[after.into(), limit.into()], |row| {
        Ok((row.get(0)?, row.get(1)?, size(row.get(2)?)?, row.get(3)?))
    })
}
