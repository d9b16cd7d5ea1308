//! The one clock: every time that is stored or compared comes from here.

use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::{SystemTime, UNIX_EPOCH},
};

use model::time::Millis;

/// Where the time comes from.
#[derive(Debug)]
pub enum Clock {
    /// The machine's clock, moved by what a shared database's clock differs, so that all nodes agree.
    System {
        /// Milliseconds to add.
        offset_ms: AtomicI64,
    },
    /// A clock that tests move.
    Manual(AtomicI64),
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
        Clock::Manual(AtomicI64::new(at))
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
            Clock::Manual(at) => at.load(Ordering::Relaxed),
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
            at.fetch_add(milliseconds, Ordering::Relaxed);
        }
    }
}
