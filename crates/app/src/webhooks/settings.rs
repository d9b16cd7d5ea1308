//! What the server's configuration says about webhooks.

use std::{fmt, sync::Arc};

use model::{
    address::OutgoingPolicy,
    delivery::Schedule,
    time::{DAY_MS, Millis, SECOND_MS},
};

use super::Happening;

/// Settings of webhooks.
#[derive(Clone, Debug)]
pub struct WebhookSettings {
    /// Which addresses endpoints may have.
    pub policy: OutgoingPolicy,
    /// When failed deliveries are tried again.
    pub schedule: Schedule,
    /// How long nobody must write before a fragment is sent (contract G-5).
    pub fragment_silence_ms: Millis,
    /// How long a fragment waits for silence at most (contract G-5).
    pub fragment_wait_ms_max: Millis,
    /// How long the log of deliveries is kept.
    pub kept_ms: Millis,
    /// What writes an event as it is sent.
    pub renderer: Renderer,
}

impl Default for WebhookSettings {
    fn default() -> Self {
        Self {
            policy: OutgoingPolicy::default(),
            schedule: Schedule::Standard {
                first_retry_ms: 5 * SECOND_MS,
            },
            fragment_silence_ms: 3 * SECOND_MS,
            fragment_wait_ms_max: 10 * SECOND_MS,
            kept_ms: 30 * DAY_MS,
            renderer: Renderer::default(),
        }
    }
}

/// Writes an event as it is sent. It comes from the door that knows the form, and runs inside the transaction of what
/// happened: what is sent later is what was true then.
#[derive(Clone)]
pub struct Renderer(Arc<Render>);

type Render = dyn Fn(&Happening, Millis) -> String + Send + Sync;

impl Renderer {
    /// Takes a function that has no effects. It is given the time at which that happened.
    pub fn new(render: impl Fn(&Happening, Millis) -> String + Send + Sync + 'static) -> Self {
        Self(Arc::new(render))
    }

    pub(super) fn render(&self, happening: &Happening, at: Millis) -> String {
        (self.0)(happening, at)
    }
}

impl Default for Renderer {
    /// Writes the name only.
    fn default() -> Self {
        Self::new(|happening, _| happening.kind().as_str().to_owned())
    }
}

impl fmt::Debug for Renderer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Renderer")
    }
}
