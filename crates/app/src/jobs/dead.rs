//! Look at jobs that failed for the last time, and give them another chance.

use model::{id::JobNumber, job::DeadJob, key::Privilege};
use store::Tx;

use crate::{
    Actor, Error, Result, Write,
    page::{Items, Page},
};

/// Jobs that are retried in one transaction; more would keep others from writing.
const RETRIED_MAX: i64 = 1_000;

/// A page of dead jobs, the last that died first.
pub fn list_dead(tx: &mut Tx<'_>, actor: &Actor, page: &Page) -> Result<Items<DeadJob>> {
    actor.require(Privilege::Configure)?;
    let (limit, [dead_at, number]) = (page.limit()?, page.numbers([i64::MAX; 2])?);
    let before = (dead_at, JobNumber(number));
    let jobs = store::jobs::list_dead(tx, actor.scope(), before, limit as i64 + 1)?;
    Ok(Items::cut(jobs, limit, |job| {
        format!("{}.{}", job.dead_at, job.number.0)
    }))
}

/// Makes a dead job due now, with all its attempts before it. Ids are numbers; no other text is one.
pub fn retry(write: &mut Write<'_, '_>, actor: &Actor, id: &str) -> Result<()> {
    actor.require(Privilege::Configure)?;
    let now = write.now();
    let number = id.parse().map(JobNumber);
    let number = number.map_err(|_| Error::NotFound("Job"))?;
    if !store::jobs::retry(write.tx(), actor.scope(), number, now)? {
        return Err(Error::NotFound("Job"));
    }
    write.wake_for_jobs(now);
    Ok(())
}

/// Makes many dead jobs due now; tells how many. After the last it tells 0.
pub fn retry_all(write: &mut Write<'_, '_>, actor: &Actor) -> Result<u64> {
    actor.require(Privilege::Configure)?;
    let now = write.now();
    let count = store::jobs::retry_all(write.tx(), actor.scope(), now, RETRIED_MAX)?;
    write.wake_for_jobs(now);
    Ok(count)
}
