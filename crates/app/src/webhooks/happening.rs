//! What is told to receivers, with everything that they are told about it (contract B.2).

use model::{
    agent::Agent,
    conversation::Channel,
    id::{ConversationId, EndpointId, GroupId, MessageId},
    message::Message,
    presence::Choice,
    visit::{Visit, WebPage},
    visitor::Visitor,
    webhook::{DisabledReason, WebhookEventKind},
};

/// A conversation as receivers see it.
#[derive(Clone, Debug)]
pub struct Thread {
    /// Its public id; none for a visitor who has no conversation yet.
    pub conversation_id: Option<ConversationId>,
    /// With whom.
    pub visitor: Visitor,
    /// Where it takes place.
    pub channel: Channel,
    /// Their last visit; none for a visitor who never opened the widget.
    pub last_visit: Option<Visit>,
}

/// Something that receivers are told.
#[derive(Clone, Debug)]
pub enum Happening {
    /// A chat was started by its first message.
    Started {
        /// Where.
        thread: Thread,
        /// The page that the visitor was on, where that is known.
        start_page: Option<WebPage>,
        /// The first message.
        message: Message,
        /// Who wrote it, where an agent did.
        agent: Option<Agent>,
        /// No agent takes chats now.
        is_no_available_agent: bool,
    },
    /// New messages of one side.
    Fragment {
        /// Where.
        thread: Thread,
        /// The messages, oldest first; never in another fragment.
        messages: Vec<Message>,
        /// The agents who wrote them: none where the visitor did.
        agents: Vec<Agent>,
        /// No agent takes chats now.
        is_no_available_agent: bool,
    },
    /// A chat was finished.
    Transcript {
        /// Where.
        thread: Thread,
        /// The page that the visitor was on when it was started, where that is known.
        start_page: Option<WebPage>,
        /// Every message of the chat and the automatic ones before it, oldest first.
        messages: Vec<Message>,
        /// Every agent who wrote.
        agents: Vec<Agent>,
        /// Messages of the visitor that were never answered.
        missed_messages_count: i64,
    },
    /// A message has a new text.
    MessageUpdated {
        /// Where.
        thread: Thread,
        /// The message as it is now.
        message: Message,
    },
    /// A message was deleted.
    MessageDeleted {
        /// Where.
        thread: Thread,
        /// Which.
        message_id: MessageId,
    },
    /// Somebody else works on a conversation, or nobody.
    Assigned {
        /// Where.
        thread: Thread,
        /// Who works on it now.
        agent: Option<Agent>,
        /// Whose turn it is now.
        group_id: Option<GroupId>,
    },
    /// A conversation was closed.
    Closed {
        /// Which.
        thread: Thread,
    },
    /// A visitor told, or had told for them, who they are.
    VisitorIdentified {
        /// Who.
        thread: Thread,
    },
    /// An agent came, left, or became invisible.
    AgentStatusChanged {
        /// Who.
        agent: Agent,
        /// What others see now.
        status: Choice,
    },
    /// Another endpoint was disabled.
    WebhookDisabled {
        /// Which.
        endpoint_id: EndpointId,
        /// What people call it.
        description: String,
        /// Why.
        reason: DisabledReason,
    },
}

impl Happening {
    /// What kind of event this is.
    pub fn kind(&self) -> WebhookEventKind {
        match self {
            Happening::Started { .. } => WebhookEventKind::ConversationStarted,
            Happening::Fragment { .. } => WebhookEventKind::ConversationFragment,
            Happening::Transcript { .. } => WebhookEventKind::ConversationTranscript,
            Happening::MessageUpdated { .. } => WebhookEventKind::MessageUpdated,
            Happening::MessageDeleted { .. } => WebhookEventKind::MessageDeleted,
            Happening::Assigned { .. } => WebhookEventKind::ConversationAssigned,
            Happening::Closed { .. } => WebhookEventKind::ConversationClosed,
            Happening::VisitorIdentified { .. } => WebhookEventKind::VisitorIdentified,
            Happening::AgentStatusChanged { .. } => WebhookEventKind::AgentStatusChanged,
            Happening::WebhookDisabled { .. } => WebhookEventKind::WebhookDisabled,
        }
    }
}
