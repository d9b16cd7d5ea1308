//! What is counted of live connections.

use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::Registry,
};

/// What a connection is counted under.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RoleLabels {
    role: &'static str,
}

/// What the end of a connection is counted under.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CodeLabels {
    code: String,
}

/// What is counted of live connections. A copy counts in the same place.
#[derive(Clone)]
pub(crate) struct LiveMetrics {
    connections: Family<RoleLabels, Gauge>,
    received: Counter,
    sent: Counter,
    ended: Family<CodeLabels, Counter>,
    caught_up: Counter,
    swept: Counter,
    late: Histogram,
}

impl LiveMetrics {
    pub(super) fn new(registry: &mut Registry) -> Self {
        let metrics = Self {
            connections: Family::default(),
            received: Counter::default(),
            sent: Counter::default(),
            ended: Family::default(),
            caught_up: Counter::default(),
            swept: Counter::default(),
            late: Histogram::new(super::SECONDS),
        };
        registry.register(
            "live_connections",
            "Open connections of those who said who they are, by role",
            metrics.connections.clone(),
        );
        registry.register(
            "live_frames_received",
            "Frames of clients",
            metrics.received.clone(),
        );
        registry.register(
            "live_frames_sent",
            "Frames to clients",
            metrics.sent.clone(),
        );
        registry.register(
            "live_ended",
            "Connections that ended, by the number of the close, or peer and gone",
            metrics.ended.clone(),
        );
        registry.register(
            "live_catch_ups",
            "Pages read because something was not heard of",
            metrics.caught_up.clone(),
        );
        registry.register(
            "live_sweep_findings",
            "Conversations in which something had happened that nobody told",
            metrics.swept.clone(),
        );
        registry.register(
            "live_delivery_seconds",
            "Time from the writing of an event to its way to the connections here",
            metrics.late.clone(),
        );
        metrics
    }

    pub(crate) fn opened(&self, role: &'static str) {
        self.connections.get_or_create(&RoleLabels { role }).inc();
    }

    pub(crate) fn closed(&self, role: &'static str) {
        self.connections.get_or_create(&RoleLabels { role }).dec();
    }

    pub(crate) fn received(&self) {
        self.received.inc();
    }

    pub(crate) fn sent(&self) {
        self.sent.inc();
    }

    pub(crate) fn ended(&self, how: &str) {
        let code = how.to_owned();
        self.ended.get_or_create(&CodeLabels { code }).inc();
    }

    pub(crate) fn ended_with(&self, number: u16) {
        self.ended(&number.to_string());
    }

    pub(crate) fn caught_up(&self) {
        self.caught_up.inc();
    }

    pub(crate) fn swept(&self, found: u64) {
        self.swept.inc_by(found);
    }

    pub(crate) fn told(&self, late_ms: i64) {
        self.late.observe(late_ms.max(0) as f64 / 1_000.0);
    }
}
