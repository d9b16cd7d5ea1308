//! Keys of programs. Only hashes of secrets are kept.

use model::{
    id::{KeyId, KeyNumber, Scope},
    key::{Key, KeyKind, Privileges},
    time::Millis,
};

use crate::{Result, Row, Tx, value::named};

macro_rules! key_columns {
    () => {
        "number, id, organization, kind, name, hint, client_id, privileges, created_at, revoked_at from keys"
    };
}

fn read(row: &Row<'_>) -> Result<Key> {
    Ok(Key {
        number: row.get(0)?,
        id: row.get(1)?,
        organization: row.get(2)?,
        kind: named(row, 3, KeyKind::parse)?,
        name: row.get(4)?,
        hint: row.get(5)?,
        client_id: row.get(6)?,
        privileges: Privileges::from_text(&row.get::<String>(7)?),
        created_at: row.get(8)?,
        revoked_at: row.get(9)?,
    })
}

/// Adds a key (its number is not looked at) with the hash of its secret.
pub fn insert(tx: &mut Tx<'_>, key: &Key, secret_hash: &str) -> Result<KeyNumber> {
    const SQL: &str = "insert into keys (organization, id, kind, name, secret_hash, hint, client_id, privileges, created_at) \
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning number";
    let privileges = key.privileges.to_text();
    let parameters = [
        key.organization.into(),
        (&key.id).into(),
        key.kind.as_str().into(),
        (&key.name).into(),
        secret_hash.into(),
        (&key.hint).into(),
        key.client_id.as_ref().into(),
        (&privileges).into(),
        key.created_at.into(),
    ];
    tx.one(SQL, &parameters, |row| row.get(0))
}

/// The API key with a secret, unless it was revoked.
pub fn find_by_secret(tx: &mut Tx<'_>, secret_hash: &str) -> Result<Option<Key>> {
    const SQL: &str = concat!(
        "select ",
        key_columns!(),
        " where secret_hash = $1 and kind = 'key' and revoked_at is null"
    );
    tx.find(SQL, &[secret_hash.into()], read)
}

/// The OAuth client with an id and a secret, unless it was revoked.
pub fn find_client(tx: &mut Tx<'_>, client_id: &str, secret_hash: &str) -> Result<Option<Key>> {
    const SQL: &str = concat!(
        "select ",
        key_columns!(),
        " where client_id = $1 and secret_hash = $2 and kind = 'oauth' and revoked_at is null"
    );
    tx.find(SQL, &[client_id.into(), secret_hash.into()], read)
}

/// The key with a number, unless it was revoked.
pub fn find_by_number(tx: &mut Tx<'_>, number: KeyNumber) -> Result<Option<Key>> {
    const SQL: &str = concat!(
        "select ",
        key_columns!(),
        " where number = $1 and revoked_at is null"
    );
    tx.find(SQL, &[number.into()], read)
}

/// Keys after one, revoked ones too, oldest first, at most `limit`.
pub fn list(tx: &mut Tx<'_>, scope: Scope, after: KeyNumber, limit: i64) -> Result<Vec<Key>> {
    const SQL: &str = concat!(
        "select ",
        key_columns!(),
        " where organization = $1 and number > $2 order by number limit $3"
    );
    tx.all(
        SQL,
        &[scope.organization.into(), after.into(), limit.into()],
        read,
    )
}

/// Revokes a key and tells its number; nothing where the organization has no such key, or no longer.
pub fn revoke(tx: &mut Tx<'_>, scope: Scope, id: &KeyId, at: Millis) -> Result<Option<KeyNumber>> {
    const SQL: &str = "update keys set revoked_at = $3 where organization = $1 and id = $2 and revoked_at is null \
        returning number";
    let parameters = [scope.organization.into(), id.into(), at.into()];
    tx.find(SQL, &parameters, |row| row.get(0))
}
