//! How much may be asked: a bucket that fills by the clock.

use model::time::{Millis, SECOND_MS};

/// What one token is counted as, so that a bucket fills without fractions being lost.
const TOKEN: i64 = 3_600_000;

/// A bucket of tokens.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bucket {
    left: i64,
    full: i64,
    per_ms: i64,
    at: Millis,
}

impl Bucket {
    /// A full bucket of `burst` tokens, into which `count` come in a time.
    pub(super) fn new(burst: i64, count: i64, each_ms: i64, now: Millis) -> Self {
        Self {
            left: burst * TOKEN,
            full: burst * TOKEN,
            per_ms: (count * TOKEN / each_ms).max(1),
            at: now,
        }
    }

    /// Takes a token; where there is none, the seconds until there is.
    pub(super) fn take(&mut self, now: Millis) -> Result<(), u64> {
        let filled = (now - self.at)
            .clamp(0, self.full)
            .saturating_mul(self.per_ms);
        self.left = self.left.saturating_add(filled).min(self.full);
        self.at = now;
        if self.left >= TOKEN {
            self.left -= TOKEN;
            return Ok(());
        }
        let wait_ms = (TOKEN - self.left).div_euclid(self.per_ms) + 1;
        Err(u64::try_from(wait_ms / SECOND_MS + 1).unwrap_or(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_gives_what_is_in_it_and_then_as_fast_as_it_fills() {
        let mut bucket = Bucket::new(40, 20, SECOND_MS, 0);
        assert!((0..40).all(|_| bucket.take(0).is_ok()));
        assert_eq!(bucket.take(0), Err(1));
        assert_eq!(bucket.take(49), Err(1));
        assert_eq!(bucket.take(50), Ok(()));
        assert!(bucket.take(60).is_err());
        assert_eq!((0..100).filter(|_| bucket.take(10_000).is_ok()).count(), 40);
        let mut hourly = Bucket::new(200, 200, 3_600 * SECOND_MS, 0);
        assert!((0..200).all(|_| hourly.take(0).is_ok()));
        assert_eq!(hourly.take(0), Err(19));
        assert_eq!(hourly.take(18_000), Ok(()));
    }
}
