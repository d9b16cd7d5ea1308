//! How a database is, for those who look after it: how much is in it, what failed, what is sealed.

use model::{
    id::{EndpointId, EndpointNumber, JobNumber, OrganizationId, OrganizationNumber},
    time::Millis,
};

use crate::{Result, Tx};

/// How much there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    /// Organizations.
    pub organizations: i64,
    /// Conversations.
    pub conversations: i64,
    /// Messages, deleted ones too.
    pub messages: i64,
}

/// Jobs that failed for the last time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadJobs {
    /// How many.
    pub count: i64,
    /// The oldest, and why it failed.
    pub oldest: Option<(JobNumber, Option<String>)>,
}

/// A webhook endpoint that does not get what it wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TroubledEndpoint {
    /// Its public id.
    pub id: EndpointId,
    /// Its organization's public id.
    pub organization: OrganizationId,
    /// Since when nothing gets through.
    pub failing_since: Option<Millis>,
    /// Why it was disabled, where it was.
    pub disabled_reason: Option<String>,
    /// Deliveries that wait.
    pub pending: i64,
}

/// What is sealed for a webhook endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// The endpoint's internal key.
    pub number: EndpointNumber,
    /// Its public id.
    pub id: EndpointId,
    /// The sealed texts.
    pub texts: Vec<String>,
}

/// Counts everything, which takes a while where there is much.
pub fn count(tx: &mut Tx<'_>) -> Result<Counts> {
    const SQL: &str = "select cast((select count(*) from organizations) as bigint), \
        cast((select count(*) from conversations) as bigint), cast((select count(*) from messages) as bigint)";
    tx.one(SQL, &[], |row| {
        Ok(Counts {
            organizations: row.get(0)?,
            conversations: row.get(1)?,
            messages: row.get(2)?,
        })
    })
}

/// When the newest message was written; ids of messages grow with time.
pub fn find_newest_message_at(tx: &mut Tx<'_>) -> Result<Option<Millis>> {
    const SQL: &str = "select created_at from messages order by id desc limit 1";
    tx.find(SQL, &[], |row| row.get(0))
}

/// Jobs that nobody will run again by itself.
pub fn count_dead_jobs(tx: &mut Tx<'_>) -> Result<DeadJobs> {
    const COUNT: &str = "select cast(count(*) as bigint) from jobs where dead_at is not null";
    const OLDEST: &str =
        "select number, last_error from jobs where dead_at is not null order by dead_at limit 1";
    Ok(DeadJobs {
        count: tx.one(COUNT, &[], |row| row.get(0))?,
        oldest: tx.find(OLDEST, &[], |row| Ok((row.get(0)?, row.get(1)?)))?,
    })
}

/// Endpoints that fail or were disabled because they did, at most `limit`.
pub fn list_troubled_endpoints(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<TroubledEndpoint>> {
    const SQL: &str = "select e.id, o.id, e.failing_since, e.disabled_reason, cast((select count(*) from webhook_deliveries d \
            where d.endpoint = e.number and d.status = 'pending') as bigint) \
        from webhook_endpoints e join organizations o on o.number = e.organization \
        where e.deleted_at is null and (e.failing_since is not null or e.disabled_reason is not null) \
        order by e.number limit $1";
    tx.all(SQL, &[limit.into()], |row| {
        Ok(TroubledEndpoint {
            id: row.get(0)?,
            organization: row.get(1)?,
            failing_since: row.get(2)?,
            disabled_reason: row.get(3)?,
            pending: row.get(4)?,
        })
    })
}

/// What is sealed for endpoints after one, at most `limit` of them.
pub fn list_sealed(tx: &mut Tx<'_>, after: EndpointNumber, limit: i64) -> Result<Vec<Sealed>> {
    const SQL: &str = "select number, id, secret, previous_secret, headers from webhook_endpoints \
        where deleted_at is null and number > $1 order by number limit $2";
    tx.all(SQL, &[after.into(), limit.into()], |row| {
        let texts = [
            Some(row.get::<String>(2)?),
            row.get(3)?,
            Some(row.get::<String>(4)?),
        ];
        Ok(Sealed {
            number: row.get(0)?,
            id: row.get(1)?,
            texts: texts.into_iter().flatten().collect(),
        })
    })
}

/// The identity secrets that are sealed for organizations after one, at most `limit` of them.
pub fn list_sealed_widgets(
    tx: &mut Tx<'_>,
    after: OrganizationNumber,
    limit: i64,
) -> Result<Vec<(OrganizationNumber, OrganizationId, String)>> {
    const SQL: &str = "select number, id, identity_secret from organizations \
        where identity_secret is not null and number > $1 order by number limit $2";
    tx.all(SQL, &[after.into(), limit.into()], |row| {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?))
    })
}
