//! Send a message as the visitor: what relays and tests need and Brevo's API lacks (contract F-2).

use std::sync::Arc;

use model::{
    id::MessageId,
    key::Privilege,
    message::{Message, MessageKind},
};

use super::{
    append::{Draft, append},
    get,
};
use crate::{
    Actor, Error, Result, Write, field, ids,
    once::{self, Once},
    visitors,
};

/// What the visitor writes.
#[derive(Clone, Debug, Default)]
pub struct SendAsVisitor {
    /// The visitor; made where there is none.
    pub visitor_id: Option<String>,
    /// The text.
    pub text: Option<String>,
    /// The id the client made before sending; the same again gives the first message.
    pub cid: Option<String>,
}

/// Sends a message as the visitor, once for each `cid`. Who writes has seen what stood above.
pub fn send_as_visitor(
    write: &mut Write<'_, '_>,
    actor: &Actor,
    once: Option<&Once>,
    command: &SendAsVisitor,
) -> Result<Arc<Message>> {
    actor.require(Privilege::Access)?;
    let visitor_id = visitors::parse_id(command.visitor_id.as_deref())?;
    let text = field::text(command.text.as_deref())?;
    let cid = field::cid(command.cid.as_deref())?;
    let id = ids::message(write.now());
    if let Some(earlier) = once::claim(write, actor, once, id.as_str())? {
        return get(write.tx(), actor, &MessageId::new(earlier)).map(Arc::new);
    }
    let place = visitors::ensure(write, actor.organization(), &visitor_id)?;
    if let Some(cid) = &cid {
        store::conversations::lock(write.tx(), place.conversation)?;
        let earlier = store::messages::find_by_cid(
            write.tx(),
            place.conversation,
            MessageKind::Visitor,
            None,
            cid,
        )?;
        if let Some(earlier) = earlier {
            return if earlier.text == text.as_str() {
                Ok(Arc::new(earlier))
            } else {
                Err(Error::Reused(
                    "the cid was used before with another text".to_owned(),
                ))
            };
        }
    }
    let draft = Draft {
        id,
        kind: MessageKind::Visitor,
        visitor_id: &visitor_id,
        text,
        agent: None,
        is_pushed: false,
        received_from: None,
        cid,
    };
    let message = append(write, &place, draft)?;
    store::conversations::set_visitor_seen(write.tx(), place.conversation, message.seq)?;
    Ok(message)
}
