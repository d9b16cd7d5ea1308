//! Agents: people and dummies. Deleted ones stay as rows, for the messages they wrote.

use model::{
    agent::{Agent, Role},
    id::{AgentId, AgentNumber, GroupNumber, OrganizationNumber, Scope},
    presence::{Choice, Presence},
    time::Millis,
};

use crate::{Result, Row, Tx, value::named};

/// What a new agent is made of.
#[derive(Clone, Debug)]
pub struct NewAgent<'a> {
    /// Public id.
    pub id: &'a AgentId,
    /// E-mail address; its lower-case form is unique among the organization's agents.
    pub email: &'a str,
    /// The name visitors see.
    pub name: &'a str,
    /// Address of a picture.
    pub userpic: Option<&'a str>,
    /// What the agent may do.
    pub role: Role,
    /// Made from an e-mail by the API.
    pub is_dummy: bool,
    /// When.
    pub created_at: Millis,
}

macro_rules! agent_columns {
    () => {
        "number, id, email, name, userpic, role, is_dummy, choice, online_until, created_at"
    };
}

fn read(row: &Row<'_>) -> Result<Agent> {
    Ok(Agent {
        number: row.get(0)?,
        id: row.get(1)?,
        email: row.get(2)?,
        name: row.get(3)?,
        userpic: row.get(4)?,
        role: named(row, 5, Role::parse)?,
        is_dummy: row.get(6)?,
        presence: Presence {
            choice: named(row, 7, Choice::parse)?,
            online_until: row.get(8)?,
        },
        created_at: row.get(9)?,
    })
}

/// Adds an agent and tells its number, or nothing where another agent has the e-mail.
pub fn insert(
    tx: &mut Tx<'_>,
    organization: OrganizationNumber,
    agent: &NewAgent<'_>,
) -> Result<Option<AgentNumber>> {
    const SQL: &str = "insert into agents (organization, id, email, email_lower, name, userpic, role, is_dummy, choice, online_until, created_at) \
        values ($1, $2, $3, $4, $5, $6, $7, $8, 'online', 0, $9) on conflict do nothing returning number";
    let email_lower = agent.email.to_lowercase();
    let parameters = [
        organization.into(),
        agent.id.into(),
        agent.email.into(),
        (&email_lower).into(),
        agent.name.into(),
        agent.userpic.into(),
        agent.role.as_str().into(),
        agent.is_dummy.into(),
        agent.created_at.into(),
    ];
    tx.find(SQL, &parameters, |row| row.get(0))
}

/// The agent of a number, deleted or not: as the author of messages.
pub fn get(tx: &mut Tx<'_>, scope: Scope, number: AgentNumber) -> Result<Agent> {
    const SQL: &str = concat!(
        "select ",
        agent_columns!(),
        " from agents where organization = $1 and number = $2"
    );
    tx.one(SQL, &[scope.organization.into(), number.into()], read)
}

/// The agent of an id.
pub fn find(tx: &mut Tx<'_>, scope: Scope, id: &AgentId) -> Result<Option<Agent>> {
    const SQL: &str = concat!(
        "select ",
        agent_columns!(),
        " from agents where organization = $1 and id = $2 and deleted_at is null"
    );
    tx.find(SQL, &[scope.organization.into(), id.into()], read)
}

/// The agent of a number, unless they were deleted.
pub fn find_by_number(tx: &mut Tx<'_>, scope: Scope, number: AgentNumber) -> Result<Option<Agent>> {
    const SQL: &str = concat!(
        "select ",
        agent_columns!(),
        " from agents where organization = $1 and number = $2 and deleted_at is null"
    );
    tx.find(SQL, &[scope.organization.into(), number.into()], read)
}

/// The agent of an e-mail, in any case.
pub fn find_by_email(tx: &mut Tx<'_>, scope: Scope, email: &str) -> Result<Option<Agent>> {
    const SQL: &str = concat!(
        "select ",
        agent_columns!(),
        " from agents where organization = $1 and email_lower = $2 and deleted_at is null"
    );
    tx.find(
        SQL,
        &[scope.organization.into(), (&email.to_lowercase()).into()],
        read,
    )
}

/// The oldest owner.
pub fn find_owner(tx: &mut Tx<'_>, scope: Scope) -> Result<Option<Agent>> {
    const SQL: &str = concat!(
        "select ",
        agent_columns!(),
        " from agents where organization = $1 and role = 'owner' and deleted_at is null order by number limit 1"
    );
    tx.find(SQL, &[scope.organization.into()], read)
}

/// Agents after one, oldest first, at most `limit`.
pub fn list(tx: &mut Tx<'_>, scope: Scope, after: AgentNumber, limit: i64) -> Result<Vec<Agent>> {
    const SQL: &str = concat!(
        "select ",
        agent_columns!(),
        " from agents where organization = $1 and number > $2 and deleted_at is null order by number limit $3"
    );
    tx.all(
        SQL,
        &[scope.organization.into(), after.into(), limit.into()],
        read,
    )
}

/// Agents that an automatic message may come from: of a group or of all; at most `limit`, those who are available
/// at `now` first.
pub fn list_senders(
    tx: &mut Tx<'_>,
    scope: Scope,
    group: Option<GroupNumber>,
    now: Millis,
    limit: i64,
) -> Result<Vec<Agent>> {
    const SQL: &str = concat!(
        "select ",
        agent_columns!(),
        " from agents where organization = $1 and deleted_at is null \
        and (cast($2 as bigint) is null or number in (select agent from group_agents where group_number = $2)) \
        order by case when choice = 'online' and online_until > $3 then 0 else 1 end, number limit $4"
    );
    tx.all(
        SQL,
        &[
            scope.organization.into(),
            group.into(),
            now.into(),
            limit.into(),
        ],
        read,
    )
}

/// The oldest agents who are available at `now`, at most `limit`: the meaning of `Presence::is_available`, in SQL.
pub fn list_available(
    tx: &mut Tx<'_>,
    scope: Scope,
    now: Millis,
    limit: i64,
) -> Result<Vec<Agent>> {
    const SQL: &str = concat!(
        "select ",
        agent_columns!(),
        " from agents where organization = $1 and choice = 'online' and online_until > $2 and deleted_at is null \
        order by number limit $3"
    );
    tx.all(
        SQL,
        &[scope.organization.into(), now.into(), limit.into()],
        read,
    )
}

/// Whether anybody is available at `now`: the meaning of `Presence::is_available`, in SQL.
pub fn is_any_available(tx: &mut Tx<'_>, scope: Scope, now: Millis) -> Result<bool> {
    const SQL: &str = "select 1 from agents where organization = $1 and choice = 'online' and online_until > $2 and deleted_at is null limit 1";
    Ok(tx
        .find(SQL, &[scope.organization.into(), now.into()], |_| Ok(()))?
        .is_some())
}

/// The same for the agents of a group.
pub fn is_any_of_group_available(
    tx: &mut Tx<'_>,
    scope: Scope,
    group: GroupNumber,
    now: Millis,
) -> Result<bool> {
    const SQL: &str = "select 1 from group_agents m join agents a on a.number = m.agent \
        where m.group_number = $2 and a.organization = $1 and a.choice = 'online' and a.online_until > $3 and a.deleted_at is null limit 1";
    let parameters = [scope.organization.into(), group.into(), now.into()];
    Ok(tx.find(SQL, &parameters, |_| Ok(()))?.is_some())
}

/// How many dummies were made since a time.
pub fn count_dummies_since(tx: &mut Tx<'_>, scope: Scope, since: Millis) -> Result<i64> {
    const SQL: &str = "select cast(count(*) as bigint) from agents where organization = $1 and is_dummy and created_at >= $2";
    tx.one(SQL, &[scope.organization.into(), since.into()], |row| {
        row.get(0)
    })
}

/// How many owners the organization has.
pub fn count_owners(tx: &mut Tx<'_>, scope: Scope) -> Result<i64> {
    const SQL: &str = "select cast(count(*) as bigint) from agents where organization = $1 and role = 'owner' and deleted_at is null";
    tx.one(SQL, &[scope.organization.into()], |row| row.get(0))
}

/// Changes name, picture, role, choice and e-mail; false where another agent has the e-mail.
pub fn update(tx: &mut Tx<'_>, scope: Scope, agent: &Agent) -> Result<bool> {
    const TAKEN: &str = "select 1 from agents where organization = $1 and email_lower = $2 and number <> $3 and deleted_at is null";
    const SQL: &str = "update agents set email = $3, email_lower = $4, name = $5, userpic = $6, role = $7, choice = $8, is_dummy = $9 \
        where organization = $1 and number = $2";
    let email_lower = agent.email.to_lowercase();
    if tx
        .find(
            TAKEN,
            &[
                scope.organization.into(),
                (&email_lower).into(),
                agent.number.into(),
            ],
            |_| Ok(()),
        )?
        .is_some()
    {
        return Ok(false);
    }
    let parameters = [
        scope.organization.into(),
        agent.number.into(),
        (&agent.email).into(),
        (&email_lower).into(),
        (&agent.name).into(),
        agent.userpic.as_ref().into(),
        agent.role.as_str().into(),
        agent.presence.choice.as_str().into(),
        agent.is_dummy.into(),
    ];
    Ok(tx.run(SQL, &parameters)? == 1)
}

/// Sets until when an agent is online who is online at `now`; false where that is nobody.
pub fn renew_online_until(
    tx: &mut Tx<'_>,
    scope: Scope,
    id: &AgentId,
    now: Millis,
    until: Millis,
) -> Result<bool> {
    const SQL: &str = "update agents set online_until = $4 where organization = $1 and id = $2 and online_until > $3 and deleted_at is null";
    let parameters = [
        scope.organization.into(),
        id.into(),
        now.into(),
        until.into(),
    ];
    Ok(tx.run(SQL, &parameters)? == 1)
}

/// Keeps the agent of an id online until a time; false where there is none.
pub fn set_online_until(
    tx: &mut Tx<'_>,
    scope: Scope,
    id: &AgentId,
    until: Millis,
) -> Result<bool> {
    const SQL: &str = "update agents set online_until = $3 where organization = $1 and id = $2 and deleted_at is null";
    Ok(tx.run(SQL, &[scope.organization.into(), id.into(), until.into()])? == 1)
}

/// Sets the hash of an agent's password.
pub fn set_password_hash(
    tx: &mut Tx<'_>,
    scope: Scope,
    number: AgentNumber,
    hash: &str,
) -> Result<()> {
    const SQL: &str = "update agents set password_hash = $3, is_dummy = false where organization = $1 and number = $2";
    tx.run(
        SQL,
        &[scope.organization.into(), number.into(), hash.into()],
    )
    .map(drop)
}

/// Marks an agent as deleted, frees its e-mail, and takes it out of groups and off conversations.
pub fn delete(tx: &mut Tx<'_>, scope: Scope, number: AgentNumber, at: Millis) -> Result<()> {
    const LEAVE_GROUPS: &str = "delete from group_agents where agent in (select number from agents where organization = $1 and number = $2)";
    const LEAVE_CONVERSATIONS: &str =
        "update conversations set assignee = null where organization = $1 and assignee = $2";
    const SQL: &str = "update agents set deleted_at = $3, online_until = 0, password_hash = null where organization = $1 and number = $2";
    tx.run(LEAVE_GROUPS, &[scope.organization.into(), number.into()])?;
    tx.run(
        LEAVE_CONVERSATIONS,
        &[scope.organization.into(), number.into()],
    )?;
    tx.run(SQL, &[scope.organization.into(), number.into(), at.into()])
        .map(drop)
}
