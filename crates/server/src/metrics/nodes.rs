//! What is counted of NATS.

use prometheus_client::{
    metrics::{counter::Counter, gauge::Gauge},
    registry::Registry,
};

/// What is counted of NATS; all of it is 0 where there is none. A copy counts in the same place.
#[derive(Clone, Default)]
pub(crate) struct NodeMetrics {
    pub(crate) connected: Gauge,
    pub(crate) connects: Counter,
    pub(crate) missing_nodes: Gauge,
    pub(crate) subscriptions: Gauge,
    pub(crate) published: Counter,
    pub(crate) dropped: Counter,
    pub(crate) heard: Counter,
    pub(crate) missed: Counter,
    pub(crate) malformed: Counter,
}

impl NodeMetrics {
    pub(super) fn new(registry: &mut Registry) -> Self {
        let metrics = Self::default();
        let gauges = [
            (
                "nats_connected",
                "Whether this node hears itself through NATS: 1 or 0",
                &metrics.connected,
            ),
            (
                "nats_missing_nodes",
                "Other nodes that fell silent without taking leave",
                &metrics.missing_nodes,
            ),
            (
                "nats_subscriptions",
                "Subjects that are heard for readers here",
                &metrics.subscriptions,
            ),
        ];
        for (name, help, gauge) in gauges {
            registry.register(name, help, gauge.clone());
        }
        let counters = [
            (
                "nats_connects",
                "Times that a connection to NATS was opened",
                &metrics.connects,
            ),
            (
                "nats_published",
                "Hints told to other nodes",
                &metrics.published,
            ),
            (
                "nats_dropped",
                "Hints that NATS did not take at once",
                &metrics.dropped,
            ),
            (
                "nats_heard",
                "Hints that came from other nodes",
                &metrics.heard,
            ),
            (
                "nats_missed",
                "Hints that came faster than they were read",
                &metrics.missed,
            ),
            (
                "nats_malformed",
                "Messages on our subjects that are no hints",
                &metrics.malformed,
            ),
        ];
        for (name, help, counter) in counters {
            registry.register(name, help, counter.clone());
        }
        metrics
    }
}
