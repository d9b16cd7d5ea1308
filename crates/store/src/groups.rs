//! Groups of agents.

use model::{
    group::Group,
    id::{AgentId, GroupId, GroupNumber, OrganizationNumber, Scope},
    limit,
    time::Millis,
};

use crate::{Result, Row, Tx};

fn read(row: &Row<'_>) -> Result<Group> {
    Ok(Group {
        number: row.get(0)?,
        id: row.get(1)?,
        name: row.get(2)?,
        is_private: row.get(3)?,
        agent_ids: Vec::new(),
        created_at: row.get(4)?,
    })
}

/// Adds an empty group and tells its number.
pub fn insert(
    tx: &mut Tx<'_>,
    organization: OrganizationNumber,
    id: &GroupId,
    name: &str,
    is_private: bool,
    created_at: Millis,
) -> Result<GroupNumber> {
    const SQL: &str = "insert into groups (organization, id, name, is_private, created_at) values ($1, $2, $3, $4, $5) returning number";
    tx.one(
        SQL,
        &[
            organization.into(),
            id.into(),
            name.into(),
            is_private.into(),
            created_at.into(),
        ],
        |row| row.get(0),
    )
}

/// The group of an id.
pub fn find(tx: &mut Tx<'_>, scope: Scope, id: &GroupId) -> Result<Option<Group>> {
    const SQL: &str = "select number, id, name, is_private, created_at from groups where organization = $1 and id = $2";
    let Some(group) = tx.find(SQL, &[scope.organization.into(), id.into()], read)? else {
        return Ok(None);
    };
    with_agents(tx, group).map(Some)
}

/// Groups after one, oldest first, at most `limit`.
pub fn list(tx: &mut Tx<'_>, scope: Scope, after: GroupNumber, limit: i64) -> Result<Vec<Group>> {
    const SQL: &str = "select number, id, name, is_private, created_at from groups where organization = $1 and number > $2 order by number limit $3";
    let groups = tx.all(
        SQL,
        &[scope.organization.into(), after.into(), limit.into()],
        read,
    )?;
    groups
        .into_iter()
        .map(|group| with_agents(tx, group))
        .collect()
}

/// Ids and names of the groups that visitors may choose, oldest first, at most `limit`.
pub fn list_public(tx: &mut Tx<'_>, scope: Scope, limit: i64) -> Result<Vec<(GroupId, String)>> {
    const SQL: &str = "select id, name from groups where organization = $1 and not is_private order by number limit $2";
    tx.all(SQL, &[scope.organization.into(), limit.into()], |row| {
        Ok((row.get(0)?, row.get(1)?))
    })
}

fn with_agents(tx: &mut Tx<'_>, group: Group) -> Result<Group> {
    const SQL: &str = "select a.id from group_agents g join agents a on a.number = g.agent where g.group_number = $1 order by a.id limit $2";
    let limit = limit::GROUP_AGENTS_MAX as i64;
    let agent_ids: Vec<AgentId> =
        tx.all(SQL, &[group.number.into(), limit.into()], |row| row.get(0))?;
    Ok(Group { agent_ids, ..group })
}

/// Changes name and privacy.
pub fn update(
    tx: &mut Tx<'_>,
    scope: Scope,
    number: GroupNumber,
    name: &str,
    is_private: bool,
) -> Result<()> {
    const SQL: &str =
        "update groups set name = $3, is_private = $4 where organization = $1 and number = $2";
    tx.run(
        SQL,
        &[
            scope.organization.into(),
            number.into(),
            name.into(),
            is_private.into(),
        ],
    )
    .map(drop)
}

/// Empties a group and fills it with agents of the organization; tells the first that is none of them.
pub fn set_agents(
    tx: &mut Tx<'_>,
    scope: Scope,
    number: GroupNumber,
    agents: &[AgentId],
) -> Result<Option<AgentId>> {
    const CLEAR: &str = "delete from group_agents where group_number in (select number from groups where organization = $1 and number = $2)";
    const ADD: &str = "insert into group_agents (group_number, agent) \
        select g.number, a.number from groups g join agents a on a.organization = g.organization \
        where g.organization = $1 and g.number = $2 and a.id = $3 and a.deleted_at is null";
    tx.run(CLEAR, &[scope.organization.into(), number.into()])?;
    for agent in agents {
        if tx.run(
            ADD,
            &[scope.organization.into(), number.into(), agent.into()],
        )? == 0
        {
            return Ok(Some(agent.clone()));
        }
    }
    Ok(None)
}

/// Deletes a group; its visitors are in none then.
pub fn delete(tx: &mut Tx<'_>, scope: Scope, number: GroupNumber) -> Result<()> {
    const SQL: &str = "delete from groups where organization = $1 and number = $2";
    tx.run(SQL, &[scope.organization.into(), number.into()])
        .map(drop)
}
