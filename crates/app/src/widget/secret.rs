//! The secret that an organization shares with its site, sealed in the store.

use model::{key::Privilege, organization::Organization};
use store::{Tx, organizations};

use crate::{
    Actor, Error, Result, Write, ids,
    once::{self, Once},
    sealing::Sealer,
};

/// Makes a new secret, which is shown this once. From now on it alone proves who visitors are.
pub fn rotate_secret(
    write: &mut Write<'_, '_>,
    actor: &Actor,
    once: Option<&Once>,
) -> Result<String> {
    actor.require(Privilege::Configure)?;
    let organization = organizations::get(write.tx(), actor.organization())?;
    organizations::lock(write.tx(), organization.number)?;
    // The answer may have got lost. Another secret would replace the one that the site may have by now.
    if once::claim(write, actor, once, organization.id.as_str())?.is_some() {
        let sealer = write.sealer();
        return open_secret(write.tx(), sealer, &organization)?.ok_or(Error::NotFound("Secret"));
    }
    let secret = ids::secret();
    let sealed = write
        .sealer()
        .seal(secret.as_bytes(), &context(&organization));
    organizations::set_identity_secret(write.tx(), organization.number, &sealed)?;
    Ok(secret)
}

/// The secret of an organization in clear, where there is one: 64 characters that sign as they are.
pub fn open_secret(
    tx: &mut Tx<'_>,
    sealer: &Sealer,
    organization: &Organization,
) -> Result<Option<String>> {
    let Some(sealed) = organizations::identity_secret(tx, organization.number)? else {
        return Ok(None);
    };
    let plain = sealer
        .open(&sealed, &context(organization))
        .map_err(unreadable)?;
    String::from_utf8(plain).map(Some).map_err(unreadable)
}

/// What a sealed secret belongs to: it opens nowhere else.
fn context(organization: &Organization) -> String {
    format!("organization {} identity secret", organization.id)
}

fn unreadable(error: impl std::fmt::Display) -> Error {
    Error::Store(store::Error::Content(format!(
        "the identity secret of a widget cannot be opened: {error}"
    )))
}
