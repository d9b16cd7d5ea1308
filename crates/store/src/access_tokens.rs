//! Bearer tokens that OAuth clients got for their secrets. Only hashes are kept.

use model::{id::KeyNumber, key::Privileges, time::Millis};

use crate::{Result, Tx};

/// Adds a token that ends at `expires_at`.
pub fn insert(
    tx: &mut Tx<'_>,
    token_hash: &str,
    key: KeyNumber,
    privileges: Privileges,
    expires_at: Millis,
) -> Result<()> {
    const SQL: &str = "insert into access_tokens (token_hash, key_number, privileges, expires_at) values ($1, $2, $3, $4)";
    tx.run(
        SQL,
        &[
            token_hash.into(),
            key.into(),
            (&privileges.to_text()).into(),
            expires_at.into(),
        ],
    )
    .map(drop)
}

/// The key and the privileges of a token that has not ended at `now`, and when it ends.
pub fn find(
    tx: &mut Tx<'_>,
    token_hash: &str,
    now: Millis,
) -> Result<Option<(KeyNumber, Privileges, Millis)>> {
    const SQL: &str = "select key_number, privileges, expires_at from access_tokens where token_hash = $1 and expires_at > $2";
    tx.find(SQL, &[token_hash.into(), now.into()], |row| {
        Ok((
            row.get(0)?,
            Privileges::from_text(&row.get::<String>(1)?),
            row.get(2)?,
        ))
    })
}

/// Deletes tokens that ended before `now`, at most `limit`.
pub fn delete_expired(tx: &mut Tx<'_>, now: Millis, limit: i64) -> Result<u64> {
    const SQL: &str = "delete from access_tokens where token_hash in (select token_hash from access_tokens where expires_at <= $1 limit $2)";
    tx.run(SQL, &[now.into(), limit.into()])
}
