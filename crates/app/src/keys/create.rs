//! Make a key; its secret is shown this once.

use model::{
    id::KeyNumber,
    key::{Key, KeyKind, Privilege, Privileges},
};

use super::{PREFIXES, hash};
use crate::{
    Actor, Error, Result, Write, field, ids,
    once::{self, Once},
};

/// Characters of a secret that are kept in clear, to tell keys apart.
const HINT_LENGTH: usize = 4;

/// What a new key is made of.
#[derive(Clone, Debug)]
pub struct CreateKey {
    /// What people call it.
    pub name: String,
    /// How it is used.
    pub kind: KeyKind,
    /// What it may do.
    pub privileges: Privileges,
}

/// A new key and its secret.
#[derive(Clone, Debug)]
pub struct CreatedKey {
    /// The key.
    pub key: Key,
    /// The API key as sent in the header, or the OAuth client secret.
    pub secret: String,
}

/// Makes a key. It may do no more than the actor.
pub fn create(
    write: &mut Write<'_, '_>,
    actor: &Actor,
    once: Option<&Once>,
    command: &CreateKey,
) -> Result<CreatedKey> {
    actor.require(Privilege::Configure)?;
    for (privilege, _) in Privilege::ALL {
        if command.privileges.contains(privilege) {
            actor.require(privilege)?;
        }
    }
    let name = field::name("name", Some(&command.name))?;
    let id = ids::key();
    if once::claim(write, actor, once, id.as_str())?.is_some() {
        return Err(Error::AlreadyDone("the key was made by an earlier request with this Idempotency-Key, and its secret was shown then".to_owned()));
    }
    let random = ids::secret();
    let (secret, client_id) = match command.kind {
        KeyKind::ApiKey => (format!("{}{random}", PREFIXES[0]), None),
        KeyKind::OAuth => (random.clone(), Some(ids::key().as_str().to_owned())),
    };
    let mut key = Key {
        number: KeyNumber(0),
        id,
        organization: actor.organization(),
        kind: command.kind,
        name,
        hint: random[random.len() - HINT_LENGTH..].to_owned(),
        client_id,
        privileges: command.privileges,
        created_at: write.now(),
        revoked_at: None,
    };
    key.number = store::keys::insert(write.tx(), &key, &hash(&random))?;
    Ok(CreatedKey { key, secret })
}
