//! Put a visitor into a group of agents, or into none (contract A.5).

use model::{event::EventKind, group::Group, id::GroupId, key::Privilege, visitor::Visitor};

use super::{find_place, parse_id};
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
    let place = find_place(write, actor, &visitor.id)?;
    record_group(write, actor, &visitor, group.as_ref(), place.as_ref())?;
    Ok(Visitor {
        group_id: group.map(|group| group.id),
        ..visitor
    })
}

/// The page named a group that does not exist.
const GROUP_UNKNOWN: &str = "group_unknown";

/// Puts a visitor into the group that their page names, or into none; tells where there is none of that id.
pub(super) fn set_page_group(
    write: &mut Write<'_, '_>,
    actor: &Actor,
    visitor: &Visitor,
    group_id: Option<&str>,
) -> Result<Option<&'static str>> {
    let group = match group_id {
        Some(id) => {
            let found = store::groups::find(write.tx(), actor.scope(), &GroupId::new(id))?;
            match found {
                Some(group) => Some(group),
                None => return Ok(Some(GROUP_UNKNOWN)),
            }
        }
        None => None,
    };
    let place = find_place(write, actor, &visitor.id)?;
    record_group(write, actor, visitor, group.as_ref(), place.as_ref())?;
    Ok(None)
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
