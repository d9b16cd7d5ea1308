//! Look at visitors.

use model::{
    id::{VisitNumber, VisitorId, VisitorNumber},
    key::Privilege,
    visit::Visit,
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

/// The number of the visitor who asks; nobody else may.
pub(super) fn own(actor: &Actor) -> Result<VisitorNumber> {
    match actor {
        Actor::Visitor { visitor, .. } => Ok(*visitor),
        _ => Err(Error::Forbidden("only visitors may do this".to_owned())),
    }
}

/// The visitor who asks.
pub fn get_own(tx: &mut Tx<'_>, actor: &Actor) -> Result<Visitor> {
    Ok(store::visitors::get(tx, actor.scope(), own(actor)?)?)
}

/// A page of a visitor's visits, latest first.
pub fn list_visits(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: &VisitorId,
    page: &Page,
) -> Result<Items<Visit>> {
    let visitor = get(tx, actor, id)?;
    let (limit, [before]) = (page.limit()?, page.numbers([i64::MAX])?);
    let visits = store::visits::list(
        tx,
        actor.scope(),
        visitor.number,
        VisitNumber(before),
        limit as i64 + 1,
    )?;
    Ok(Items::cut(visits, limit, |visit| {
        visit.number.0.to_string()
    }))
}
