//! Run a job that was taken, and what becomes of it when it fails.

use model::{
    job::Job,
    time::{HOUR_MS, Millis, SECOND_MS},
};

use crate::{Error, Result, Write, ids};

/// How often a job is begun before it is dead: with the times between, about ten hours of trouble pass without loss.
pub const ATTEMPTS_MAX: i64 = 20;

/// A lease that ends sooner is not worked on: somebody else might begin the same job before its work is committed.
const LEASE_LEFT_MS_MIN: i64 = 10 * SECOND_MS;

/// How long a job waits after its first failure; each further one doubles it.
const RETRY_MS: i64 = 5 * SECOND_MS;

/// How long a job waits at most after a failure.
const RETRY_MS_MAX: i64 = HOUR_MS;

/// The part of a wait that is left to chance, so that what failed together does not come back together: 10 % to either
/// side.
const RETRY_SPREAD: i64 = 5;

/// What became of a job that was due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// Its work is done, or no longer to be done.
    Done,
    /// It came too early and is to come again at this time.
    Again(Millis),
}

/// What becomes of a job that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is tried again at this time.
    Again(Millis),
    /// It is dead until somebody retries it.
    Dead,
    /// Its lease was lost: somebody else tries it already.
    Lost,
}

/// What a worker is told whose lease ended, or is about to: nothing of its work remains, as somebody else does it.
const LOST: &str = "Job";

/// Whether a run was refused because its lease ended.
pub fn is_lost(error: &Error) -> bool {
    matches!(error, Error::NotFound(LOST))
}

/// Does the work of a job and ends or puts off the job in the same transaction, so that it is done exactly when it is
/// gone. Tells what became of it.
pub fn run(
    write: &mut Write<'_, '_>,
    job: &Job,
    work: impl Fn(&mut Write<'_, '_>) -> Result<Due>,
) -> Result<Due> {
    if job.leased_until < write.now() + LEASE_LEFT_MS_MIN {
        return Err(Error::NotFound(LOST));
    }
    let due = work(write)?;
    let is_ours = match due {
        Due::Done => store::jobs::delete(write.tx(), job.number, job.fence)?,
        Due::Again(at) => {
            write.wake_for_jobs(at);
            store::jobs::put_off(write.tx(), job.number, job.fence, at)?
        }
    };
    if is_ours {
        Ok(due)
    } else {
        Err(Error::NotFound(LOST))
    }
}

/// Notes that a job failed: it is tried again later, or is dead.
pub fn fail(write: &mut Write<'_, '_>, job: &Job, error: &str) -> Result<Fate> {
    let now = write.now();
    let (fate, is_ours) = if job.attempts < ATTEMPTS_MAX {
        let at = now + retry_ms(job.attempts);
        write.wake_for_jobs(at);
        let is_ours = store::jobs::fail(write.tx(), job.number, job.fence, at, error)?;
        (Fate::Again(at), is_ours)
    } else {
        let is_ours = store::jobs::bury(write.tx(), job.number, job.fence, now, error)?;
        (Fate::Dead, is_ours)
    };
    Ok(if is_ours { fate } else { Fate::Lost })
}

/// How long a job waits that was begun so often.
fn retry_ms(attempts: i64) -> i64 {
    let doublings = (attempts - 1).clamp(0, ATTEMPTS_MAX);
    let wait = (RETRY_MS << doublings).min(RETRY_MS_MAX);
    let spread = wait / RETRY_SPREAD;
    wait - spread / 2 + ids::place(spread as usize + 1) as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_an_hour() {
        for (attempts, seconds) in [
            (1, 5),
            (2, 10),
            (3, 20),
            (9, 1_280),
            (10, 2_560),
            (11, 3_600),
            (ATTEMPTS_MAX, 3_600),
            (i64::MAX, 3_600),
        ] {
            let wait = seconds * SECOND_MS;
            let bounds = wait * 9 / 10..=wait * 11 / 10;
            let waits: Vec<i64> = (0..1_000).map(|_| retry_ms(attempts)).collect();
            assert!(
                waits.iter().all(|wait| bounds.contains(wait)),
                "{attempts}: {waits:?}"
            );
            let (least, most) = (waits.iter().min(), waits.iter().max());
            let width = most.expect("a thousand") - least.expect("a thousand");
            assert!(
                width > wait / RETRY_SPREAD * 9 / 10,
                "{attempts}: no chance in {width} ms"
            );
        }
    }

    #[test]
    fn ten_hours_of_trouble_pass_without_loss() {
        let least: i64 = (1..ATTEMPTS_MAX)
            .map(|attempts| retry_ms(attempts) * 10 / 11)
            .sum();
        assert!(least > 9 * HOUR_MS, "{least}");
    }
}
