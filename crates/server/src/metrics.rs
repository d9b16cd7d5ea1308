//! Figures for Prometheus.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::Registry,
};
use store::Db;

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

/// Every figure that is kept while the server runs.
pub(crate) struct Metrics {
    registry: Registry,
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
        Self {
            registry,
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
