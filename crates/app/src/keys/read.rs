//! Look at keys and revoke them.

use model::{
    id::{KeyId, KeyNumber},
    key::{Key, Privilege},
    revocation::RevocationKind,
};
use store::Tx;

use crate::{
    Actor, Error, Result, Write,
    page::{Items, Page},
};

/// A page of keys, oldest first.
pub fn list(tx: &mut Tx<'_>, actor: &Actor, page: &Page) -> Result<Items<Key>> {
    actor.require(Privilege::Configure)?;
    let (limit, [after]) = (page.limit()?, page.numbers([0])?);
    let keys = store::keys::list(tx, actor.scope(), KeyNumber(after), limit as i64 + 1)?;
    Ok(Items::cut(keys, limit, |key| key.number.0.to_string()))
}

/// Revokes a key; its tokens end with it.
pub fn revoke(write: &mut Write<'_, '_>, actor: &Actor, id: &KeyId) -> Result<()> {
    actor.require(Privilege::Configure)?;
    let now = write.now();
    let key = store::keys::revoke(write.tx(), actor.scope(), id, now)?;
    let key = key.ok_or(Error::NotFound("Key"))?;
    write.revoke(actor.organization(), RevocationKind::Key(key))
}
