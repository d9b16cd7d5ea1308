//! Find the agent a program speaks for, or make a dummy from an e-mail (contract A.2).

use model::{
    agent::{Agent, Role},
    id::AgentId,
    time::DAY_MS,
};
use store::agents::NewAgent;

use crate::{Actor, Error, Result, Write, field, ids};

/// How a program names an agent: by id, or by e-mail, name and its own label, all three.
#[derive(Clone, Debug, Default)]
pub struct AgentReference {
    /// The id.
    pub agent_id: Option<String>,
    /// The e-mail of an agent there is or will be.
    pub agent_email: Option<String>,
    /// The name for a new one.
    pub agent_name: Option<String>,
    /// The label of the calling system.
    pub received_from: Option<String>,
}

/// Finds the agent, or makes a dummy where the e-mail is new.
pub fn identify(
    write: &mut Write<'_, '_>,
    actor: &Actor,
    reference: &AgentReference,
) -> Result<Agent> {
    let given = |field: &Option<String>| field.clone().filter(|text| !text.trim().is_empty());
    if let Some(id) = given(&reference.agent_id) {
        let found = store::agents::find(write.tx(), actor.scope(), &AgentId::new(id))?;
        return found.ok_or_else(|| Error::Invalid("Agent not found".to_owned()));
    }
    let Some(email) = given(&reference.agent_email) else {
        return Err(Error::Missing(
            "agentId or agentEmail, agentName and receivedFrom are required".to_owned(),
        ));
    };
    let (Some(name), Some(_)) = (
        given(&reference.agent_name),
        given(&reference.received_from),
    ) else {
        return Err(Error::Missing(
            "agentName and receivedFrom are required with agentEmail".to_owned(),
        ));
    };
    let email = field::email("agentEmail", &email)?;
    match store::agents::find_by_email(write.tx(), actor.scope(), &email)? {
        Some(agent) => Ok(agent),
        None => make_dummy(
            write,
            actor,
            &email,
            &field::name("agentName", Some(&name))?,
        ),
    }
}

fn make_dummy(write: &mut Write<'_, '_>, actor: &Actor, email: &str, name: &str) -> Result<Agent> {
    let (now, scope) = (write.now(), actor.scope());
    let limit = write.settings().dummy_agents_per_day_max;
    if store::agents::count_dummies_since(write.tx(), scope, now - DAY_MS)? >= limit {
        return Err(Error::Forbidden(format!(
            "no more than {limit} agents are made from e-mails in a day"
        )));
    }
    let agent = NewAgent {
        id: &ids::dummy_agent(),
        email,
        name,
        userpic: None,
        role: Role::Agent,
        is_dummy: true,
        created_at: now,
    };
    // Where another request has just made the same agent, nothing is inserted and that one is found.
    store::agents::insert(write.tx(), scope.organization, &agent)?;
    store::agents::find_by_email(write.tx(), scope, email)?.ok_or(Error::NotFound("Agent"))
}
