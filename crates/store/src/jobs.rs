//! Jobs: work for later, leased to one worker at a time.

use model::{
    id::{JobNumber, OrganizationNumber, Scope},
    job::{DeadJob, Job, JobKind},
    time::Millis,
};

use crate::{Result, Row, Tx};

/// Adds a job that is due at `run_at`.
pub fn insert(
    tx: &mut Tx<'_>,
    organization: OrganizationNumber,
    kind: &JobKind,
    run_at: Millis,
) -> Result<()> {
    const SQL: &str = "insert into jobs (organization, kind, conversation, payload, run_at, leased_until, fence, attempts) values ($1, $2, $3, $4, $5, 0, 0, 0)";
    let payload = kind.payload();
    tx.run(
        SQL,
        &[
            organization.into(),
            kind.name().into(),
            kind.conversation().into(),
            (&payload).into(),
            run_at.into(),
        ],
    )
    .map(drop)
}

fn read(row: &Row<'_>) -> Result<Job> {
    let (kind, payload): (String, String) = (row.get(2)?, row.get(4)?);
    Ok(Job {
        number: row.get(0)?,
        organization: row.get(1)?,
        kind: JobKind::read(&kind, row.get(3)?, &payload),
        run_at: row.get(5)?,
        attempts: row.get(6)?,
        fence: row.get(7)?,
        leased_until: row.get(8)?,
    })
}

/// Leases what is due at `now`, at most `limit`, until `leased_until`. Nobody else gets these until then. The longest due
/// are taken, and told in no order.
pub fn lease(tx: &mut Tx<'_>, now: Millis, leased_until: Millis, limit: i64) -> Result<Vec<Job>> {
    const SQLITE: &str = "update jobs set leased_until = $2, fence = fence + 1, attempts = attempts + 1 \
        where number in (select number from jobs where run_at <= $1 and leased_until <= $1 and dead_at is null order by run_at limit $3) \
        returning number, organization, kind, conversation, payload, run_at, attempts, fence, leased_until";
    // Materialized, or the planner may run the limited query once for every row and lease them all.
    const POSTGRES: &str = "with due as materialized \
        (select number from jobs where run_at <= $1 and leased_until <= $1 and dead_at is null order by run_at limit $3 for update skip locked) \
        update jobs set leased_until = $2, fence = fence + 1, attempts = attempts + 1 where number in (select number from due) \
        returning number, organization, kind, conversation, payload, run_at, attempts, fence, leased_until";
    let sql = tx.pick(SQLITE, POSTGRES);
    tx.all(sql, &[now.into(), leased_until.into(), limit.into()], read)
}

/// When the next job is due that nobody has leased at `now`; that may be in the past.
pub fn find_next_run_at(tx: &mut Tx<'_>, now: Millis) -> Result<Option<Millis>> {
    const SQL: &str = "select run_at from jobs where dead_at is null and leased_until <= $1 order by run_at limit 1";
    tx.find(SQL, &[now.into()], |row| row.get(0))
}

/// Ends a job; false where the lease was lost.
pub fn delete(tx: &mut Tx<'_>, number: JobNumber, fence: i64) -> Result<bool> {
    const SQL: &str = "delete from jobs where number = $1 and fence = $2";
    Ok(tx.run(SQL, &[number.into(), fence.into()])? == 1)
}

/// Puts off a job that did what it could until then: its attempts are forgotten. False where the lease was lost.
pub fn put_off(tx: &mut Tx<'_>, number: JobNumber, fence: i64, run_at: Millis) -> Result<bool> {
    const SQL: &str = "update jobs set run_at = $3, leased_until = 0, attempts = 0, last_error = null where number = $1 and fence = $2";
    Ok(tx.run(SQL, &[number.into(), fence.into(), run_at.into()])? == 1)
}

/// Gives a job back that was not begun: the lease was no attempt. False where the lease was lost.
pub fn give_back(tx: &mut Tx<'_>, number: JobNumber, fence: i64, run_at: Millis) -> Result<bool> {
    const SQL: &str = "update jobs set run_at = $3, leased_until = 0, attempts = attempts - 1 where number = $1 and fence = $2";
    Ok(tx.run(SQL, &[number.into(), fence.into(), run_at.into()])? == 1)
}

/// Ends all leases: for a start where no other worker can be alive.
pub fn release_all(tx: &mut Tx<'_>, now: Millis) -> Result<u64> {
    const SQL: &str = "update jobs set leased_until = 0, fence = fence + 1 where dead_at is null and leased_until > $1";
    tx.run(SQL, &[now.into()])
}

/// Notes that a job failed, and when it is to be tried again. False where the lease was lost.
pub fn fail(
    tx: &mut Tx<'_>,
    number: JobNumber,
    fence: i64,
    run_at: Millis,
    error: &str,
) -> Result<bool> {
    const SQL: &str = "update jobs set run_at = $3, leased_until = 0, last_error = $4 where number = $1 and fence = $2";
    Ok(tx.run(
        SQL,
        &[number.into(), fence.into(), run_at.into(), error.into()],
    )? == 1)
}

/// Notes that a job failed for the last time: nobody gets it until somebody retries it. False where the lease was lost.
pub fn bury(
    tx: &mut Tx<'_>,
    number: JobNumber,
    fence: i64,
    dead_at: Millis,
    error: &str,
) -> Result<bool> {
    const SQL: &str = "update jobs set dead_at = $3, leased_until = 0, last_error = $4 where number = $1 and fence = $2";
    Ok(tx.run(
        SQL,
        &[number.into(), fence.into(), dead_at.into(), error.into()],
    )? == 1)
}

/// Jobs that failed for the last time, the last first, from before a time and number.
pub fn list_dead(
    tx: &mut Tx<'_>,
    scope: Scope,
    before: (Millis, JobNumber),
    limit: i64,
) -> Result<Vec<DeadJob>> {
    const SQL: &str = "select j.number, j.kind, c.id, j.attempts, j.last_error, j.dead_at \
        from jobs j left join conversations c on c.number = j.conversation \
        where j.organization = $1 and j.dead_at is not null and (j.dead_at < $2 or j.dead_at = $2 and j.number < $3) \
        order by j.dead_at desc, j.number desc limit $4";
    tx.all(
        SQL,
        &[
            scope.organization.into(),
            before.0.into(),
            before.1.into(),
            limit.into(),
        ],
        |row| {
            Ok(DeadJob {
                number: row.get(0)?,
                kind: row.get(1)?,
                conversation_id: row.get(2)?,
                attempts: row.get(3)?,
                error: row.get(4)?,
                dead_at: row.get(5)?,
            })
        },
    )
}

/// Makes a dead job due at `now`, with all its attempts before it; false where there is no such dead job.
pub fn retry(tx: &mut Tx<'_>, scope: Scope, number: JobNumber, now: Millis) -> Result<bool> {
    const SQL: &str = "update jobs set dead_at = null, run_at = $3, attempts = 0 where organization = $1 and number = $2 and dead_at is not null";
    Ok(tx.run(SQL, &[scope.organization.into(), number.into(), now.into()])? == 1)
}

/// Retries dead jobs, the longest dead first, at most `limit`; tells how many.
pub fn retry_all(tx: &mut Tx<'_>, scope: Scope, now: Millis, limit: i64) -> Result<u64> {
    const SQL: &str = "update jobs set dead_at = null, run_at = $2, attempts = 0 where number in \
        (select number from jobs where organization = $1 and dead_at is not null order by dead_at limit $3)";
    tx.run(SQL, &[scope.organization.into(), now.into(), limit.into()])
}

/// How many dead jobs there are of each kind, of all organizations together.
pub fn count_dead(tx: &mut Tx<'_>) -> Result<Vec<(String, i64)>> {
    const SQL: &str =
        "select kind, count(*) from jobs where dead_at is not null group by kind order by kind";
    tx.all(SQL, &[], |row| Ok((row.get(0)?, row.get(1)?)))
}
