//! Work that is done later: written in the transaction that calls for it.

use crate::{
    id::{ConversationNumber, JobNumber, OrganizationNumber},
    time::Millis,
};

/// A row of work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// Internal key.
    pub number: JobNumber,
    /// Whose.
    pub organization: OrganizationNumber,
    /// What is to be done.
    pub kind: JobKind,
    /// When it is due.
    pub run_at: Millis,
    /// How often it was begun.
    pub attempts: i64,
    /// Goes up with every lease; a worker whose number is no longer the row's has lost it.
    pub fence: i64,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JobKind {
    /// Finish a chat when the visitor is gone and nothing was written for a while. Written once when the chat
    /// starts; when it fires too early it puts itself off (performance, "Timers are lazy").
    FinishChat {
        /// Whose chat.
        conversation: ConversationNumber,
        /// Which chat.
        chat: i64,
    },
}

impl JobKind {
    /// The kind's name in the store.
    pub fn name(&self) -> &'static str {
        match self {
            JobKind::FinishChat { .. } => "finish_chat",
        }
    }
}
