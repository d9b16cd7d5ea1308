//! Keys that programs use: an API key, or a pair of client id and secret for OAuth (contract A.1.1).

use crate::{
    id::{KeyId, KeyNumber, OrganizationNumber},
    time::Millis,
};

/// A key of a program, without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Internal key.
    pub number: KeyNumber,
    /// Public id.
    pub id: KeyId,
    /// Whose.
    pub organization: OrganizationNumber,
    /// How it is used.
    pub kind: KeyKind,
    /// What people call it.
    pub name: String,
    /// The last four characters of the secret, to tell keys apart.
    pub hint: String,
    /// The OAuth client id.
    pub client_id: Option<String>,
    /// What it may do.
    pub privileges: Privileges,
    /// When it was made.
    pub created_at: Millis,
    /// When it was revoked.
    pub revoked_at: Option<Millis>,
}

/// How a key is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// In the `api-key` header.
    ApiKey,
    /// Exchanged for bearer tokens by OAuth client credentials (RFC 6749 section 4.4).
    OAuth,
}

impl KeyKind {
    /// The kind's name in the API and the store.
    pub fn as_str(self) -> &'static str {
        match self {
            KeyKind::ApiKey => "key",
            KeyKind::OAuth => "oauth",
        }
    }

    /// The kind of a name.
    pub fn parse(name: &str) -> Option<Self> {
        [KeyKind::ApiKey, KeyKind::OAuth]
            .into_iter()
            .find(|kind| kind.as_str() == name)
    }
}

/// One of the rights that the platform knows for conversations (contract A.1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Privilege {
    /// Read and write conversations.
    Access,
    /// Assign conversations and visitors.
    Assign,
    /// Agents, groups, keys and settings.
    Configure,
}

impl Privilege {
    /// Every privilege with its name.
    pub const ALL: [(Privilege, &'static str); 3] = [
        (Privilege::Access, "access"),
        (Privilege::Assign, "assign"),
        (Privilege::Configure, "configure"),
    ];

    /// The privilege's name.
    pub fn as_str(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(privilege, _)| *privilege == self)
            .map_or("access", |(_, name)| name)
    }

    /// The privilege of a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .find(|(_, known)| *known == name)
            .map(|(privilege, _)| *privilege)
    }
}

/// A set of privileges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Privileges(u8);

impl Privileges {
    /// Everything.
    pub const ALL: Privileges = Privileges(0b111);

    /// The set of some privileges.
    pub fn of(privileges: impl IntoIterator<Item = Privilege>) -> Self {
        Self(
            privileges
                .into_iter()
                .fold(0, |set, privilege| set | (1 << privilege as u8)),
        )
    }

    /// Whether one is in the set.
    pub fn contains(self, privilege: Privilege) -> bool {
        self.0 & (1 << privilege as u8) != 0
    }

    /// The names of those in the set, in a fixed order.
    pub fn names(self) -> Vec<&'static str> {
        Privilege::ALL
            .iter()
            .filter(|(privilege, _)| self.contains(*privilege))
            .map(|(_, name)| *name)
            .collect()
    }

    /// The set as the store keeps it: names joined by spaces.
    pub fn to_text(self) -> String {
        self.names().join(" ")
    }

    /// The set of what [`Privileges::to_text`] wrote; unknown names are left out.
    pub fn from_text(text: &str) -> Self {
        Self::of(text.split(' ').filter_map(Privilege::parse))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_of_privileges_survives_its_text() {
        let some = Privileges::of([Privilege::Configure, Privilege::Access]);
        assert_eq!(some.to_text(), "access configure");
        assert_eq!(Privileges::from_text(&some.to_text()), some);
        assert!(!some.contains(Privilege::Assign));
        assert_eq!(
            Privileges::of(Privilege::ALL.map(|(privilege, _)| privilege)),
            Privileges::ALL
        );
    }
}
