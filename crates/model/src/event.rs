//! What happened: recorded with the change that made it happen, told after the commit.

use std::sync::Arc;

use crate::{
    id::{
        AgentId, ConversationId, ConversationNumber, GroupId, MessageId, OrganizationNumber,
        VisitorNumber,
    },
    message::Message,
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
    /// A message has a new text.
    Edited(MessageId),
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
}

impl EventKind {
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
        }
    }

    /// What the event points to: the id of a message, an agent or a group.
    pub fn subject(&self) -> Option<&str> {
        match self {
            EventKind::Edited(id) | EventKind::Deleted(id) => Some(id.as_str()),
            EventKind::Assigned(agent) => agent.as_ref().map(AgentId::as_str),
            EventKind::GroupChanged(group) => group.as_ref().map(GroupId::as_str),
            EventKind::Message(_)
            | EventKind::Closed
            | EventKind::Reopened
            | EventKind::VisitorChanged => None,
        }
    }
}
