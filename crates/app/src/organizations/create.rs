//! Make an organization with its owner and a first key.

use model::{
    agent::{Agent, Role},
    id::Scope,
    key::{KeyKind, Privileges},
    organization::Organization,
};
use store::agents::NewAgent;

use crate::{
    Actor, Error, Result, Write, field, ids,
    keys::{self, CreateKey, CreatedKey},
};

/// What a new organization is made of.
#[derive(Clone, Debug)]
pub struct CreateOrganization {
    /// Its name.
    pub name: String,
    /// The owner's e-mail.
    pub owner_email: String,
    /// The owner's name.
    pub owner_name: String,
    /// The hash of the owner's password, if one is set; see [`crate::password::hash`].
    pub password_hash: Option<String>,
}

/// What was made.
#[derive(Clone, Debug)]
pub struct CreatedOrganization {
    /// The organization.
    pub organization: Organization,
    /// Its owner.
    pub owner: Agent,
    /// Its first key, with everything allowed.
    pub key: CreatedKey,
}

/// Makes an organization with its owner and a first key.
pub fn create(
    write: &mut Write<'_, '_>,
    command: &CreateOrganization,
) -> Result<CreatedOrganization> {
    let name = field::name("organization", Some(&command.name))?;
    let owner_name = field::name("name", Some(&command.owner_name))?;
    let owner_email = field::email("email", &command.owner_email)?;
    let (now, owner_id) = (write.now(), ids::agent());
    let number =
        store::organizations::insert(write.tx(), &ids::organization(), &ids::widget(), &name, now)?;
    let owner = NewAgent {
        id: &owner_id,
        email: &owner_email,
        name: &owner_name,
        userpic: None,
        role: Role::Owner,
        is_dummy: false,
        created_at: now,
    };
    let owner =
        store::agents::insert(write.tx(), number, &owner)?.ok_or(Error::NotFound("Agent"))?;
    let scope = Scope::organization(number);
    if let Some(hash) = &command.password_hash {
        store::agents::set_password_hash(write.tx(), scope, owner, hash)?;
    }
    let command = CreateKey {
        name: "First key".to_owned(),
        kind: KeyKind::ApiKey,
        privileges: Privileges::ALL,
    };
    let key = keys::create(
        write,
        &Actor::System {
            organization: number,
        },
        None,
        &command,
    )?;
    Ok(CreatedOrganization {
        organization: store::organizations::get(write.tx(), number)?,
        owner: store::agents::find(write.tx(), scope, &owner_id)?
            .ok_or(Error::NotFound("Agent"))?,
        key,
    })
}
