//! Delete an agent; the messages they wrote keep their name.

use model::{
    agent::{Agent, Role},
    id::AgentId,
    key::Privilege,
    presence::Presence,
    revocation::RevocationKind,
};

use crate::{Actor, Error, Result, Write, webhooks};

/// Deletes an agent, who is offline then. The last owner cannot be deleted.
pub fn delete(write: &mut Write<'_, '_>, actor: &Actor, id: &AgentId) -> Result<()> {
    actor.require(Privilege::Configure)?;
    let agent = super::get(write.tx(), actor, id)?;
    if agent.role == Role::Owner {
        require_another_owner(write, actor)?;
    }
    let now = write.now();
    store::agents::delete(write.tx(), actor.scope(), agent.number, now)?;
    write.revoke(actor.organization(), RevocationKind::Agent(agent.number))?;
    let before = agent.presence.status(now);
    let presence = Presence {
        online_until: now,
        ..agent.presence
    };
    webhooks::agent_changed(
        write,
        actor.organization(),
        before,
        &Agent { presence, ..agent },
    )
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
