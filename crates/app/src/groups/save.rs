//! Make, change and delete groups.

use model::{
    group::Group,
    id::{AgentId, GroupId, GroupNumber},
    key::Privilege,
    limit,
};

use crate::{
    Actor, Error, Result, Write, field, ids,
    once::{self, Once},
};

/// What a new group is made of.
#[derive(Clone, Debug)]
pub struct CreateGroup {
    /// The name visitors and agents see.
    pub name: String,
    /// Who is in it.
    pub agent_ids: Vec<AgentId>,
    /// Not offered to visitors.
    pub is_private: bool,
}

/// What is changed; what is not given stays.
#[derive(Clone, Debug, Default)]
pub struct UpdateGroup {
    /// The name visitors and agents see.
    pub name: Option<String>,
    /// Who is in it, all of them.
    pub agent_ids: Option<Vec<AgentId>>,
    /// Not offered to visitors.
    pub is_private: Option<bool>,
}

/// Makes a group.
pub fn create(
    write: &mut Write<'_, '_>,
    actor: &Actor,
    once: Option<&Once>,
    command: &CreateGroup,
) -> Result<Group> {
    actor.require(Privilege::Configure)?;
    let (id, now) = (ids::group(), write.now());
    let name = field::name("name", Some(&command.name))?;
    if let Some(earlier) = once::claim(write, actor, once, id.as_str())? {
        return super::get(write.tx(), actor, &GroupId::new(earlier));
    }
    let number = store::groups::insert(
        write.tx(),
        actor.organization(),
        &id,
        &name,
        command.is_private,
        now,
    )?;
    set_agents(write, actor, number, &command.agent_ids)?;
    super::get(write.tx(), actor, &id)
}

/// Changes a group.
pub fn update(
    write: &mut Write<'_, '_>,
    actor: &Actor,
    id: &GroupId,
    command: &UpdateGroup,
) -> Result<Group> {
    actor.require(Privilege::Configure)?;
    let group = super::get(write.tx(), actor, id)?;
    let name = match &command.name {
        Some(name) => field::name("name", Some(name))?,
        None => group.name,
    };
    let is_private = command.is_private.unwrap_or(group.is_private);
    store::groups::update(write.tx(), actor.scope(), group.number, &name, is_private)?;
    if let Some(agent_ids) = &command.agent_ids {
        set_agents(write, actor, group.number, agent_ids)?;
    }
    super::get(write.tx(), actor, id)
}

/// Deletes a group; its visitors are in none then.
pub fn delete(write: &mut Write<'_, '_>, actor: &Actor, id: &GroupId) -> Result<()> {
    actor.require(Privilege::Configure)?;
    let group = super::get(write.tx(), actor, id)?;
    Ok(store::groups::delete(
        write.tx(),
        actor.scope(),
        group.number,
    )?)
}

fn set_agents(
    write: &mut Write<'_, '_>,
    actor: &Actor,
    group: GroupNumber,
    agent_ids: &[AgentId],
) -> Result<()> {
    let mut distinct = agent_ids.to_vec();
    distinct.sort_unstable();
    distinct.dedup();
    if distinct.len() > limit::GROUP_AGENTS_MAX {
        return Err(Error::Invalid(format!(
            "agentIds holds more than {} agents",
            limit::GROUP_AGENTS_MAX
        )));
    }
    match store::groups::set_agents(write.tx(), actor.scope(), group, &distinct)? {
        Some(unknown) => Err(Error::Invalid(format!(
            "agentIds names {unknown}, which is no agent"
        ))),
        None => Ok(()),
    }
}
