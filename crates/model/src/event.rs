//! What happened: recorded with the change that made it happen, told after the commit.

use std::sync::Arc;

use crate::{
    id::{
        AgentId, ConversationId, ConversationNumber, GroupId, MessageId, OrganizationNumber,
        VisitorNumber,
    },
    message::{Message, MessageKind},
    time::Millis,
};

/// One durable event of a conversation.
#[derive(Clone, Debug)]
pub struct Event {
    /// Whose.
    pub organization: OrganizationNumber,
    /// Where, by internal key.
    pub conversation: ConversationNumber,
    /// Where, by public id.
    pub conversation_id: ConversationId,
    /// Whose conversation.
    pub visitor: VisitorNumber,
    /// Its place in the conversation: 1, 2, 3 … without holes.
    pub seq: i64,
    /// When.
    pub at: Millis,
    /// What.
    pub kind: EventKind,
}

/// What happened.
#[derive(Clone, Debug)]
pub enum EventKind {
    /// A message or a note was written. It is its own row; no copy is kept.
    Message(Arc<Message>),
    /// A message has a new text; this is the message as it is now.
    Edited(Arc<Message>),
    /// A message was deleted.
    Deleted(MessageId),
    /// Somebody else works on the conversation, or nobody.
    Assigned(Option<AgentId>),
    /// The visitor is in another group, or in none.
    GroupChanged(Option<GroupId>),
    /// The conversation was closed by an agent or a program.
    Closed,
    /// The conversation was opened again.
    Reopened,
    /// What is known about the visitor changed.
    VisitorChanged,
    /// The visitor rated the latest chat, or rated it anew.
    Rated {
        /// 1, the worst, to 5.
        score: i64,
        /// What they wrote to it.
        comment: Option<String>,
    },
    /// One side has seen everything up to a `seq`.
    Seen {
        /// Which side.
        by: Side,
        /// Up to where.
        up_to: i64,
    },
    /// Something that is not there any more, or that this reader may not see: only its place remains.
    Hidden,
}

/// A side of a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// Agents, and programs in their name.
    Agent,
    /// The visitor.
    Visitor,
}

impl Side {
    /// The side's name in the store and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Side::Agent => "agent",
            Side::Visitor => "visitor",
        }
    }

    /// The side of a name.
    pub fn parse(name: &str) -> Option<Self> {
        [Side::Agent, Side::Visitor]
            .into_iter()
            .find(|side| side.as_str() == name)
    }
}

impl EventKind {
    /// Whether only agents may see it: to a visitor it is [`EventKind::Hidden`].
    pub fn is_for_agents_only(&self) -> bool {
        match self {
            EventKind::Message(message) | EventKind::Edited(message) => {
                message.kind == MessageKind::Note
            }
            EventKind::Assigned(_) | EventKind::GroupChanged(_) | EventKind::VisitorChanged => true,
            EventKind::Deleted(_)
            | EventKind::Closed
            | EventKind::Reopened
            | EventKind::Rated { .. }
            | EventKind::Seen { .. }
            | EventKind::Hidden => false,
        }
    }

    /// The kind's name in the store and on the wire.
    pub fn name(&self) -> &'static str {
        match self {
            EventKind::Message(_) => "message",
            EventKind::Edited(_) => "edit",
            EventKind::Deleted(_) => "delete",
            EventKind::Assigned(_) => "assignment",
            EventKind::GroupChanged(_) => "group",
            EventKind::Closed => "closed",
            EventKind::Reopened => "reopened",
            EventKind::VisitorChanged => "visitor",
            EventKind::Rated { .. } => "rating",
            EventKind::Seen { .. } => "seen",
            EventKind::Hidden => "hidden",
        }
    }

    /// What the event points to, as the store keeps it: the id of a message, an agent or a group, or a side and how far
    /// it has seen, as `visitor:12`. A rating, which later ones leave as it was, is there itself, as `4:Thank you!`.
    pub fn subject(&self) -> Option<String> {
        match self {
            EventKind::Edited(message) => Some(message.id.to_string()),
            EventKind::Deleted(id) => Some(id.to_string()),
            EventKind::Assigned(agent) => agent.as_ref().map(AgentId::to_string),
            EventKind::GroupChanged(group) => group.as_ref().map(GroupId::to_string),
            EventKind::Seen { by, up_to } => Some(format!("{}:{up_to}", by.as_str())),
            EventKind::Rated { score, comment } => Some(match comment {
                Some(comment) => format!("{score}:{comment}"),
                None => score.to_string(),
            }),
            EventKind::Message(_)
            | EventKind::Closed
            | EventKind::Reopened
            | EventKind::VisitorChanged
            | EventKind::Hidden => None,
        }
    }
}
