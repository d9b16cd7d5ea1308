//! How much a client asks for at once: less than the server allows.

/// Frames at once, and each so many milliseconds one more.
const MOST: i64 = 30;
const EACH_MS: i64 = 100;

/// Frames that may be said, counted in the milliseconds that each costs.
#[derive(Debug, Default)]
pub(super) struct Budget {
    /// The time at which it was, or will be, empty if nothing more is taken.
    empty_at: i64,
}

impl Budget {
    pub(super) fn full(now: i64) -> Self {
        Self {
            empty_at: now - MOST * EACH_MS,
        }
    }

    /// Takes one, if there is one.
    pub(super) fn take(&mut self, now: i64) -> bool {
        self.empty_at = self.empty_at.max(now - MOST * EACH_MS);
        let is_there = self.empty_at + EACH_MS <= now;
        if is_there {
            self.empty_at += EACH_MS;
        }
        is_there
    }

    /// When there is one again.
    pub(super) fn next_at(&self) -> i64 {
        self.empty_at + EACH_MS
    }
}
