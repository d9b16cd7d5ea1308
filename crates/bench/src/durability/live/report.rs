//! What the people at the sockets went through.

use std::fmt;

use serde::Serialize;

use crate::load::Histogram;

/// What the people at the sockets went through.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LiveReport {
    /// People at sockets.
    pub people: u64,
    /// Lists that were compared with the store: one for each person and conversation.
    pub lists: u64,
    /// Events in those lists.
    pub events: u64,
    /// Messages that were acknowledged over sockets.
    pub acknowledged: u64,
    /// Those that were there already when they were acknowledged, as an earlier answer was lost.
    pub repeated: u64,
    /// Connections that stood.
    pub connections: u64,
    /// How often the server made somebody begin anew.
    pub resets: u64,
    /// How often somebody had to ask for what was skipped.
    pub gaps: u64,
    /// Connections that the proxies ended between two frames.
    pub cut: u64,
    /// Connections that they ended within a frame.
    pub halved: u64,
    /// Frames that they held up.
    pub delayed: u64,
    /// Frames that they doubled.
    pub doubled: u64,
    /// How long after the last fault everybody had everything.
    pub whole_after_ms: u64,
    /// How soon somebody has seen a message that was sent by REST, on sound connections: half of them.
    pub p50_ms: f64,
    /// All but a hundredth of them.
    pub p99_ms: f64,
    /// All of them.
    pub slowest_ms: f64,
    /// The same without NATS, where there are several nodes.
    pub slowest_alone_ms: Option<f64>,
}

impl LiveReport {
    /// With what was measured on sound connections.
    pub(in super::super) fn with(mut self, latencies: &Histogram) -> Self {
        self.p50_ms = latencies.percentile_ms(0.5);
        self.p99_ms = latencies.percentile_ms(0.99);
        self.slowest_ms = latencies.percentile_ms(1.0);
        self
    }

    /// With what was measured while nodes did not hear of each other.
    pub(in super::super) fn with_alone(mut self, latencies: &Histogram) -> Self {
        self.slowest_alone_ms = Some(latencies.percentile_ms(1.0));
        self
    }
}

impl fmt::Display for LiveReport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "sockets: {} people, {} connections, {} acknowledged, {} of them repeated; {} lists of {} events; \
             {} cut, {} halved, {} delayed, {} doubled; {} gaps asked for, {} resets; \
             whole {} ms after the last fault; then seen after {:.2} ms (p50), {:.2} ms (p99), {:.2} ms at most",
            self.people,
            self.connections,
            self.acknowledged,
            self.repeated,
            self.lists,
            self.events,
            self.cut,
            self.halved,
            self.delayed,
            self.doubled,
            self.gaps,
            self.resets,
            self.whole_after_ms,
            self.p50_ms,
            self.p99_ms,
            self.slowest_ms
        )?;
        if let Some(slowest_ms) = self.slowest_alone_ms {
            write!(formatter, "; without NATS {slowest_ms:.2} ms at most")?;
        }
        Ok(())
    }
}
