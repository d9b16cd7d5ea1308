//! Keep agents online whose connections are open, and a little longer (delivery "Presence").

use model::{
    id::{AgentNumber, OrganizationNumber, Scope},
    job::JobKind,
    presence::{GRACE_MS, STAY_MS},
    webhook::Lane,
};
use store::webhook_deliveries;

use super::ping::keep_online;
use crate::{Result, Write};

/// Keeps an agent online for [`STAY_MS`]: an open connection asks for it again before that ends. It never shortens what
/// a ping has given.
pub fn stay_online(
    write: &mut Write<'_, '_>,
    organization: OrganizationNumber,
    number: AgentNumber,
) -> Result<()> {
    let (scope, now) = (Scope::organization(organization), write.now());
    let until = now + STAY_MS;
    // Pings for the same agent may come at this moment, or the agent's lease may just end.
    webhook_deliveries::lock_lane(write.tx(), Lane::Agent(number))?;
    let Some(agent) = store::agents::find_by_number(write.tx(), scope, number)? else {
        return Ok(());
    };
    if agent.presence.online_until >= until {
        return Ok(());
    }
    keep_online(write, organization, agent, until)
}

/// An agent's last connection was closed: they stay online for [`GRACE_MS`], as a page that is loaded anew opens
/// another. What a ping gave later than that is left alone.
pub fn leave_soon(
    write: &mut Write<'_, '_>,
    organization: OrganizationNumber,
    number: AgentNumber,
) -> Result<()> {
    let (scope, now) = (Scope::organization(organization), write.now());
    webhook_deliveries::lock_lane(write.tx(), Lane::Agent(number))?;
    let Some(agent) = store::agents::find_by_number(write.tx(), scope, number)? else {
        return Ok(());
    };
    let until = now + GRACE_MS;
    // What is longer than a connection gives was given by a ping.
    if (until + 1..=now + STAY_MS).contains(&agent.presence.online_until) {
        store::agents::set_online_until(write.tx(), scope, &agent.id, until)?;
        let job = JobKind::EndPresence { agent: number };
        write.call_for(organization, &job, until)?;
    }
    Ok(())
}
