//! Jobs: work for later, leased to one worker at a time.

use model::{
    id::{ConversationNumber, JobNumber, OrganizationNumber},
    job::{Job, JobKind},
    time::Millis,
};

use crate::{Error, Result, Row, Tx};

/// Adds a job that is due at `run_at`.
pub fn insert(
    tx: &mut Tx<'_>,
    organization: OrganizationNumber,
    kind: &JobKind,
    run_at: Millis,
) -> Result<()> {
    const SQL: &str = "insert into jobs (organization, kind, conversation, payload, run_at, leased_until, fence, attempts) values ($1, $2, $3, $4, $5, 0, 0, 0)";
    let JobKind::FinishChat { conversation, chat } = kind;
    let payload = chat.to_string();
    tx.run(
        SQL,
        &[
            organization.into(),
            kind.name().into(),
            (*conversation).into(),
            (&payload).into(),
            run_at.into(),
        ],
    )
    .map(drop)
}

fn read(row: &Row<'_>) -> Result<Job> {
    let (kind, payload): (String, String) = (row.get(2)?, row.get(4)?);
    let kind = match (
        kind.as_str(),
        row.get::<Option<ConversationNumber>>(3)?,
        payload.parse(),
    ) {
        ("finish_chat", Some(conversation), Ok(chat)) => JobKind::FinishChat { conversation, chat },
        _ => {
            return Err(Error::Content(format!(
                "a job of the unknown kind {kind:?}"
            )));
        }
    };
    Ok(Job {
        number: row.get(0)?,
        organization: row.get(1)?,
        kind,
        run_at: row.get(5)?,
        attempts: row.get(6)?,
        fence: row.get(7)?,
    })
}

/// Leases what is due at `now`, at most `limit`, until `leased_until`. Nobody else gets these until then.
pub fn lease(tx: &mut Tx<'_>, now: Millis, leased_until: Millis, limit: i64) -> Result<Vec<Job>> {
    const SQLITE: &str = "update jobs set leased_until = $2, fence = fence + 1, attempts = attempts + 1 \
        where number in (select number from jobs where run_at <= $1 and leased_until <= $1 order by run_at limit $3) \
        returning number, organization, kind, conversation, payload, run_at, attempts, fence";
    // Materialized, or the planner may run the limited query once for every row and lease them all.
    const POSTGRES: &str = "with due as materialized \
        (select number from jobs where run_at <= $1 and leased_until <= $1 order by run_at limit $3 for update skip locked) \
        update jobs set leased_until = $2, fence = fence + 1, attempts = attempts + 1 where number in (select number from due) \
        returning number, organization, kind, conversation, payload, run_at, attempts, fence";
    let sql = tx.pick(SQLITE, POSTGRES);
    tx.all(sql, &[now.into(), leased_until.into(), limit.into()], read)
}

/// Ends a job; false where the lease was lost.
pub fn delete(tx: &mut Tx<'_>, number: JobNumber, fence: i64) -> Result<bool> {
    const SQL: &str = "delete from jobs where number = $1 and fence = $2";
    Ok(tx.run(SQL, &[number.into(), fence.into()])? == 1)
}

/// Puts a job off; false where the lease was lost.
pub fn put_off(
    tx: &mut Tx<'_>,
    number: JobNumber,
    fence: i64,
    run_at: Millis,
    error: Option<&str>,
) -> Result<bool> {
    const SQL: &str = "update jobs set run_at = $3, leased_until = 0, last_error = $4 where number = $1 and fence = $2";
    Ok(tx.run(
        SQL,
        &[number.into(), fence.into(), run_at.into(), error.into()],
    )? == 1)
}
