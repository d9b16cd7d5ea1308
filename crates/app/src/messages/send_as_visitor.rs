//! Send a message as the visitor: what relays and tests need and Brevo's API lacks (contract F-2).

use std::sync::Arc;

use model::{
    id::{FileId, MessageId},
    key::Privilege,
    message::{Message, MessageKind},
};

use super::{
    append::{Draft, Origin, append},
    body::Body,
    get,
};
use crate::{
    Actor, Result, Write, field, ids,
    once::{self, Once},
    visitors,
};

/// What the visitor writes.
#[derive(Clone, Debug, Default)]
pub struct SendAsVisitor {
    /// The visitor; made where there is none.
    pub visitor_id: Option<String>,
    /// The text; may be left out where there are files.
    pub text: Option<String>,
    /// Files that were uploaded before.
    pub file_ids: Vec<FileId>,
    /// The id the client made before sending; the same again gives the first message.
    pub cid: Option<String>,
}

/// Sends a message as the visitor, once for each `cid`.
pub fn send_as_visitor(
    write: &mut Write<'_, '_>,
    actor: &Actor,
    once: Option<&Once>,
    command: &SendAsVisitor,
) -> Result<Arc<Message>> {
    actor.require(Privilege::Access)?;
    let visitor_id = visitors::parse_id(command.visitor_id.as_deref())?;
    let body = Body::parse(command.text.as_deref(), &command.file_ids)?;
    let cid = field::cid(command.cid.as_deref())?;
    let id = ids::message(write.now());
    if let Some(earlier) = once::claim(write, actor, once, id.as_str())? {
        return get(write.tx(), actor, &MessageId::new(earlier)).map(Arc::new);
    }
    let place = visitors::ensure_writer(write, actor.organization(), &visitor_id)?;
    if let Some(cid) = &cid
        && let Some(sent) = body.find_sent(write, &place, MessageKind::Visitor, None, cid)?
    {
        return Ok(sent);
    }
    let (text, details) = body.take(write, actor, &place)?;
    let draft = Draft {
        id,
        kind: MessageKind::Visitor,
        visitor_id: &visitor_id,
        text,
        agent: None,
        origin: Origin::Written,
        received_from: None,
        cid,
        details,
    };
    append(write, &place, draft)
}
