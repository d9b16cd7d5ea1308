//! Take jobs that are due, and give back those that were not begun.

use model::{
    job::Job,
    time::{MINUTE_MS, Millis},
};

use crate::{Result, Write};

/// How long a lease lasts: a worker that needs longer is taken for dead.
const LEASE_MS: i64 = MINUTE_MS;

/// How long a job rests whose kind is not known here: a newer node knows it.
const ASIDE_MS: i64 = MINUTE_MS;

/// Takes at most `limit` jobs that are due, the longest due first.
pub fn take(write: &mut Write<'_, '_>, limit: i64) -> Result<Vec<Job>> {
    let now = write.now();
    let mut jobs = store::jobs::lease(write.tx(), now, now + LEASE_MS, limit)?;
    jobs.sort_unstable_by_key(|job| (job.run_at, job.number.0));
    Ok(jobs)
}

/// Gives back a job that was not begun. Where its lease was lost, somebody else has it already.
pub fn give_back(write: &mut Write<'_, '_>, job: &Job) -> Result<()> {
    put_back(write, job, job.run_at)
}

/// Leaves a job whose kind is not known here to a newer node, for a while.
pub fn put_aside(write: &mut Write<'_, '_>, job: &Job) -> Result<()> {
    let run_at = write.now() + ASIDE_MS;
    put_back(write, job, run_at)
}

fn put_back(write: &mut Write<'_, '_>, job: &Job, run_at: Millis) -> Result<()> {
    if store::jobs::give_back(write.tx(), job.number, job.fence, run_at)? {
        write.wake_for_jobs(run_at);
    }
    Ok(())
}
