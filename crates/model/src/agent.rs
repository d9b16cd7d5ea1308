//! An agent: a person who answers, or a dummy that the API made from an e-mail (contract A.2).

use crate::{
    id::{AgentId, AgentNumber},
    limit,
    presence::Presence,
    time::Millis,
};

/// Somebody who answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agent {
    /// Internal key.
    pub number: AgentNumber,
    /// Public id.
    pub id: AgentId,
    /// E-mail address as given.
    pub email: String,
    /// The name that visitors see.
    pub name: String,
    /// Address of a picture.
    pub userpic: Option<String>,
    /// What the agent may do.
    pub role: Role,
    /// Made from an e-mail by the API; nobody signs in as it.
    pub is_dummy: bool,
    /// Whether the agent is there.
    pub presence: Presence,
    /// When it was made.
    pub created_at: Millis,
}

/// What an agent may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Everything; an organization keeps at least one.
    Owner,
    /// Everything but the organization itself.
    Administrator,
    /// Conversations.
    Agent,
}

impl Role {
    /// Every role with its name in the API and the store.
    pub const ALL: [(Role, &'static str); 3] = [
        (Role::Owner, "owner"),
        (Role::Administrator, "administrator"),
        (Role::Agent, "agent"),
    ];

    /// The role's name.
    pub fn as_str(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(role, _)| *role == self)
            .map_or("agent", |(_, name)| name)
    }

    /// The role of a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .find(|(_, known)| *known == name)
            .map(|(role, _)| *role)
    }
}

/// Whether a text looks like a deliverable e-mail address: one `@`, a dotted domain or `localhost`, no spaces
/// or control characters, at most 254 bytes. Stricter grammars refuse addresses that exist.
pub fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else {
        return false;
    };
    let is_plain = |c: char| !c.is_whitespace() && !c.is_control() && !"<>,;\"()\\".contains(c);
    let is_label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    text.len() <= limit::EMAIL_LENGTH_MAX
        && (1..=64).contains(&local.len())
        && !local.contains('@')
        && text.chars().all(is_plain)
        && domain.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plausible_addresses_are_accepted_and_others_refused() {
        for good in [
            "liz@getwear.com",
            "l.i+z@sub.getwear.co.uk",
            "owner@localhost",
            "josé@exämple.com",
        ] {
            assert!(is_email(good), "{good}");
        }
        for bad in [
            "",
            "liz",
            "@getwear.com",
            "liz@",
            "liz@-a.com",
            "a b@c.de",
            "a@b@c.de",
            "a@b..c",
            "a\n@b.c",
            "<a@b.c>",
        ] {
            assert!(!is_email(bad), "{bad:?}");
        }
        assert!(!is_email(&format!("{}@a.com", "a".repeat(65))));
    }
}
