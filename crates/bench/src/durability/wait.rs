//! Waits for something that another process does, and no longer than it may take.

use std::time::Duration;

use super::Result;
use crate::stopwatch::now;

/// How often it is looked for.
const PAUSE: Duration = Duration::from_millis(10);

/// Looks again and again until something is there; fails when it is not within the time.
pub fn until<T>(time: Duration, what: &str, mut look: impl FnMut() -> Option<T>) -> Result<T> {
    let start = now();
    loop {
        if let Some(found) = look() {
            return Ok(found);
        }
        if start.elapsed() > time {
            return Err(format!("{what} did not happen within {time:?}"));
        }
        pause(PAUSE);
    }
}

/// Lets the load go on for a while.
pub(super) fn pause(time: Duration) {
    std::thread::park_timeout(time);
}
