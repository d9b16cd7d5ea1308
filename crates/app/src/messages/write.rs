//! Write a message over a socket, as the visitor or an agent: the same `cid` again is the same message (delivery P1).

use std::sync::Arc;

use model::{
    agent::Agent,
    id::{AgentNumber, ConversationId, FileId, VisitorId},
    key::Privilege,
    message::{Message, MessageKind},
};

use super::{
    append::{Draft, Origin, append},
    body::Body,
};
use crate::{Actor, Error, Result, Write, conversations, field, ids, visitors, write::Place};

/// What is written, and where.
#[derive(Clone, Debug, Default)]
pub struct WriteMessage {
    /// The conversation; a visitor may leave it out, and writes into their own, made where there is none.
    pub conversation: Option<ConversationId>,
    /// The text; may be left out where there are files.
    pub text: Option<String>,
    /// Files that were uploaded before.
    pub file_ids: Vec<FileId>,
    /// An internal note, from agents to agents.
    pub is_note: bool,
    /// The id that its author made before sending.
    pub cid: String,
}

/// What became of it.
#[derive(Clone, Debug)]
pub struct Written {
    /// The message as it is stored.
    pub message: Arc<Message>,
    /// It was stored before.
    pub is_duplicate: bool,
}

/// Who writes where, as far as the actor may.
struct Author {
    kind: MessageKind,
    agent: Option<Agent>,
    visitor_id: VisitorId,
    place: Place,
}

/// Writes a message, once for each `cid` of its author in the conversation.
pub fn write(write: &mut Write<'_, '_>, actor: &Actor, command: &WriteMessage) -> Result<Written> {
    let cid = field::cid(Some(&command.cid))?.filter(|_| !cfg!(feature = "planted-cid-ignored"));
    let body = Body::parse(command.text.as_deref(), &command.file_ids)?;
    let author = match actor {
        Actor::Visitor { .. } if command.is_note => {
            return Err(Error::Forbidden("visitors write no notes".to_owned()));
        }
        Actor::Visitor { visitor, .. } => {
            let named = command.conversation.as_ref();
            let (visitor_id, place) =
                visitors::ensure_own(write, actor.organization(), *visitor, named)?;
            Author {
                kind: MessageKind::Visitor,
                agent: None,
                visitor_id,
                place,
            }
        }
        Actor::Agent { agent, .. } => author_of_agent(write, actor, *agent, command)?,
        Actor::ApiKey { .. } | Actor::System { .. } => {
            return Err(Error::Forbidden(
                "only agents and visitors write here: name an agent".to_owned(),
            ));
        }
    };
    let Author {
        kind,
        agent,
        visitor_id,
        place,
    } = author;
    if let Some(cid) = &cid
        && let Some(message) = body.find_sent(write, &place, kind, agent.as_ref(), cid)?
    {
        return Ok(Written {
            message,
            is_duplicate: true,
        });
    }
    let (text, details) = body.take(write, actor, &place)?;
    let draft = Draft {
        id: ids::message(write.now()),
        kind,
        visitor_id: &visitor_id,
        text,
        agent: agent.as_ref(),
        origin: Origin::Written,
        received_from: None,
        cid,
        details,
    };
    let message = append(write, &place, draft)?;
    Ok(Written {
        message,
        is_duplicate: false,
    })
}

fn author_of_agent(
    write: &mut Write<'_, '_>,
    actor: &Actor,
    number: AgentNumber,
    command: &WriteMessage,
) -> Result<Author> {
    actor.require(Privilege::Access)?;
    let id = command.conversation.as_ref();
    let id = id.ok_or_else(|| Error::missing("conversation"))?;
    let conversation = conversations::get(write.tx(), actor, id)?;
    let agent = store::agents::find_by_number(write.tx(), actor.scope(), number)?;
    let agent = agent.ok_or_else(|| Error::Forbidden("the agent was deleted".to_owned()))?;
    Ok(Author {
        kind: if command.is_note {
            MessageKind::Note
        } else {
            MessageKind::Agent
        },
        agent: Some(agent),
        place: conversations::place(actor, &conversation),
        visitor_id: conversation.visitor_id,
    })
}
