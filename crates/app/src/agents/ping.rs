//! Keep an agent online for a while (contract A.2), and tell when that ends.

use model::{
    agent::Agent,
    id::{AgentId, AgentNumber, OrganizationNumber, Scope},
    job::JobKind,
    key::Privilege,
    presence::{LEASE_MS, Presence},
    time::Millis,
    webhook::Lane,
};
use store::webhook_deliveries;

use super::{AgentReference, identify};
use crate::{Actor, Result, Write, jobs::Due, webhooks};

/// The end of a lease of which everybody was told, and of one that never was.
const GONE: Millis = 0;

/// Renews an agent's lease; without another ping it ends after [`LEASE_MS`].
pub fn ping(write: &mut Write<'_, '_>, actor: &Actor, reference: &AgentReference) -> Result<()> {
    actor.require(Privilege::Access)?;
    let (now, until) = (write.now(), write.now() + LEASE_MS);
    // The usual case: an id that exists and is online takes one statement.
    if let Some(id) = reference.agent_id.as_ref().filter(|id| !id.is_empty())
        && store::agents::renew_online_until(
            write.tx(),
            actor.scope(),
            &AgentId::new(id),
            now,
            until,
        )?
    {
        return Ok(());
    }
    let number = identify(write, actor, reference)?.number;
    // Somebody else may ping for the same agent at this moment, or the agent's lease may just end.
    webhook_deliveries::lock_lane(write.tx(), Lane::Agent(number))?;
    let agent = store::agents::get(write.tx(), actor.scope(), number)?;
    keep_online(write, actor.organization(), agent, until)
}

/// Puts off the end of an agent's lease, whose lane is locked; where it had ended, tells that the agent is back, and has its
/// end looked for again.
pub(super) fn keep_online(
    write: &mut Write<'_, '_>,
    organization: OrganizationNumber,
    agent: Agent,
    until: Millis,
) -> Result<()> {
    let (scope, now) = (Scope::organization(organization), write.now());
    store::agents::set_online_until(write.tx(), scope, &agent.id, until)?;
    if agent.presence.online_until > now {
        return Ok(());
    }
    let job = JobKind::EndPresence {
        agent: agent.number,
    };
    write.call_for(organization, &job, until)?;
    if agent.presence.online_until != GONE {
        // Nobody was told that the lease ended, so nobody needs to know that there is another.
        return Ok(());
    }
    let before = agent.presence.status(now);
    let presence = Presence {
        online_until: until,
        ..agent.presence
    };
    webhooks::agent_changed(write, organization, before, &Agent { presence, ..agent })
}

/// Tells that an agent's lease ended, if it did; otherwise when to look again. Written when an agent comes, perhaps while
/// an earlier one still waits; the first to find that the agent has gone tells it.
pub fn end_presence(
    write: &mut Write<'_, '_>,
    organization: OrganizationNumber,
    number: AgentNumber,
) -> Result<Due> {
    let scope = Scope::organization(organization);
    webhook_deliveries::lock_lane(write.tx(), Lane::Agent(number))?;
    let agent = store::agents::get(write.tx(), scope, number)?;
    if agent.presence.online_until > write.now() {
        return Ok(Due::Again(agent.presence.online_until));
    }
    if agent.presence.online_until != GONE {
        store::agents::set_online_until(write.tx(), scope, &agent.id, GONE)?;
        webhooks::agent_changed(write, organization, agent.presence.choice, &agent)?;
    }
    Ok(Due::Done)
}
