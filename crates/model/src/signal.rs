//! What is told and not kept: typing and presence. Lossy by design, each expires by itself (delivery P5).

use crate::{
    event::Side,
    id::{AgentId, ConversationNumber, OrganizationNumber, VisitorNumber},
    time::SECOND_MS,
};

/// How long somebody is taken to be typing after the last word of it.
pub const TYPING_MS: i64 = 5 * SECOND_MS;

/// Longest preview of what a visitor types, in characters.
pub const PREVIEW_LENGTH_MAX: usize = 500;

/// Something that is told to those who look at the moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signal {
    /// Whose.
    pub organization: OrganizationNumber,
    /// What.
    pub kind: SignalKind,
}

/// What is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignalKind {
    /// Somebody types in a conversation, or has stopped.
    Typing {
        /// Where.
        conversation: ConversationNumber,
        /// Which side.
        by: Side,
        /// Which agent, where one does.
        agent: Option<AgentId>,
        /// The agent's name, as visitors see it.
        name: Option<String>,
        /// Whether they type now.
        is_typing: bool,
        /// What the visitor has typed so far; agents see it, nobody else.
        preview: Option<String>,
    },
    /// Somebody takes chats now, or nobody does any more.
    Availability {
        /// Whether any agent is available.
        is_any_available: bool,
    },
    /// A visitor is there, or has gone.
    VisitorPresence {
        /// Who.
        visitor: VisitorNumber,
        /// Whether any socket of theirs is open.
        is_there: bool,
    },
}
