//! Webhooks: what receivers can be told, and the endpoints that are told it (contract B, product 1).

use crate::{
    id::{
        AgentNumber, ConversationNumber, EndpointId, EndpointNumber, OrganizationNumber,
        VisitorNumber,
    },
    time::{HOUR_MS, Millis},
};

/// What a receiver can be told about. The first three are Brevo's, the others are what Brevo lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WebhookEventKind {
    /// A chat was started by a visitor or an agent.
    ConversationStarted,
    /// New messages of both sides.
    ConversationFragment,
    /// A chat was finished: all of its messages.
    ConversationTranscript,
    /// A message has a new text.
    MessageUpdated,
    /// A message was deleted.
    MessageDeleted,
    /// Somebody else works on a conversation, or nobody.
    ConversationAssigned,
    /// A conversation was closed.
    ConversationClosed,
    /// A visitor told, or had told for them, who they are.
    VisitorIdentified,
    /// An agent came, left, or became invisible.
    AgentStatusChanged,
    /// Another endpoint was disabled because it did not take its deliveries.
    WebhookDisabled,
}

impl WebhookEventKind {
    /// Every kind with its name. The place in this list is the kind's bit in the store: add at the end only.
    pub const ALL: [(WebhookEventKind, &'static str); 10] = [
        (WebhookEventKind::ConversationStarted, "conversationStarted"),
        (
            WebhookEventKind::ConversationFragment,
            "conversationFragment",
        ),
        (
            WebhookEventKind::ConversationTranscript,
            "conversationTranscript",
        ),
        (WebhookEventKind::MessageUpdated, "messageUpdated"),
        (WebhookEventKind::MessageDeleted, "messageDeleted"),
        (
            WebhookEventKind::ConversationAssigned,
            "conversationAssigned",
        ),
        (WebhookEventKind::ConversationClosed, "conversationClosed"),
        (WebhookEventKind::VisitorIdentified, "visitorIdentified"),
        (WebhookEventKind::AgentStatusChanged, "agentStatusChanged"),
        (WebhookEventKind::WebhookDisabled, "webhookDisabled"),
    ];

    /// The kind's name, as receivers see it in `eventName`.
    pub fn as_str(self) -> &'static str {
        Self::ALL[self as usize].1
    }

    /// The kind of a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .find(|(_, known)| *known == name)
            .map(|(kind, _)| *kind)
    }
}

/// A set of kinds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WebhookEvents(i64);

impl WebhookEvents {
    /// No kind.
    pub const NONE: Self = Self(0);

    /// These kinds.
    pub fn of(kinds: impl IntoIterator<Item = WebhookEventKind>) -> Self {
        Self(
            kinds
                .into_iter()
                .fold(0, |bits, kind| bits | 1 << kind as i64),
        )
    }

    /// The set as the store keeps it.
    pub fn from_bits(bits: i64) -> Self {
        Self(bits)
    }

    /// What the store keeps: a bit for each kind.
    pub fn bits(self) -> i64 {
        self.0
    }

    /// Whether a kind is in it.
    pub fn contains(self, kind: WebhookEventKind) -> bool {
        self.0 & 1 << kind as i64 != 0
    }

    /// Whether no kind is in it.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The kinds that are in it, in their order.
    pub fn kinds(self) -> impl Iterator<Item = WebhookEventKind> {
        WebhookEventKind::ALL
            .into_iter()
            .map(|(kind, _)| kind)
            .filter(move |kind| self.contains(*kind))
    }
}

/// The header by which a delivery is known wherever it comes: a server that sends webhooks does not take it, or an event
/// could lead to a request and that to an event without end (trust, case I10).
pub const DEPTH_HEADER: &str = "parlour-depth";

/// How long the secret before a rotation still signs beside the new one (trust 1.4).
pub const PREVIOUS_SECRET_MS: i64 = 24 * HOUR_MS;

/// How long an endpoint may only fail before it is disabled (trust 1.4).
pub const FAILING_MS_MAX: i64 = 120 * HOUR_MS;

/// A receiver of an organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookEndpoint {
    /// Internal key.
    pub number: EndpointNumber,
    /// Whose.
    pub organization: OrganizationNumber,
    /// Public id.
    pub id: EndpointId,
    /// Where deliveries go.
    pub url: String,
    /// What people call it; may be empty.
    pub description: String,
    /// What it is told.
    pub events: WebhookEvents,
    /// The secret that signs, sealed.
    pub secret: String,
    /// The secret before it, sealed, and until when it signs too.
    pub previous_secret: Option<(String, Millis)>,
    /// What is sent in headers besides, as [`Credentials`] in JSON, sealed.
    pub credentials: String,
    /// Whether it is on.
    pub is_enabled: bool,
    /// When and why it was disabled by the server; none where an agent did it.
    pub disabled: Option<(Millis, DisabledReason)>,
    /// When the first of the latest unbroken row of failures was.
    pub failing_since: Option<Millis>,
    /// When it was made.
    pub created_at: Millis,
}

/// Why the server disabled an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DisabledReason {
    /// It answered 410 Gone.
    Gone,
    /// Nothing was delivered for [`FAILING_MS_MAX`].
    Failing,
}

impl DisabledReason {
    /// The reason's name in the API and the store.
    pub fn as_str(self) -> &'static str {
        match self {
            DisabledReason::Gone => "gone",
            DisabledReason::Failing => "failing",
        }
    }

    /// The reason of a name.
    pub fn parse(name: &str) -> Option<Self> {
        [DisabledReason::Gone, DisabledReason::Failing]
            .into_iter()
            .find(|reason| reason.as_str() == name)
    }
}

/// Deliveries of one lane to one endpoint are sent one after the other; lanes do not wait for each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// What happens in a conversation.
    Conversation(ConversationNumber),
    /// What becomes known about a visitor.
    Visitor(VisitorNumber),
    /// What an agent does.
    Agent(AgentNumber),
    /// What becomes of an endpoint.
    Endpoint(EndpointNumber),
}

impl Lane {
    /// The lane as the store keeps it.
    pub fn to_text(self) -> String {
        match self {
            Lane::Conversation(number) => format!("c{}", number.0),
            Lane::Visitor(number) => format!("v{}", number.0),
            Lane::Agent(number) => format!("a{}", number.0),
            Lane::Endpoint(number) => format!("e{}", number.0),
        }
    }

    /// The lane of a stored text.
    pub fn parse(text: &str) -> Option<Self> {
        let (kind, number) = text.split_at_checked(1)?;
        let number = number.parse().ok()?;
        match kind {
            "c" => Some(Lane::Conversation(ConversationNumber(number))),
            "v" => Some(Lane::Visitor(VisitorNumber(number))),
            "a" => Some(Lane::Agent(AgentNumber(number))),
            "e" => Some(Lane::Endpoint(EndpointNumber(number))),
            _ => None,
        }
    }
}

/// What is sent in an endpoint's headers besides the signature. The values are secrets.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Credentials {
    /// What goes into `Authorization`.
    pub authentication: Option<Authentication>,
    /// Headers by name, in the order given.
    pub headers: Vec<(String, String)>,
}

/// What goes into `Authorization`.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Authentication {
    /// A name and a password (RFC 7617).
    Basic {
        /// The name; has no colon.
        username: String,
        /// The password.
        password: String,
    },
    /// A token (RFC 6750).
    Bearer {
        /// The token.
        token: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_own_place_and_name() {
        for (place, (kind, name)) in WebhookEventKind::ALL.into_iter().enumerate() {
            assert_eq!(kind as usize, place);
            assert_eq!(kind.as_str(), name);
            assert_eq!(WebhookEventKind::parse(name), Some(kind));
        }
    }

    #[test]
    fn a_set_holds_what_was_put_in() {
        let kinds = [
            WebhookEventKind::ConversationFragment,
            WebhookEventKind::WebhookDisabled,
        ];
        let set = WebhookEvents::from_bits(WebhookEvents::of(kinds).bits());
        assert_eq!(set.kinds().collect::<Vec<_>>(), kinds);
        assert!(!set.contains(WebhookEventKind::ConversationStarted));
        assert!(WebhookEvents::NONE.is_empty() && !set.is_empty());
    }

    #[test]
    fn a_lane_is_read_as_it_was_written() {
        for lane in [
            Lane::Conversation(ConversationNumber(7)),
            Lane::Visitor(VisitorNumber(8)),
            Lane::Agent(AgentNumber(9)),
            Lane::Endpoint(EndpointNumber(10)),
        ] {
            assert_eq!(Lane::parse(&lane.to_text()), Some(lane));
        }
        assert_eq!(Lane::parse("x1"), None);
        assert_eq!(Lane::parse(""), None);
    }
}
