//! Make an agent who is a person.

use model::{
    agent::{Agent, Role},
    id::AgentId,
    key::Privilege,
};
use store::agents::NewAgent;

use crate::{
    Actor, Error, Result, Write, field, ids,
    once::{self, Once},
};

/// What a new agent is made of.
#[derive(Clone, Debug)]
pub struct CreateAgent {
    /// E-mail address; an agent that has it already is refused, unless it is a dummy: then it becomes this person.
    pub email: String,
    /// The name visitors see.
    pub name: String,
    /// Address of a picture.
    pub userpic: Option<String>,
    /// What the agent may do.
    pub role: Role,
}

/// Makes an agent.
pub fn create(
    write: &mut Write<'_, '_>,
    actor: &Actor,
    once: Option<&Once>,
    command: &CreateAgent,
) -> Result<Agent> {
    actor.require(Privilege::Configure)?;
    let email = field::email("email", &command.email)?;
    let name = field::name("name", Some(&command.name))?;
    let userpic = command.userpic.as_deref().map(field::userpic).transpose()?;
    let dummy = store::agents::find_by_email(write.tx(), actor.scope(), &email)?
        .filter(|agent| agent.is_dummy);
    let id = dummy
        .as_ref()
        .map_or_else(ids::agent, |dummy| dummy.id.clone());
    if let Some(earlier) = once::claim(write, actor, once, id.as_str())? {
        return super::get(write.tx(), actor, &AgentId::new(earlier));
    }
    if let Some(dummy) = dummy {
        let person = Agent {
            email,
            name,
            userpic,
            role: command.role,
            is_dummy: false,
            ..dummy
        };
        store::agents::update(write.tx(), actor.scope(), &person)?;
        return Ok(person);
    }
    let agent = NewAgent {
        id: &id,
        email: &email,
        name: &name,
        userpic: userpic.as_deref(),
        role: command.role,
        is_dummy: false,
        created_at: write.now(),
    };
    if store::agents::insert(write.tx(), actor.organization(), &agent)?.is_none() {
        return Err(Error::Taken("another agent has this email".to_owned()));
    }
    super::get(write.tx(), actor, &id)
}
