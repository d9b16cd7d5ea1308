//! Say how far somebody has read.

use model::{
    event::{EventKind, Side},
    id::ConversationId,
};

use super::place;
use crate::{Actor, Error, Result, Write};

/// Moves the read marker of the actor's side up to a `seq`, a maximum: it never goes back, and never beyond the head.
/// True where it moved, which the other side is told. It moves only for something that the other side wrote: otherwise
/// seeing that something was seen would be something to see.
pub fn see(
    write: &mut Write<'_, '_>,
    actor: &Actor,
    id: &ConversationId,
    up_to: i64,
) -> Result<bool> {
    actor.require_part()?;
    let by = match actor {
        Actor::Visitor { .. } => Side::Visitor,
        Actor::Agent { .. } => Side::Agent,
        Actor::ApiKey { .. } | Actor::System { .. } => {
            return Err(Error::Forbidden(
                "only agents and visitors read here: name an agent".to_owned(),
            ));
        }
    };
    let conversation = store::conversations::find(write.tx(), actor.scope(), id)?;
    let conversation = conversation.ok_or(Error::NotFound("Conversation"))?;
    let up_to = up_to.min(conversation.head);
    let seen = match by {
        Side::Visitor => conversation.visitor_seen,
        Side::Agent => conversation.agents_seen,
    };
    let number = conversation.number;
    if up_to <= seen || !store::read_markers::is_anything_new(write.tx(), number, by, seen, up_to)?
    {
        return Ok(false);
    }
    let is_moved = match by {
        Side::Visitor => store::read_markers::set_visitor_seen(write.tx(), number, up_to)?,
        Side::Agent => store::read_markers::set_agents_seen(write.tx(), number, up_to)?,
    };
    if is_moved {
        write.record(&place(actor, &conversation), EventKind::Seen { by, up_to })?;
    }
    Ok(is_moved)
}
