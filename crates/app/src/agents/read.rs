//! Look at agents.

use model::{
    agent::Agent,
    id::{AgentId, AgentNumber},
    key::Privilege,
};
use store::Tx;

use crate::{
    Actor, Error, Result,
    page::{Items, Page},
};

/// The agent of an id.
pub fn get(tx: &mut Tx<'_>, actor: &Actor, id: &AgentId) -> Result<Agent> {
    actor.require(Privilege::Access)?;
    store::agents::find(tx, actor.scope(), id)?.ok_or(Error::NotFound("Agent"))
}

/// A page of agents, oldest first.
pub fn list(tx: &mut Tx<'_>, actor: &Actor, page: &Page) -> Result<Items<Agent>> {
    actor.require(Privilege::Access)?;
    let (limit, [after]) = (page.limit()?, page.numbers([0])?);
    let agents = store::agents::list(tx, actor.scope(), AgentNumber(after), limit as i64 + 1)?;
    Ok(Items::cut(agents, limit, |agent| {
        agent.number.0.to_string()
    }))
}

/// The organization's oldest owner.
pub fn owner(tx: &mut Tx<'_>, actor: &Actor) -> Result<Agent> {
    store::agents::find_owner(tx, actor.scope())?.ok_or(Error::NotFound("Owner"))
}
