//! Keeps this node's clock with the one that all nodes share.

use std::{sync::Arc, time::Duration};

use app::App;

use crate::lifecycle::Lifecycle;

/// How often the clocks are compared: a clock that is not set drifts far less than a second meanwhile.
const INTERVAL: Duration = Duration::from_secs(30);

/// Compares the clocks at once and then again and again, until the server stops.
pub(crate) async fn follow(app: Arc<App>, lifecycle: Lifecycle) {
    let mut ticks = tokio::time::interval(INTERVAL);
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = lifecycle.stopping() => return,
        }
        if let Err(error) = app.follow_database_clock().await {
            tracing::warn!(%error, "the database's clock could not be read");
        }
    }
}
