//! Change an agent.

use model::{
    agent::{Agent, Role},
    id::AgentId,
    key::Privilege,
    presence::{Choice, Presence},
};

use crate::{Actor, Error, Result, Write, field, webhooks};

/// What is changed; what is not given stays.
#[derive(Clone, Debug, Default)]
pub struct UpdateAgent {
    /// E-mail address.
    pub email: Option<String>,
    /// The name visitors see.
    pub name: Option<String>,
    /// Address of a picture, or none.
    pub userpic: Option<Option<String>>,
    /// What the agent may do.
    pub role: Option<Role>,
    /// What the agent wants to be.
    pub choice: Option<Choice>,
}

/// Changes an agent. The last owner stays owner.
pub fn update(
    write: &mut Write<'_, '_>,
    actor: &Actor,
    id: &AgentId,
    command: &UpdateAgent,
) -> Result<Agent> {
    actor.require(Privilege::Configure)?;
    let before = super::get(write.tx(), actor, id)?;
    let mut agent = before.clone();
    if let Some(email) = &command.email {
        agent.email = field::email("email", email)?;
    }
    if let Some(name) = &command.name {
        agent.name = field::name("name", Some(name))?;
    }
    if let Some(userpic) = &command.userpic {
        agent.userpic = userpic.as_deref().map(field::userpic).transpose()?;
    }
    if let Some(choice) = command.choice {
        agent.presence = Presence {
            choice,
            ..agent.presence
        };
    }
    if let Some(role) = command.role {
        agent.role = role;
    }
    if before.role == Role::Owner && agent.role != Role::Owner {
        super::delete::require_another_owner(write, actor)?;
    }
    if !store::agents::update(write.tx(), actor.scope(), &agent)? {
        return Err(Error::Taken("another agent has this email".to_owned()));
    }
    let seen_before = before.presence.status(write.now());
    webhooks::agent_changed(write, actor.organization(), seen_before, &agent)?;
    Ok(agent)
}
