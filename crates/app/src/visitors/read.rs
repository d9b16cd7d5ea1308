//! Look at visitors.

use model::{
    id::{VisitorId, VisitorNumber},
    key::Privilege,
    visitor::Visitor,
};
use store::Tx;

use crate::{
    Actor, Error, Result,
    page::{Items, Page},
};

/// The visitor of an id.
pub fn get(tx: &mut Tx<'_>, actor: &Actor, id: &VisitorId) -> Result<Visitor> {
    actor.require(Privilege::Access)?;
    store::visitors::find(tx, actor.scope(), id)?.ok_or(Error::NotFound("Visitor"))
}

/// A page of visitors, newest first.
pub fn list(tx: &mut Tx<'_>, actor: &Actor, page: &Page) -> Result<Items<Visitor>> {
    actor.require(Privilege::Access)?;
    let (limit, [before]) = (page.limit()?, page.numbers([i64::MAX])?);
    let visitors =
        store::visitors::list(tx, actor.scope(), VisitorNumber(before), limit as i64 + 1)?;
    Ok(Items::cut(visitors, limit, |visitor| {
        visitor.number.0.to_string()
    }))
}
