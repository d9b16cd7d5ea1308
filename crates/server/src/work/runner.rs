//! Takes jobs that are due and runs them. A lease keeps two workers off the same job; its fence keeps a late one out.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use app::{
    App, Result, Write,
    agents::end_presence,
    chats::finish_when_idle,
    jobs::{self, Due, Fate},
    webhooks::send_fragment,
};
use model::{
    job::{Job, JobKind, Unreadable},
    time::Millis,
};
use store::Location;
use tokio::sync::Semaphore;

use crate::{lifecycle::Lifecycle, metrics::JobMetrics};

/// How often due jobs are looked for when nobody rings: other nodes and the command line write jobs too, and leases of
/// the dead end.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// Jobs leased at once: what the workers do in far less time than a lease lasts.
const LEASED_MAX: i64 = 64;

/// Jobs that run at once: enough to share commits of SQLite, and half of the usual connections to PostgreSQL, so that
/// requests find one too.
const AT_ONCE_MAX: usize = 8;

/// What every job that runs can reach.
struct Runner {
    app: Arc<App>,
    metrics: JobMetrics,
    /// Kinds of newer nodes, each of which is logged once.
    unknown: Mutex<HashSet<String>>,
}

/// Runs jobs until the server stops; those that run then are finished.
pub(crate) async fn run(app: Arc<App>, lifecycle: Lifecycle, metrics: JobMetrics) {
    let permits = Arc::new(Semaphore::new(AT_ONCE_MAX));
    let mut sleeper = app.work().jobs().sleeper();
    let runner = Arc::new(Runner {
        app: Arc::clone(&app),
        metrics,
        unknown: Mutex::default(),
    });
    if let Err(error) = end_leases_of_the_dead(&app).await {
        tracing::warn!(%error, "leases of jobs could not be ended; they end by themselves");
    }
    while !lifecycle.is_stopping() {
        sleeper.wake_up();
        let next = begin_due(&runner, &lifecycle, &permits).await;
        let next = next.unwrap_or_else(|error| {
            tracing::warn!(%error, "jobs could not be taken");
            None
        });
        let sleep = sleeper.sleep_until(app.clock(), next.unwrap_or(i64::MAX));
        tokio::select! {
            // Whether somebody rang or it is time for another look, what follows is the same.
            _ = tokio::time::timeout(LOOK_AGAIN, sleep) => {}
            () = lifecycle.stopping() => {}
        }
    }
}

/// On SQLite nobody else works, so whatever is leased at the start was leased by a process that is dead.
async fn end_leases_of_the_dead(app: &App) -> Result<()> {
    if matches!(app.db().location(), Location::Postgres(_)) {
        return Ok(());
    }
    let ended = app.write(|write| {
        let now = write.now();
        Ok(store::jobs::release_all(write.tx(), now)?)
    });
    ended.await.map(drop)
}

/// Begins every job that is due, as soon as one of the jobs that may run at once is free; tells when to look again.
async fn begin_due(
    runner: &Arc<Runner>,
    lifecycle: &Lifecycle,
    permits: &Arc<Semaphore>,
) -> Result<Option<Millis>> {
    let app = &runner.app;
    loop {
        let now = app.clock().now();
        let next = app.read(move |tx| Ok(store::jobs::find_next_run_at(tx, now)?));
        let next = next.await?;
        if next.is_none_or(|next| next > now) {
            return Ok(next);
        }
        let taken = app.write(|write| jobs::take(write, LEASED_MAX)).await?;
        if taken.is_empty() {
            // Another node is about to take what is due.
            return Ok(None);
        }
        let mut taken = taken.into_iter();
        while let Some(job) = taken.next() {
            let permit = tokio::select! {
                biased;
                () = lifecycle.stopping() => None,
                permit = Arc::clone(permits).acquire_owned() => permit.ok(),
            };
            let Some(permit) = permit else {
                give_back(app, std::iter::once(job).chain(taken).collect()).await?;
                return Ok(None);
            };
            let runner = Arc::clone(runner);
            // A task of its own: a panic ends this job's attempt and nothing else.
            lifecycle.spawn(async move {
                if let Err(error) = run_one(&runner, job).await {
                    // Its lease ends, and then it comes again.
                    tracing::warn!(%error, "the end of a job could not be written");
                }
                drop(permit);
            });
        }
    }
}

async fn give_back(app: &App, taken: Vec<Job>) -> Result<()> {
    app.write(move |write| taken.iter().try_for_each(|job| jobs::give_back(write, job)))
        .await
}

/// Runs a job, and notes it where it fails.
async fn run_one(runner: &Runner, job: Job) -> Result<()> {
    let app = &runner.app;
    let error = match &job.kind {
        Err(unknown @ Unreadable::Kind(name)) => {
            if runner.is_news(name) {
                tracing::warn!(reason = %unknown, "a job is left to a newer node");
            }
            return app.write(move |write| jobs::put_aside(write, &job)).await;
        }
        Err(wrong @ Unreadable::Content(_)) => wrong.to_string(),
        Ok(_) if job.attempts > jobs::ATTEMPTS_MAX => "its workers died".to_owned(),
        Ok(kind) => match run_kind(app, &job, kind).await {
            Ok(due) => {
                runner.metrics.count(job.kind_name(), due);
                return Ok(());
            }
            Err(error) if jobs::is_lost(&error) => {
                return give_back(app, vec![job]).await;
            }
            Err(error) => error.to_string(),
        },
    };
    fail(runner, job, error).await
}

/// What is done for each kind. One that reads or writes elsewhere than in the store does that here, with no transaction
/// open, and ends its job by one afterwards.
async fn run_kind(app: &App, job: &Job, kind: &JobKind) -> Result<Due> {
    let organization = job.organization;
    match *kind {
        JobKind::FinishChat { conversation, chat } => {
            run_inside(app, job, move |write| {
                finish_when_idle(write, organization, conversation, chat)
            })
            .await
        }
        JobKind::SendFragment { conversation } => {
            run_inside(app, job, move |write| {
                send_fragment(write, organization, conversation)
            })
            .await
        }
        JobKind::EndPresence { agent } => {
            run_inside(app, job, move |write| {
                end_presence(write, organization, agent)
            })
            .await
        }
    }
}

/// Runs a job whose work is one transaction.
async fn run_inside(
    app: &App,
    job: &Job,
    work: impl Fn(&mut Write<'_, '_>) -> Result<Due> + Send + 'static,
) -> Result<Due> {
    let job = job.clone();
    app.write(move |write| jobs::run(write, &job, &work)).await
}

async fn fail(runner: &Runner, job: Job, error: String) -> Result<()> {
    let (number, attempts) = (job.number.0, job.attempts);
    let kind = job.kind_name().to_owned();
    let noted = runner.app.write({
        let error = error.clone();
        move |write| jobs::fail(write, &job, &error)
    });
    match noted.await? {
        Fate::Again(_) => {
            tracing::warn!(
                error,
                job = number,
                kind,
                attempts,
                "a job failed and will be run again"
            );
        }
        Fate::Dead => {
            tracing::error!(
                error,
                job = number,
                kind,
                attempts,
                "a job failed for the last time; `parlour job retry` runs it again"
            );
        }
        Fate::Lost => return Ok(()),
    }
    runner.metrics.count_failed(&kind);
    Ok(())
}

impl Runner {
    /// Whether this kind was not met before.
    fn is_news(&self, kind: &str) -> bool {
        let mut unknown = self.unknown.lock().unwrap_or_else(PoisonError::into_inner);
        unknown.insert(kind.to_owned())
    }
}
