//! The one clock: every time that is stored or compared comes from here.

use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use model::time::Millis;
use tokio::sync::watch;

/// How long is slept at most without another look at the clock: somebody may set it meanwhile.
const SLEEP_MS_MAX: i64 = 10_000;

/// Where the time comes from.
#[derive(Debug)]
pub enum Clock {
    /// The machine's clock, moved by what a shared database's clock differs, so that all nodes agree.
    System {
        /// Milliseconds to add.
        offset_ms: AtomicI64,
    },
    /// A clock that tests move.
    Manual(watch::Sender<Millis>),
}

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Clock::System {
            offset_ms: AtomicI64::new(0),
        }
    }

    /// A clock that stands at a time until it is moved.
    pub fn manual(at: Millis) -> Self {
        Clock::Manual(watch::Sender::new(at))
    }

    /// The time now.
    pub fn now(&self) -> Millis {
        match self {
            Clock::System { offset_ms } => {
                #[expect(
                    clippy::disallowed_methods,
                    reason = "this is the place that reads the machine's clock"
                )]
                let since_epoch = SystemTime::now()
                    .duration_since(UNIX_EPOCH)
                    .unwrap_or_default();
                i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX)
                    + offset_ms.load(Ordering::Relaxed)
            }
            Clock::Manual(at) => *at.borrow(),
        }
    }

    /// Moves the machine's clock by what a shared one is ahead of it; a manual one is left alone.
    pub(crate) fn shift(&self, milliseconds: i64) {
        if let Clock::System { offset_ms } = self {
            offset_ms.fetch_add(milliseconds, Ordering::Relaxed);
        }
    }

    /// Moves a manual clock on; the machine's is left alone.
    pub fn advance(&self, milliseconds: i64) {
        if let Clock::Manual(at) = self {
            at.send_modify(|at| *at += milliseconds);
        }
    }

    /// Waits until it is that time: on a manual clock until somebody has moved it there.
    pub async fn sleep_until(&self, at: Millis) {
        if let Clock::Manual(now) = self {
            let reached = now.subscribe().wait_for(|now| *now >= at).await.map(drop);
            return reached.expect("the clock holds the sender");
        }
        loop {
            let left = at.saturating_sub(self.now()).min(SLEEP_MS_MAX);
            let Ok(left @ 1..) = u64::try_from(left) else {
                return;
            };
            #[expect(
                clippy::disallowed_methods,
                reason = "this is the place that waits by the clock"
            )]
            tokio::time::sleep(Duration::from_millis(left)).await;
        }
    }
}
