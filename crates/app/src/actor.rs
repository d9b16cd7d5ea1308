//! Who does something, and what that allows.

use model::{
    id::{AgentNumber, KeyNumber, OrganizationNumber, Scope, VisitorNumber},
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
    /// An agent, or a program that speaks in an agent's name over a socket.
    Agent {
        /// Whose.
        organization: OrganizationNumber,
        /// Who.
        agent: AgentNumber,
        /// What they may do.
        privileges: Privileges,
    },
    /// A visitor: may see and write their own conversation.
    Visitor {
        /// Whose.
        organization: OrganizationNumber,
        /// Who.
        visitor: VisitorNumber,
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
            Actor::ApiKey { organization, .. }
            | Actor::Agent { organization, .. }
            | Actor::Visitor { organization, .. }
            | Actor::System { organization } => *organization,
        }
    }

    /// What this actor may see.
    pub fn scope(&self) -> Scope {
        Scope {
            organization: self.organization(),
            visitor: match self {
                Actor::Visitor { visitor, .. } => Some(*visitor),
                _ => None,
            },
        }
    }

    /// Refuses an actor who has no part in conversations. A visitor has one in their own, which the scope sees to.
    pub(crate) fn require_part(&self) -> Result<()> {
        match self {
            Actor::Visitor { .. } => Ok(()),
            _ => self.require(Privilege::Access),
        }
    }

    /// Refuses an actor without a privilege. A visitor has none: what they may do does not ask for one.
    pub fn require(&self, privilege: Privilege) -> Result<()> {
        let is_allowed = match self {
            Actor::ApiKey { privileges, .. } | Actor::Agent { privileges, .. } => {
                privileges.contains(privilege)
            }
            Actor::Visitor { .. } => {
                return Err(Error::Forbidden("visitors may not do this".to_owned()));
            }
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
