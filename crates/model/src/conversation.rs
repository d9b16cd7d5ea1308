//! A conversation: the one continuous thread with a visitor on a channel (product "How a conversation lives").

use crate::{
    chat::Rating,
    id::{AgentId, ConversationId, ConversationNumber, GroupId, VisitorId, VisitorNumber},
    time::Millis,
};

/// The thread with one visitor on one channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conversation {
    /// Internal key.
    pub number: ConversationNumber,
    /// Public id, stable for ever.
    pub id: ConversationId,
    /// With whom, by internal key.
    pub visitor: VisitorNumber,
    /// With whom, by public id.
    pub visitor_id: VisitorId,
    /// Where the visitor is.
    pub channel: Channel,
    /// The highest `seq`; 0 before the first event.
    pub head: i64,
    /// Open in the inbox, or closed.
    pub status: Status,
    /// Who works on it.
    pub assignee_id: Option<AgentId>,
    /// The visitor's group.
    pub group_id: Option<GroupId>,
    /// The number of the latest chat; 0 before the first.
    pub chat: i64,
    /// Whether that chat still runs.
    pub is_chat_open: bool,
    /// When the last message came; never goes back.
    pub last_message_at: Millis,
    /// The highest `seq` the visitor has seen.
    pub visitor_seen: i64,
    /// The highest `seq` that any agent has seen.
    pub agents_seen: i64,
    /// What the visitor thought of a chat, the last time they said so.
    pub last_rating: Option<Rating>,
    /// When it was made.
    pub created_at: Millis,
}

/// Open or closed in the inbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Somebody may have to do something.
    Open,
    /// Done until the next message.
    Closed,
}

impl Status {
    /// The status's name in the API and the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Open => "open",
            Status::Closed => "closed",
        }
    }

    /// The status of a name.
    pub fn parse(name: &str) -> Option<Self> {
        [Status::Open, Status::Closed]
            .into_iter()
            .find(|status| status.as_str() == name)
    }
}

/// Where a visitor is (contract B.3, `source`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    /// The chat on a website, and everything the API starts.
    Widget,
}

impl Channel {
    /// The channel's name in payloads and the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Channel::Widget => "widget",
        }
    }

    /// The channel of a name.
    pub fn parse(name: &str) -> Option<Self> {
        (name == "widget").then_some(Channel::Widget)
    }
}
