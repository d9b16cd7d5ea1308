//! Write an internal note: agents see it, the visitor never does.

use std::sync::Arc;

use model::{
    id::{ConversationId, FileId, MessageId},
    key::Privilege,
    message::{Message, MessageKind},
};

use super::{
    append::{Draft, Origin, append},
    body::Body,
};
use crate::{
    Actor, Error, Result, Write,
    agents::{AgentReference, identify},
    conversations, ids,
    once::{self, Once},
};

/// What is noted.
#[derive(Clone, Debug, Default)]
pub struct WriteNote {
    /// The text; may be left out where there are files.
    pub text: Option<String>,
    /// Files that were uploaded before.
    pub file_ids: Vec<FileId>,
    /// Who notes it; nobody for a program in its own name.
    pub agent_id: Option<String>,
}

/// Writes a note into a conversation.
pub fn note(
    write: &mut Write<'_, '_>,
    actor: &Actor,
    once: Option<&Once>,
    id: &ConversationId,
    command: &WriteNote,
) -> Result<Arc<Message>> {
    actor.require(Privilege::Access)?;
    let conversation = conversations::get(write.tx(), actor, id)?;
    let body = Body::parse(command.text.as_deref(), &command.file_ids)?;
    let note_id = ids::message(write.now());
    if let Some(earlier) = once::claim(write, actor, once, note_id.as_str())? {
        let note = store::messages::find(write.tx(), actor.scope(), &MessageId::new(earlier))?;
        return note.map(Arc::new).ok_or(Error::NotFound("Note"));
    }
    let agent = match &command.agent_id {
        Some(_) => {
            let reference = AgentReference {
                agent_id: command.agent_id.clone(),
                ..AgentReference::default()
            };
            Some(identify(write, actor, &reference)?)
        }
        None => None,
    };
    let place = conversations::place(actor, &conversation);
    let (text, details) = body.take(write, actor, &place)?;
    let draft = Draft {
        id: note_id,
        kind: MessageKind::Note,
        visitor_id: &conversation.visitor_id,
        text,
        agent: agent.as_ref(),
        origin: Origin::Written,
        received_from: None,
        cid: None,
        details,
    };
    append(write, &place, draft)
}
