//! Look at groups.

use model::{
    group::Group,
    id::{GroupId, GroupNumber},
    key::Privilege,
};
use store::Tx;

use crate::{
    Actor, Error, Result,
    page::{Items, Page},
};

/// The group of an id.
pub fn get(tx: &mut Tx<'_>, actor: &Actor, id: &GroupId) -> Result<Group> {
    actor.require(Privilege::Access)?;
    store::groups::find(tx, actor.scope(), id)?.ok_or(Error::NotFound("Group"))
}

/// A page of groups, oldest first.
pub fn list(tx: &mut Tx<'_>, actor: &Actor, page: &Page) -> Result<Items<Group>> {
    actor.require(Privilege::Access)?;
    let (limit, [after]) = (page.limit()?, page.numbers([0])?);
    let groups = store::groups::list(tx, actor.scope(), GroupNumber(after), limit as i64 + 1)?;
    Ok(Items::cut(groups, limit, |group| {
        group.number.0.to_string()
    }))
}
