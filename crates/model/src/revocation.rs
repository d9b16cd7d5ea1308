//! Access that ended: every node closes what is still open by it.

use crate::{
    id::{AgentNumber, KeyNumber, OrganizationNumber, VisitorNumber},
    time::Millis,
};

/// Access that ended at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Revocation {
    /// Where.
    pub organization: OrganizationNumber,
    /// Whose.
    pub kind: RevocationKind,
    /// When.
    pub at: Millis,
}

/// Whose access ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RevocationKind {
    /// A key was revoked, and with it its tokens.
    Key(KeyNumber),
    /// A visitor's token was replaced, or the visitor was banned.
    Visitor(VisitorNumber),
    /// An agent was deleted.
    Agent(AgentNumber),
}

impl RevocationKind {
    /// The kind's name in the store.
    pub fn name(self) -> &'static str {
        match self {
            RevocationKind::Key(_) => "key",
            RevocationKind::Visitor(_) => "visitor",
            RevocationKind::Agent(_) => "agent",
        }
    }

    /// The internal key of whose access ended.
    pub fn subject(self) -> i64 {
        match self {
            RevocationKind::Key(key) => key.0,
            RevocationKind::Visitor(visitor) => visitor.0,
            RevocationKind::Agent(agent) => agent.0,
        }
    }

    /// The kind of a name and an internal key.
    pub fn of(name: &str, subject: i64) -> Option<Self> {
        match name {
            "key" => Some(RevocationKind::Key(KeyNumber(subject))),
            "visitor" => Some(RevocationKind::Visitor(VisitorNumber(subject))),
            "agent" => Some(RevocationKind::Agent(AgentNumber(subject))),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_read_as_it_is_written() {
        for kind in [
            RevocationKind::Key(KeyNumber(1)),
            RevocationKind::Visitor(VisitorNumber(2)),
            RevocationKind::Agent(AgentNumber(3)),
        ] {
            assert_eq!(RevocationKind::of(kind.name(), kind.subject()), Some(kind));
        }
        assert_eq!(RevocationKind::of("group", 1), None);
    }
}
