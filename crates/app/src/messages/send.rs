//! Send a message as an agent (contract A.3).

use std::sync::Arc;

use model::{
    agent::Agent,
    conversation::Conversation,
    id::{ConversationId, FileId, MessageId},
    key::Privilege,
    message::{Message, MessageKind},
};

use super::{
    append::{Draft, Origin, append},
    body::Body,
    get,
};
use crate::{
    Actor, Result, Write,
    agents::{self, AgentReference, identify},
    conversations, field, ids,
    once::{self, Once},
    visitors,
};

/// What is sent, to whom and in whose name.
#[derive(Clone, Debug, Default)]
pub struct SendMessage {
    /// The visitor; made where there is none.
    pub visitor_id: Option<String>,
    /// Or the conversation, which must exist.
    pub conversation_id: Option<ConversationId>,
    /// The text; may be left out where there are files.
    pub text: Option<String>,
    /// Files that were uploaded before.
    pub file_ids: Vec<FileId>,
    /// The agent, and the label that webhooks echo.
    pub agent: AgentReference,
}

/// Sends a message as an agent.
pub fn send(
    write: &mut Write<'_, '_>,
    actor: &Actor,
    once: Option<&Once>,
    command: &SendMessage,
) -> Result<Arc<Message>> {
    actor.require(Privilege::Access)?;
    let conversation = match &command.conversation_id {
        Some(id) => Some(conversations::get(write.tx(), actor, id)?),
        None => None,
    };
    let visitor_id = match &conversation {
        Some(conversation) => conversation.visitor_id.clone(),
        None => visitors::parse_id(command.visitor_id.as_deref())?,
    };
    let body = Body::parse(command.text.as_deref(), &command.file_ids)?;
    let received_from = field::received_from(command.agent.received_from.as_deref())?;
    let id = ids::message(write.now());
    if let Some(earlier) = once::claim(write, actor, once, id.as_str())? {
        return get(write.tx(), actor, &MessageId::new(earlier)).map(Arc::new);
    }
    let agent = match &conversation {
        Some(conversation) if command.agent.agent_id.is_none() => {
            choose_agent(write, actor, conversation)?
        }
        _ => identify(write, actor, &command.agent)?,
    };
    let place = match &conversation {
        Some(conversation) => conversations::place(actor, conversation),
        None => visitors::ensure(write, actor.organization(), &visitor_id)?,
    };
    let (text, details) = body.take(write, actor, &place)?;
    let draft = Draft {
        id,
        kind: MessageKind::Agent,
        visitor_id: &visitor_id,
        text,
        agent: Some(&agent),
        origin: Origin::Written,
        received_from,
        cid: None,
        details,
    };
    append(write, &place, draft)
}

/// Who writes into a conversation when nobody is named: who works on it, else the owner.
fn choose_agent(
    write: &mut Write<'_, '_>,
    actor: &Actor,
    conversation: &Conversation,
) -> Result<Agent> {
    match &conversation.assignee_id {
        Some(id) => agents::get(write.tx(), actor, id),
        None => agents::owner(write.tx(), actor),
    }
}
