//! Put a visitor into a group of agents, or into none (contract A.5).

use model::{event::EventKind, group::Group, id::GroupId, key::Privilege, visitor::Visitor};

use super::parse_id;
use crate::{Actor, Error, Result, Write, write::Place};

/// Puts the visitor of an id into a group, or into none. Both must exist.
pub fn set_group(
    write: &mut Write<'_, '_>,
    actor: &Actor,
    visitor_id: Option<&str>,
    group_id: Option<&GroupId>,
) -> Result<Visitor> {
    actor.require(Privilege::Assign)?;
    let visitor = super::get(write.tx(), actor, &parse_id(visitor_id)?)?;
    let group = match group_id {
        Some(id) => Some(
            store::groups::find(write.tx(), actor.scope(), id)?.ok_or(Error::NotFound("Group"))?,
        ),
        None => None,
    };
    let place = store::visitors::find_with_conversation(write.tx(), actor.scope(), &visitor.id)?
        .and_then(|(number, conversation)| Some((number, conversation?)))
        .map(|(visitor, (conversation, conversation_id))| Place {
            organization: actor.organization(),
            conversation,
            conversation_id,
            visitor,
        });
    record_group(write, actor, &visitor, group.as_ref(), place.as_ref())?;
    Ok(Visitor {
        group_id: group.map(|group| group.id),
        ..visitor
    })
}

/// Changes the group unless it is so already, and tells the visitor's conversation.
pub(crate) fn record_group(
    write: &mut Write<'_, '_>,
    actor: &Actor,
    visitor: &Visitor,
    group: Option<&Group>,
    place: Option<&Place>,
) -> Result<()> {
    let group_id = group.map(|group| group.id.clone());
    if visitor.group_id == group_id {
        return Ok(());
    }
    store::visitors::set_group(
        write.tx(),
        actor.scope(),
        visitor.number,
        group.map(|group| group.number),
    )?;
    match place {
        Some(place) => write.record(place, EventKind::GroupChanged(group_id)),
        None => Ok(()),
    }
}
