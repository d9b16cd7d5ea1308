//! Close a conversation, which finishes its chat, and open it again.

use model::{
    conversation::{Conversation, Status},
    id::ConversationId,
    key::Privilege,
};

use super::{get, place};
use crate::{Actor, Result, Write, chats};

/// Closes a conversation and finishes the chat that runs in it.
pub fn close(
    write: &mut Write<'_, '_>,
    actor: &Actor,
    id: &ConversationId,
) -> Result<Conversation> {
    actor.require(Privilege::Access)?;
    let conversation = get(write.tx(), actor, id)?;
    store::conversations::lock(write.tx(), conversation.number)?;
    chats::finish(write, actor.scope(), conversation.number)?;
    write.record_status(&place(actor, &conversation), Status::Closed)?;
    get(write.tx(), actor, id)
}

/// Opens a closed conversation in the inbox. A new chat starts with the next message.
pub fn reopen(
    write: &mut Write<'_, '_>,
    actor: &Actor,
    id: &ConversationId,
) -> Result<Conversation> {
    actor.require(Privilege::Access)?;
    let conversation = get(write.tx(), actor, id)?;
    write.record_status(&place(actor, &conversation), Status::Open)?;
    get(write.tx(), actor, id)
}
