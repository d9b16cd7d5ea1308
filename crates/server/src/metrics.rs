//! Figures for Prometheus.

mod live;
mod nodes;

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use app::jobs::{Backlog, Due};
use model::delivery::Attempt;
use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::Registry,
};
use store::Db;

pub(crate) use live::LiveMetrics;
pub(crate) use nodes::NodeMetrics;

/// Upper bounds of the latency buckets, in seconds.
const SECONDS: [f64; 12] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0,
];

/// Where the database counts something.
type Source = fn(&Db) -> &AtomicU64;

/// What a request is counted under.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    method: String,
    route: String,
    status: u16,
}

/// What a latency is counted under.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteLabels {
    route: String,
}

/// What a job is counted under.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct KindLabels {
    kind: String,
}

/// What is counted of jobs. A copy counts in the same place.
#[derive(Clone)]
pub(crate) struct JobMetrics {
    done: Family<KindLabels, Counter>,
    put_off: Family<KindLabels, Counter>,
    failed: Family<KindLabels, Counter>,
    dead: Family<KindLabels, Gauge>,
    behind: Gauge<f64, AtomicU64>,
}

impl JobMetrics {
    fn new(registry: &mut Registry) -> Self {
        let metrics = Self {
            done: Family::default(),
            put_off: Family::default(),
            failed: Family::default(),
            dead: Family::default(),
            behind: Gauge::default(),
        };
        registry.register("jobs_done", "Jobs that were done", metrics.done.clone());
        registry.register(
            "jobs_put_off",
            "Timers that looked and set themselves again",
            metrics.put_off.clone(),
        );
        registry.register(
            "jobs_failed",
            "Attempts at jobs that failed",
            metrics.failed.clone(),
        );
        registry.register(
            "jobs_dead",
            "Jobs that failed for the last time",
            metrics.dead.clone(),
        );
        registry.register(
            "jobs_behind_seconds",
            "How long the longest due job waits to be begun",
            metrics.behind.clone(),
        );
        metrics
    }

    /// Counts a job that ran.
    pub(crate) fn count(&self, kind: &str, due: Due) {
        let counters = match due {
            Due::Done => &self.done,
            Due::Again(_) => &self.put_off,
        };
        counters.get_or_create(&labels(kind)).inc();
    }

    /// Counts an attempt that failed.
    pub(crate) fn count_failed(&self, kind: &str) {
        self.failed.get_or_create(&labels(kind)).inc();
    }

    /// Takes over what the store says at the moment.
    pub(crate) fn set(&self, backlog: &Backlog) {
        // A kind of which none is dead any more is no longer among them.
        self.dead.clear();
        for (kind, count) in &backlog.dead {
            self.dead.get_or_create(&labels(kind)).set(*count);
        }
        self.behind.set(backlog.behind_ms as f64 / 1_000.0);
    }
}

/// What an attempt at a webhook delivery is counted under.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ResultLabels {
    result: &'static str,
}

/// What is counted of webhook deliveries. A copy counts in the same place.
#[derive(Clone)]
pub(crate) struct WebhookMetrics {
    attempts: Family<ResultLabels, Counter>,
    seconds: Histogram,
}

impl WebhookMetrics {
    fn new(registry: &mut Registry) -> Self {
        let metrics = Self {
            attempts: Family::default(),
            seconds: Histogram::new(SECONDS),
        };
        registry.register(
            "webhook_attempts",
            "Attempts at webhook deliveries: taken, refused by the receiver, or not answered",
            metrics.attempts.clone(),
        );
        registry.register(
            "webhook_attempt_seconds",
            "Time that an attempt took",
            metrics.seconds.clone(),
        );
        metrics
    }

    pub(crate) fn count(&self, attempt: &Attempt) {
        let result = match (&attempt.error, attempt.http_status) {
            (None, _) => "taken",
            (Some(_), Some(_)) => "refused",
            (Some(_), None) => "unanswered",
        };
        self.attempts.get_or_create(&ResultLabels { result }).inc();
        self.seconds.observe(attempt.duration_ms as f64 / 1_000.0);
    }
}

fn labels(kind: &str) -> KindLabels {
    KindLabels {
        kind: kind.to_owned(),
    }
}

/// Every figure that is kept while the server runs.
pub(crate) struct Metrics {
    registry: Registry,
    jobs: JobMetrics,
    webhooks: WebhookMetrics,
    nodes: NodeMetrics,
    live: LiveMetrics,
    requests: Family<RequestLabels, Counter>,
    seconds: Family<RouteLabels, Histogram, fn() -> Histogram>,
    connections: Gauge,
    database: Vec<(Source, Counter)>,
    queue: Gauge,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let mut registry = Registry::with_prefix("parlour");
        let requests = Family::<RequestLabels, Counter>::default();
        registry.register("http_requests", "Answered requests", requests.clone());
        let seconds: Family<RouteLabels, Histogram, fn() -> Histogram> =
            Family::new_with_constructor(|| Histogram::new(SECONDS));
        registry.register(
            "http_request_seconds",
            "Time from the request's head to its answer",
            seconds.clone(),
        );
        let (connections, queue) = (Gauge::default(), Gauge::default());
        registry.register("http_connections", "Open connections", connections.clone());
        registry.register(
            "database_write_queue",
            "Operations that wait for the database",
            queue.clone(),
        );
        let sources: [(&str, &str, Source); 4] = [
            ("database_commits", "Committed transactions", |db| {
                &db.statistics().commits
            }),
            (
                "database_operations",
                "Operations in committed transactions",
                |db| &db.statistics().operations,
            ),
            ("database_reruns", "Operations run again", |db| {
                &db.statistics().reruns
            }),
            ("database_reads", "Transactions that read", |db| {
                &db.statistics().reads
            }),
        ];
        let database = sources.map(|(name, help, source)| {
            let counter = Counter::default();
            registry.register(name, help, counter.clone());
            (source, counter)
        });
        let jobs = JobMetrics::new(&mut registry);
        let webhooks = WebhookMetrics::new(&mut registry);
        let nodes = NodeMetrics::new(&mut registry);
        let live = LiveMetrics::new(&mut registry);
        Self {
            registry,
            jobs,
            webhooks,
            nodes,
            live,
            requests,
            seconds,
            connections,
            database: database.into(),
            queue,
        }
    }

    pub(crate) fn observe(&self, method: &str, route: &str, status: u16, took: Duration) {
        let labels = RequestLabels {
            method: method.to_owned(),
            route: route.to_owned(),
            status,
        };
        self.requests.get_or_create(&labels).inc();
        self.seconds
            .get_or_create(&RouteLabels {
                route: route.to_owned(),
            })
            .observe(took.as_secs_f64());
    }

    pub(crate) fn connections(&self) -> &Gauge {
        &self.connections
    }

    pub(crate) fn webhooks(&self) -> &WebhookMetrics {
        &self.webhooks
    }

    pub(crate) fn live(&self) -> &LiveMetrics {
        &self.live
    }

    pub(crate) fn nodes(&self) -> &NodeMetrics {
        &self.nodes
    }

    pub(crate) fn jobs(&self) -> &JobMetrics {
        &self.jobs
    }

    /// Everything in Prometheus' text form.
    pub(crate) fn text(&self, db: &Db) -> String {
        for (source, counter) in &self.database {
            let total = source(db).load(Ordering::Relaxed);
            counter.inc_by(total.saturating_sub(counter.get()));
        }
        self.queue.set(db.write_queue_length() as i64);
        let mut text = String::new();
        encode(&mut text, &self.registry).expect("writing into a String cannot fail");
        text
    }
}
