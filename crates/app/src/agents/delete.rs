//! Delete an agent; the messages they wrote keep their name.

use model::{agent::Role, id::AgentId, key::Privilege};

use crate::{Actor, Error, Result, Write};

/// Deletes an agent. The last owner cannot be deleted.
pub fn delete(write: &mut Write<'_, '_>, actor: &Actor, id: &AgentId) -> Result<()> {
    actor.require(Privilege::Configure)?;
    let agent = super::get(write.tx(), actor, id)?;
    if agent.role == Role::Owner {
        require_another_owner(write, actor)?;
    }
    let now = write.now();
    Ok(store::agents::delete(
        write.tx(),
        actor.scope(),
        agent.number,
        now,
    )?)
}

/// Refuses to take the role from the last owner.
pub(super) fn require_another_owner(write: &mut Write<'_, '_>, actor: &Actor) -> Result<()> {
    if store::agents::count_owners(write.tx(), actor.scope())? < 2 {
        return Err(Error::Invalid(
            "an organization must keep an owner".to_owned(),
        ));
    }
    Ok(())
}
