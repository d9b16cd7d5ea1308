//! Work that is done later: written in the transaction that calls for it.

use crate::{
    id::{AgentNumber, ConversationId, ConversationNumber, JobNumber, OrganizationNumber},
    time::Millis,
};

/// A row of work that one worker has taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// Internal key.
    pub number: JobNumber,
    /// Whose.
    pub organization: OrganizationNumber,
    /// What is to be done, or why that cannot be told.
    pub kind: Result<JobKind, Unreadable>,
    /// When it is due.
    pub run_at: Millis,
    /// How often it was begun since it was written, put off or retried by somebody.
    pub attempts: i64,
    /// Goes up with every lease; a worker whose number is no longer the row's has lost it.
    pub fence: i64,
    /// When others may take it, as its worker must be dead.
    pub leased_until: Millis,
}

impl Job {
    /// The name of its kind in the store, whether or not that is known here.
    pub fn kind_name(&self) -> &str {
        match &self.kind {
            Ok(kind) => kind.name(),
            Err(Unreadable::Kind(name)) => name,
            Err(Unreadable::Content(name)) => name,
        }
    }
}

/// A job that failed for the last time, or whose workers all died.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadJob {
    /// Internal key; people see it too.
    pub number: JobNumber,
    /// The name of its kind in the store.
    pub kind: String,
    /// Which conversation it is about, if about one.
    pub conversation_id: Option<ConversationId>,
    /// How often it was begun.
    pub attempts: i64,
    /// Why it failed the last time.
    pub error: Option<String>,
    /// When it failed for the last time.
    pub dead_at: Millis,
}

/// What is to be done. Another kind needs a name and a line in each function below, and an arm in the runner.
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
    /// Send the messages of a conversation that no webhook fragment has taken yet, when nobody has written for a
    /// while. Written with the first of them; puts itself off like the one above.
    SendFragment {
        /// Whose messages.
        conversation: ConversationNumber,
    },
    /// Tell that an agent's lease ended, when it did. Written when an agent comes online; puts itself off too.
    EndPresence {
        /// Whose lease.
        agent: AgentNumber,
    },
}

/// Why a row does not say what is to be done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Its kind is unknown here: a newer node wrote it.
    #[error("the kind {0:?} is not known")]
    Kind(String),
    /// Its kind is this, but the rest is not what that kind has.
    #[error("the content is not that of the kind {0:?}")]
    Content(&'static str),
}

const FINISH_CHAT: &str = "finish_chat";
const SEND_FRAGMENT: &str = "send_fragment";
const END_PRESENCE: &str = "end_presence";

impl JobKind {
    /// The kind's name in the store.
    pub fn name(&self) -> &'static str {
        match self {
            JobKind::FinishChat { .. } => FINISH_CHAT,
            JobKind::SendFragment { .. } => SEND_FRAGMENT,
            JobKind::EndPresence { .. } => END_PRESENCE,
        }
    }

    /// Which conversation it is about, if about one.
    pub fn conversation(&self) -> Option<ConversationNumber> {
        match self {
            JobKind::FinishChat { conversation, .. } | JobKind::SendFragment { conversation } => {
                Some(*conversation)
            }
            JobKind::EndPresence { .. } => None,
        }
    }

    /// Whatever else it says, as a text.
    pub fn payload(&self) -> String {
        match self {
            JobKind::FinishChat { chat, .. } => chat.to_string(),
            JobKind::SendFragment { .. } => String::new(),
            JobKind::EndPresence { agent } => agent.0.to_string(),
        }
    }

    /// Reads what the three functions above told.
    pub fn read(
        name: &str,
        conversation: Option<ConversationNumber>,
        payload: &str,
    ) -> Result<Self, Unreadable> {
        match name {
            FINISH_CHAT => {
                let wrong = || Unreadable::Content(FINISH_CHAT);
                Ok(JobKind::FinishChat {
                    conversation: conversation.ok_or_else(wrong)?,
                    chat: payload.parse().map_err(|_| wrong())?,
                })
            }
            SEND_FRAGMENT => Ok(JobKind::SendFragment {
                conversation: conversation.ok_or(Unreadable::Content(SEND_FRAGMENT))?,
            }),
            END_PRESENCE => {
                let agent = payload.parse();
                let agent = agent.map_err(|_| Unreadable::Content(END_PRESENCE))?;
                Ok(JobKind::EndPresence {
                    agent: AgentNumber(agent),
                })
            }
            _ => Err(Unreadable::Kind(name.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_read_as_it_was_written() {
        let conversation = ConversationNumber(7);
        for kind in [
            JobKind::FinishChat {
                conversation,
                chat: 3,
            },
            JobKind::SendFragment { conversation },
            JobKind::EndPresence {
                agent: AgentNumber(4),
            },
        ] {
            let read = JobKind::read(kind.name(), kind.conversation(), &kind.payload());
            assert_eq!(read, Ok(kind));
        }
    }

    #[test]
    fn what_a_newer_node_wrote_is_told_from_what_is_broken() {
        let conversation = Some(ConversationNumber(7));
        let read = |name, conversation, payload| JobKind::read(name, conversation, payload);
        let broken = Err(Unreadable::Content(FINISH_CHAT));
        assert_eq!(read(FINISH_CHAT, None, "3"), broken);
        assert_eq!(read(FINISH_CHAT, conversation, "three"), broken);
        let newer = Err(Unreadable::Kind("brew_tea".to_owned()));
        assert_eq!(read("brew_tea", conversation, "3"), newer);
    }
}
