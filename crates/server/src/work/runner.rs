//! Takes jobs that are due and runs them. A lease keeps two workers off the same job; its fence keeps a late one out.

use std::{sync::Arc, time::Duration};

use app::{
    App, Error, Result,
    chats::{Due, finish_when_idle},
};
use model::{
    job::{Job, JobKind},
    time::{MINUTE_MS, SECOND_MS},
};

use crate::lifecycle::Lifecycle;

/// How often due jobs are looked for.
const INTERVAL: Duration = Duration::from_secs(1);

/// Jobs leased at once.
const LEASED_MAX: i64 = 64;

/// How long a lease lasts: a worker that needs longer is taken for dead.
const LEASE_MS: i64 = MINUTE_MS;

/// How long a failed job waits, at most and for each attempt.
const RETRY_MS_MAX: i64 = 10 * MINUTE_MS;
const RETRY_MS: i64 = 5 * SECOND_MS;

/// Runs jobs until the server stops.
pub(crate) async fn run(app: Arc<App>, lifecycle: Lifecycle) {
    let mut ticks = tokio::time::interval(INTERVAL);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = lifecycle.stopping() => return,
        }
        if let Err(error) = run_due(&app).await {
            tracing::warn!(%error, "jobs could not be taken");
        }
    }
}

/// Runs every job that is due now.
async fn run_due(app: &App) -> Result<()> {
    loop {
        let jobs = app.write(|write| {
            let now = write.now();
            Ok(store::jobs::lease(
                write.tx(),
                now,
                now + LEASE_MS,
                LEASED_MAX,
            )?)
        });
        let jobs = jobs.await?;
        let is_last = (jobs.len() as i64) < LEASED_MAX;
        for job in jobs {
            run_one(app, job).await?;
        }
        if is_last {
            return Ok(());
        }
    }
}

/// Runs a job and ends or puts it off in one transaction, so that it is done exactly when it is gone.
async fn run_one(app: &App, job: Job) -> Result<()> {
    let (number, fence, attempts) = (job.number, job.fence, job.attempts);
    let done = app.write(move |write| {
        let due = match &job.kind {
            JobKind::FinishChat { conversation, chat } => {
                finish_when_idle(write, job.organization, *conversation, *chat)?
            }
        };
        let is_ours = match due {
            Due::Done => store::jobs::delete(write.tx(), number, fence)?,
            Due::Again(at) => store::jobs::put_off(write.tx(), number, fence, at, None)?,
        };
        // Whoever lost the lease must leave nothing behind: another worker does or did the same.
        if is_ours {
            Ok(())
        } else {
            Err(Error::NotFound("Job"))
        }
    });
    let error = match done.await {
        Ok(()) | Err(Error::NotFound("Job")) => return Ok(()),
        Err(error) => error,
    };
    tracing::warn!(%error, job = number.0, attempts, "a job failed and will be run again");
    let text = error.to_string();
    let put_off = app.write(move |write| {
        let at = write.now() + (RETRY_MS * attempts).min(RETRY_MS_MAX);
        Ok(store::jobs::put_off(
            write.tx(),
            number,
            fence,
            at,
            Some(&text),
        )?)
    });
    put_off.await.map(drop)
}
