//! Start and stop: every task is tracked, told softly to end, and after a while no longer waited for.

use std::{future::Future, time::Duration};

use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// What tasks are started by and stopped with.
#[derive(Clone, Debug, Default)]
pub struct Lifecycle {
    tasks: TaskTracker,
    leaving: CancellationToken,
    stopping: CancellationToken,
    abandoned: CancellationToken,
}

impl Lifecycle {
    /// Nothing runs yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Starts a task that is waited for when the server stops.
    pub fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.tasks.spawn(task);
    }

    /// Ends when the server is to stop: take nothing new, finish what runs.
    pub async fn stopping(&self) {
        self.stopping.cancelled().await;
    }

    /// Ends when nothing is waited for any more.
    pub async fn abandoned(&self) {
        self.abandoned.cancelled().await;
    }

    /// Whether the server is to stop, or says already that it will: it is not ready for anything new.
    pub fn is_leaving(&self) -> bool {
        self.leaving.is_cancelled() || self.is_stopping()
    }

    /// Says that the server will stop soon; everything goes on until then.
    pub fn leave(&self) {
        self.leaving.cancel();
    }

    /// Whether the server is to stop.
    pub fn is_stopping(&self) -> bool {
        self.stopping.is_cancelled()
    }

    /// Stops: tells every task, waits for them, and after `timeout` leaves the rest. True where all ended by themselves.
    pub async fn stop(&self, timeout: Duration) -> bool {
        self.stopping.cancel();
        self.tasks.close();
        let is_clean = tokio::time::timeout(timeout, self.tasks.wait())
            .await
            .is_ok();
        self.abandoned.cancel();
        is_clean
            || tokio::time::timeout(Duration::from_secs(1), self.tasks.wait())
                .await
                .is_ok()
    }

    /// Stops at once.
    pub fn abandon(&self) {
        self.stopping.cancel();
        self.abandoned.cancel();
    }
}

/// Waits for SIGTERM or SIGINT.
pub async fn signal() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut terminate, mut interrupt) = (
        signal(SignalKind::terminate())?,
        signal(SignalKind::interrupt())?,
    );
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}
