//! Find out whose key or token it is.

use model::{id::KeyNumber, key::Privileges, organization::Organization, time::Millis};
use store::Tx;

use super::{PREFIXES, hash};
use crate::{Actor, Result};

/// Characters of a secret after its prefix.
const SECRET_LENGTH: usize = 64;

/// What a key or a token proved.
#[derive(Clone, Debug)]
pub struct Authenticated {
    /// Whose it is.
    pub organization: Organization,
    /// Which key it is, or belongs to.
    pub key: KeyNumber,
    /// What it may do.
    pub privileges: Privileges,
    /// When it ends by itself; a key does not.
    pub expires_at: Option<Millis>,
}

impl Authenticated {
    /// Who acts with it.
    pub fn actor(&self) -> Actor {
        Actor::ApiKey {
            organization: self.organization.number,
            key: self.key,
            privileges: self.privileges,
        }
    }
}

/// Finds the owner of an API key. The look-up is by hash, so nothing about a key can be learned from the time it takes.
pub fn by_secret(tx: &mut Tx<'_>, api_key: &str) -> Result<Option<Authenticated>> {
    let secret = PREFIXES
        .iter()
        .find_map(|prefix| api_key.strip_prefix(prefix));
    let Some(secret) = secret.filter(|secret| is_secret(secret)) else {
        return Ok(None);
    };
    let Some(key) = store::keys::find_by_secret(tx, &hash(secret))? else {
        return Ok(None);
    };
    let organization = store::organizations::get(tx, key.organization)?;
    Ok(Some(Authenticated {
        organization,
        key: key.number,
        privileges: key.privileges,
        expires_at: None,
    }))
}

/// Finds the owner of a bearer token that has not ended at `now` and whose key was not revoked.
pub fn by_bearer_token(tx: &mut Tx<'_>, token: &str, now: Millis) -> Result<Option<Authenticated>> {
    if !is_secret(token) {
        return Ok(None);
    }
    let Some((number, privileges, expires_at)) = store::access_tokens::find(tx, &hash(token), now)?
    else {
        return Ok(None);
    };
    let Some(key) = store::keys::find_by_number(tx, number)? else {
        return Ok(None);
    };
    let organization = store::organizations::get(tx, key.organization)?;
    Ok(Some(Authenticated {
        organization,
        key: number,
        privileges,
        expires_at: Some(expires_at),
    }))
}

fn is_secret(text: &str) -> bool {
    text.len() == SECRET_LENGTH && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
