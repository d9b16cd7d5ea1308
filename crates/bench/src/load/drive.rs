//! A run of load: every connection asks again as soon as it is answered, and all of them share one thread.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use tokio::{runtime, task::JoinSet};

use super::{
    connection::Connection,
    histogram::Histogram,
    script::{Crowd, Mix, Script, message_id},
};
use crate::{ledger::MessageId, progress::Progress, stopwatch, target::Target};

/// How long a run goes on.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Extent {
    /// For a time, of which the first part is not counted.
    Time {
        /// What is not counted: caches fill, connections open.
        warm_up: Duration,
        /// What is counted.
        measured: Duration,
    },
    /// Until this many requests are answered, about one visitor after the other.
    Requests(u64),
}

/// A run of load.
#[derive(Clone)]
pub(crate) struct Load {
    /// The server.
    pub(crate) target: Target,
    /// What is asked for.
    pub(crate) mix: Mix,
    /// About whom.
    pub(crate) crowd: Arc<Crowd>,
    /// How many ask at the same time.
    pub(crate) connections: usize,
    /// For how long.
    pub(crate) extent: Extent,
    /// Differs from run to run, so that no two send the same text.
    pub(crate) seed: u64,
}

/// What a run showed.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// How long each request took that was answered after the warm-up, those too that were still waited for in the end.
    pub(crate) latencies: Histogram,
    /// Answers within the counted time.
    pub(crate) count: u64,
    /// The counted time.
    pub(crate) seconds: f64,
    /// Every message that was acknowledged, counted or not.
    pub(crate) acknowledged: Vec<MessageId>,
}

impl Outcome {
    /// Answers in a second.
    pub(crate) fn rate(&self) -> f64 {
        self.count as f64 / self.seconds.max(f64::MIN_POSITIVE)
    }
}

/// What all connections of a run share.
struct Shared {
    extent: Extent,
    visitors: u64,
    begun_at: Instant,
    tickets: AtomicU64,
}

impl Load {
    /// Runs it, on a thread of its own, while this one shows how far it is. Any answer other than success ends it.
    pub(crate) fn run(self, progress: &Progress) -> Result<Outcome, String> {
        let shared = Arc::new(Shared {
            extent: self.extent,
            visitors: self.crowd.visitors,
            begun_at: stopwatch::now(),
            tickets: AtomicU64::new(0),
        });
        let observed = Arc::clone(&shared);
        let (done, is_done) = std::sync::mpsc::channel();
        let thread = thread::spawn(move || {
            let outcome = in_one_thread(self.drive(shared));
            // Whoever waited may have been told to stop.
            done.send(outcome).unwrap_or_default();
        });
        let outcome = progress.wait(&is_done, || observed.share_done())??;
        thread
            .join()
            .map_err(|_| "the load generator failed".to_owned())?;
        Ok(outcome)
    }

    async fn drive(self, shared: Arc<Shared>) -> Result<Outcome, String> {
        let mut connections = JoinSet::new();
        for number in 0..self.connections as u64 {
            let script = Script::new(
                &self.target,
                self.mix,
                Arc::clone(&self.crowd),
                self.seed * 1_024 + number,
            );
            let connection = Connection::open(self.target.address).await?;
            connections.spawn(ask(connection, script, Arc::clone(&shared)));
        }
        let mut whole = Outcome::default();
        while let Some(part) = connections.join_next().await {
            let part = part.map_err(|error| format!("a connection's task failed: {error}"))??;
            whole.latencies.add(&part.latencies);
            whole.count += part.count;
            whole.acknowledged.extend(part.acknowledged);
        }
        whole.seconds = match shared.extent {
            Extent::Time { measured, .. } => measured,
            Extent::Requests(_) => stopwatch::now() - shared.begun_at,
        }
        .as_secs_f64();
        Ok(whole)
    }
}

impl Shared {
    /// When counting begins, and when it ends.
    fn counted(&self) -> (Instant, Option<Instant>) {
        match self.extent {
            Extent::Time { warm_up, measured } => {
                let from = self.begun_at + warm_up;
                (from, Some(from + measured))
            }
            Extent::Requests(_) => (self.begun_at, None),
        }
    }

    fn share_done(&self) -> f64 {
        let (_, until) = self.counted();
        match (self.extent, until) {
            (Extent::Requests(requests), _) => {
                self.tickets.load(Ordering::Relaxed) as f64 / requests.max(1) as f64
            }
            (_, Some(until)) => {
                let whole = (until - self.begun_at).as_secs_f64();
                (stopwatch::now() - self.begun_at).as_secs_f64() / whole
            }
            (_, None) => 0.0,
        }
    }
}

/// One connection's requests, one after the other.
async fn ask(
    mut connection: Connection,
    mut script: Script,
    shared: Arc<Shared>,
) -> Result<Outcome, String> {
    let (from, until) = shared.counted();
    let mut part = Outcome::default();
    let mut begun_at = stopwatch::now();
    loop {
        let (operation, request) = match shared.extent {
            Extent::Requests(requests) => {
                let ticket = shared.tickets.fetch_add(1, Ordering::Relaxed);
                if ticket >= requests {
                    return Ok(part);
                }
                script.next_about(ticket % shared.visitors)
            }
            Extent::Time { .. } => script.next(),
        };
        let answer = connection.ask(request).await?;
        let answered_at = stopwatch::now();
        if answer.status != operation.status() {
            let body = String::from_utf8_lossy(answer.body);
            return Err(format!(
                "{operation:?} was answered {}: {body}",
                answer.status
            ));
        }
        if operation.stores() {
            let id = message_id(answer.body).ok_or("a message was answered without an id")?;
            part.acknowledged.push(id);
        }
        if answered_at >= from {
            part.latencies.record(answered_at - begun_at);
            part.count += u64::from(until.is_none_or(|until| answered_at <= until));
        }
        if until.is_some_and(|until| answered_at >= until) {
            return Ok(part);
        }
        begun_at = answered_at;
    }
}

/// Runs something on this thread alone.
pub(crate) fn in_one_thread<T>(work: impl Future<Output = Result<T, String>>) -> Result<T, String> {
    let runtime = runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| format!("the runtime cannot start: {error}"))?;
    runtime.block_on(work)
}
