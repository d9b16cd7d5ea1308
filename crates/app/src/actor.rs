//! Who does something, and what that allows.

use model::{
    id::{KeyNumber, OrganizationNumber, Scope},
    key::{Privilege, Privileges},
};

use crate::{Error, Result};

/// Who does something. Made at the door, from what the caller proved.
#[derive(Clone, Copy, Debug)]
pub enum Actor {
    /// A program with a key or a token.
    ApiKey {
        /// Whose.
        organization: OrganizationNumber,
        /// Which key; requests that must happen once are remembered by it.
        key: KeyNumber,
        /// What it may do.
        privileges: Privileges,
    },
    /// The server itself: the command line and jobs.
    System {
        /// For whom.
        organization: OrganizationNumber,
    },
}

impl Actor {
    /// The organization acted in.
    pub fn organization(&self) -> OrganizationNumber {
        match self {
            Actor::ApiKey { organization, .. } | Actor::System { organization } => *organization,
        }
    }

    /// What this actor may see.
    pub fn scope(&self) -> Scope {
        Scope::organization(self.organization())
    }

    /// Refuses an actor without a privilege.
    pub fn require(&self, privilege: Privilege) -> Result<()> {
        let is_allowed = match self {
            Actor::ApiKey { privileges, .. } => privileges.contains(privilege),
            Actor::System { .. } => true,
        };
        if is_allowed {
            Ok(())
        } else {
            Err(Error::Forbidden(format!(
                "the key lacks the scope {}",
                privilege.as_str()
            )))
        }
    }
}
