//! Keep an agent online for a while (contract A.2).

use model::{id::AgentId, key::Privilege, presence::LEASE_MS};

use super::{AgentReference, identify};
use crate::{Actor, Result, Write};

/// Renews an agent's lease; without another ping it ends after [`LEASE_MS`].
pub fn ping(write: &mut Write<'_, '_>, actor: &Actor, reference: &AgentReference) -> Result<()> {
    actor.require(Privilege::Access)?;
    let until = write.now() + LEASE_MS;
    // The usual case: an id that exists takes one statement.
    if let Some(id) = reference.agent_id.as_ref().filter(|id| !id.is_empty())
        && store::agents::set_online_until(write.tx(), actor.scope(), &AgentId::new(id), until)?
    {
        return Ok(());
    }
    let agent = identify(write, actor, reference)?;
    store::agents::set_online_until(write.tx(), actor.scope(), &agent.id, until)?;
    Ok(())
}
