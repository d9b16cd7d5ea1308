//! Edit and delete a message of an agent (contract A.3, A.4).

use std::sync::Arc;

use model::{
    event::EventKind,
    id::MessageId,
    message::{Message, MessageKind},
};

use super::{get, get_pushed};
use crate::{Actor, Error, Result, Write, field, files, write::Place};

/// Which messages an id may name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// Any message of an agent.
    Any,
    /// Automatic ones only; another one is not found.
    Pushed,
}

/// Gives a message of an agent a new text.
pub fn edit(
    write: &mut Write<'_, '_>,
    actor: &Actor,
    which: Which,
    id: &MessageId,
    text: Option<&str>,
) -> Result<Message> {
    let text = field::text(text)?;
    let (message, place) = find_own(
        write,
        actor,
        which,
        id,
        "Only agents' messages can be edited",
    )?;
    if message.text == text.as_str() {
        return Ok(message);
    }
    store::messages::set_text(write.tx(), &message, text.as_str())?;
    let edited = Message {
        text: text.as_str().to_owned(),
        ..message
    };
    write.record(&place, EventKind::Edited(Arc::new(edited.clone())))?;
    Ok(edited)
}

/// Deletes a message of an agent.
pub fn delete(
    write: &mut Write<'_, '_>,
    actor: &Actor,
    which: Which,
    id: &MessageId,
) -> Result<()> {
    let (message, place) = find_own(
        write,
        actor,
        which,
        id,
        "Only agents' messages can be deleted",
    )?;
    let now = write.now();
    store::messages::delete(write.tx(), &message, now)?;
    files::delete_of_message(write, &message)?;
    write.record(&place, EventKind::Deleted(id.clone()))
}

/// Finds the message and locks its conversation, so that of two who delete it one is told that it is gone.
fn find_own(
    write: &mut Write<'_, '_>,
    actor: &Actor,
    which: Which,
    id: &MessageId,
    refusal: &str,
) -> Result<(Message, Place)> {
    let find = match which {
        Which::Any => get,
        Which::Pushed => get_pushed,
    };
    let conversation = find(write.tx(), actor, id)?.conversation;
    store::conversations::lock(write.tx(), conversation)?;
    let message = find(write.tx(), actor, id)?;
    if message.kind != MessageKind::Agent {
        return Err(Error::Invalid(refusal.to_owned()));
    }
    let conversation = store::conversations::get(write.tx(), actor.scope(), conversation)?;
    let place = crate::conversations::place(actor, &conversation);
    Ok((message, place))
}
