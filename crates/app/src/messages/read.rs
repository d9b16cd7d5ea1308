//! Look at messages.

use model::{
    id::{ConversationId, MessageId},
    key::Privilege,
    message::{Message, MessageKind},
};
use store::Tx;

use crate::{
    Actor, Error, Result, conversations,
    page::{Items, Page},
};

/// The message of an id, of either side (contract G-21); notes are none.
pub fn get(tx: &mut Tx<'_>, actor: &Actor, id: &MessageId) -> Result<Message> {
    actor.require(Privilege::Access)?;
    let message = store::messages::find(tx, actor.scope(), id)?;
    message
        .filter(|message| message.kind != MessageKind::Note)
        .ok_or(Error::NotFound("Message"))
}

/// The automatic message of an id.
pub fn get_pushed(tx: &mut Tx<'_>, actor: &Actor, id: &MessageId) -> Result<Message> {
    let message = get(tx, actor, id)?;
    if message.is_pushed {
        Ok(message)
    } else {
        Err(Error::NotFound("Message"))
    }
}

/// A page of a conversation's messages and notes: the newest page first, the oldest first inside a page.
pub fn list(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: &ConversationId,
    page: &Page,
) -> Result<Items<Message>> {
    let conversation = conversations::get(tx, actor, id)?;
    let (limit, [before]) = (page.limit()?, page.numbers([i64::MAX])?);
    let newest_first = store::messages::list(
        tx,
        actor.scope(),
        conversation.number,
        before,
        limit as i64 + 1,
    )?;
    let mut page = Items::cut(newest_first, limit, |message| message.seq.to_string());
    page.items.reverse();
    Ok(page)
}
