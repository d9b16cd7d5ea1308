//! Ids that outsiders see, and the numbers that rows are joined by.

/// The characters of public ids: none of them can be mistaken for another when read aloud or copied.
/// In ASCII order, so that ids that begin with a time sort by it.
pub const ALPHABET: &[u8; 55] = b"23456789ABCDEFGHJKLMNPQRSTWXYZabcdefghijkmnopqrstuvwxyz";

/// Length of a public id.
pub const ID_LENGTH: usize = 17;

/// How many characters at the start of a message id tell its millisecond.
pub const ID_TIME_LENGTH: usize = 8;

/// Writes a Unix time in milliseconds as the first [`ID_TIME_LENGTH`] characters of a message id.
/// Ids made later sort later until the year 4622.
pub fn encode_time(at_ms: i64) -> [u8; ID_TIME_LENGTH] {
    let base = ALPHABET.len() as u64;
    let mut rest = u64::try_from(at_ms).unwrap_or(0);
    let mut characters = [ALPHABET[0]; ID_TIME_LENGTH];
    for character in characters.iter_mut().rev() {
        *character = ALPHABET[(rest % base) as usize];
        rest /= base;
    }
    characters
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// Takes a text as this kind of id. Whether something has it is for the store to say.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(&self.0)
            }
        }
    )+};
}

macro_rules! numbers {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub i64);
    )+};
}

ids! {
    /// Public id of an organization.
    OrganizationId,
    /// Public id of an agent; contains `Dummy` for one made from an e-mail by the API.
    AgentId,
    /// Public id of a group.
    GroupId,
    /// Public id of a conversation, the same as its thread id, stable for ever (contract G-16).
    ConversationId,
    /// Public id of a message: eight characters of time, nine random ones.
    MessageId,
    /// Public id of an API key, not its secret.
    KeyId,
    /// Public id of a webhook endpoint.
    EndpointId,
    /// Public id of a delivery, and the `webhook-id` of its attempts.
    DeliveryId,
    /// Public id of a file that was uploaded.
    FileId,
}

numbers! {
    /// Internal key of an organization.
    OrganizationNumber,
    /// Internal key of an agent.
    AgentNumber,
    /// Internal key of a group.
    GroupNumber,
    /// Internal key of a visitor.
    VisitorNumber,
    /// Internal key of a conversation.
    ConversationNumber,
    /// Internal key of an API key.
    KeyNumber,
    /// Internal key of a job.
    JobNumber,
    /// Internal key of a webhook endpoint.
    EndpointNumber,
    /// Internal key of a webhook event; a later one is higher.
    WebhookEventNumber,
    /// Internal key of a file that was uploaded.
    FileNumber,
    /// Internal key of a visit; a later one is higher.
    VisitNumber,
}

/// Longest visitor id (contract G-8).
pub const VISITOR_ID_LENGTH_MAX: usize = 128;

/// The id of a visitor: chosen by the site or by a program, or generated.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VisitorId(String);

impl VisitorId {
    /// Accepts 1 to 128 characters of printable ASCII without spaces and slashes (contract G-8).
    pub fn parse(text: &str) -> Option<Self> {
        let is_allowed = |byte: u8| byte.is_ascii_graphic() && byte != b'/' && byte != b'\\';
        let fits = (1..=VISITOR_ID_LENGTH_MAX).contains(&text.len());
        (fits && text.bytes().all(is_allowed)).then(|| Self(text.to_owned()))
    }

    /// An id that was accepted or generated before.
    pub fn known(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whose rows may be read: every read of the store takes one, so that another tenant's row is "not found".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scope {
    /// The organization everything belongs to.
    pub organization: OrganizationNumber,
    /// For a visitor: only their own conversations and messages, and no notes.
    pub visitor: Option<VisitorNumber>,
}

impl Scope {
    /// Everything of one organization.
    pub fn organization(organization: OrganizationNumber) -> Self {
        Self {
            organization,
            visitor: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_times_sort_later() {
        let times = [
            0,
            1,
            54,
            55,
            1_482_512_803_740,
            1_795_000_000_000,
            4_000_000_000_000,
        ];
        let encoded: Vec<_> = times.iter().map(|&at| encode_time(at)).collect();
        let mut sorted = encoded.clone();
        sorted.sort_unstable();
        assert_eq!(encoded, sorted);
        assert_eq!(&encode_time(0), b"22222222");
        assert_eq!(&encode_time(56), b"22222233");
    }

    #[test]
    fn the_alphabet_is_in_ascii_order_without_look_alikes() {
        assert!(ALPHABET.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(
            !ALPHABET
                .iter()
                .any(|character| b"01IOUVl".contains(character))
        );
    }

    #[test]
    fn visitor_ids_are_printable_ascii_without_slashes() {
        for good in [
            "v",
            "kZMvWhf8npAu3H6qd57w2Hv6nh6rnxvg",
            "anna.doe+x_0123456789abcdef",
            &"a".repeat(128),
        ] {
            assert!(VisitorId::parse(good).is_some(), "{good}");
        }
        for bad in [
            "",
            " ",
            "a b",
            "a/b",
            "a\\b",
            "é",
            "a\0b",
            "a\nb",
            &"a".repeat(129),
        ] {
            assert!(VisitorId::parse(bad).is_none(), "{bad:?}");
        }
    }
}
