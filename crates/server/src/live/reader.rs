//! Who is at the other end of a connection, as far as they proved it.

use app::Actor;
use model::{
    id::{AgentId, AgentNumber, KeyNumber, OrganizationNumber, VisitorId, VisitorNumber},
    time::Millis,
};

use super::telling::View;

/// Who is at the other end.
#[derive(Debug)]
pub(super) struct Reader {
    pub(super) actor: Actor,
    pub(super) who: Who,
    /// When the proof was looked at: what ended later ends this.
    pub(super) proved_at: Millis,
    /// When the proof ends by itself.
    pub(super) expires_at: Option<Millis>,
}

/// Of what kind they are.
#[derive(Debug)]
pub(super) enum Who {
    /// A visitor, with a token.
    Visitor {
        number: VisitorNumber,
        id: VisitorId,
    },
    /// An agent, or a program in an agent's name.
    Agent {
        key: KeyNumber,
        number: AgentNumber,
        id: AgentId,
        /// The name visitors see.
        name: String,
    },
    /// A program that only reads.
    Program { key: KeyNumber },
}

impl Reader {
    /// The role as the protocol names it.
    pub(super) fn role(&self) -> &'static str {
        match self.who {
            Who::Visitor { .. } => "visitor",
            Who::Agent { .. } => "agent",
            Who::Program { .. } => "program",
        }
    }

    /// How they look at a conversation.
    pub(super) fn view(&self) -> View {
        match self.who {
            Who::Visitor { .. } => View::Visitor,
            Who::Agent { .. } | Who::Program { .. } => View::Agent,
        }
    }

    pub(super) fn organization(&self) -> OrganizationNumber {
        self.actor.organization()
    }

    pub(super) fn is_visitor(&self) -> bool {
        matches!(self.who, Who::Visitor { .. })
    }

    /// The visitor, where one is there.
    pub(super) fn visitor(&self) -> Option<VisitorNumber> {
        match self.who {
            Who::Visitor { number, .. } => Some(number),
            Who::Agent { .. } | Who::Program { .. } => None,
        }
    }

    /// The agent who is online by being connected.
    pub(super) fn agent(&self) -> Option<AgentNumber> {
        match self.who {
            Who::Agent { number, .. } => Some(number),
            Who::Visitor { .. } | Who::Program { .. } => None,
        }
    }

    pub(super) fn key(&self) -> Option<KeyNumber> {
        match self.who {
            Who::Visitor { .. } => None,
            Who::Agent { key, .. } | Who::Program { key } => Some(key),
        }
    }
}
