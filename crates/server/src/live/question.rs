//! What a session asks of the application, and what it hears.

use std::sync::Arc;

use app::{Error, conversations::Followed, messages::Written};
use model::{
    cursor::Cursor,
    id::{ConversationId, ConversationNumber, FileId},
};

use super::reader::Reader;

/// Something that only the application knows, or does.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Question {
    /// Whose proof this is.
    Authenticate {
        token: String,
        agent_id: Option<String>,
    },
    /// What concerns oneself.
    FollowOneself,
    /// Everything in the organization from now on.
    FollowEverything,
    /// A conversation from a cursor on.
    Follow {
        id: ConversationId,
        cursor: Option<Cursor>,
    },
    /// What comes after a place.
    ReadOn {
        id: ConversationId,
        number: ConversationNumber,
        after: i64,
        why: Why,
    },
    /// What came before a place.
    ReadBack {
        id: ConversationId,
        number: ConversationNumber,
        before: i64,
    },
    /// Writes a message.
    Write(Box<Draft>),
    /// A person has seen everything up to a place.
    See { id: ConversationId, up_to: i64 },
}

/// Why something is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Why {
    /// The client asked for it.
    Asked,
    /// Something between what was sent and what happened was not heard of.
    Gap,
}

/// A message to be written.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Draft {
    pub(super) cid: String,
    /// The channel as the client named it.
    pub(super) ch: String,
    /// The conversation; a visitor without one has it made.
    pub(super) conversation: Option<ConversationId>,
    pub(super) text: Option<String>,
    pub(super) file_ids: Vec<FileId>,
    pub(super) is_note: bool,
}

/// What the application says.
#[derive(Debug)]
pub(super) enum Answer {
    /// Who it is; nobody for a proof that is none.
    Authenticated(Result<Option<Arc<Reader>>, Error>),
    /// What concerns oneself: one's conversation, and whether anybody takes chats.
    Oneself(Result<(Option<ConversationId>, bool), Error>),
    /// Everything is told from now on.
    Everything(Result<(), Error>),
    /// The page of a conversation from a cursor on.
    Followed(ConversationId, Result<Box<Followed>, Error>),
    /// The page after a place.
    ReadOn(ConversationId, Why, Result<Box<Followed>, Error>),
    /// The page before a place.
    ReadBack(ConversationId, Result<Box<Followed>, Error>),
    /// The message that was written.
    Written {
        cid: String,
        ch: String,
        result: Result<Written, Refusal>,
    },
    /// The place was noted.
    Seen(ConversationId, Result<(), Error>),
}

/// Why something was not done.
#[derive(Debug)]
pub(super) enum Refusal {
    /// The application refuses.
    Error(Error),
    /// It was asked too often; the seconds to wait.
    TooOften(u64),
}
