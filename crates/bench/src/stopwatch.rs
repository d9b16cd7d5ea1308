//! The one place here that reads the clocks: what measures others needs the real time.

use std::{
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

/// Now, for measuring.
pub(crate) fn now() -> Instant {
    #[expect(
        clippy::disallowed_methods,
        reason = "a measurement is of the real time"
    )]
    Instant::now()
}

/// A moment between two looks at what other processes do.
pub(crate) fn pause() {
    #[expect(
        clippy::disallowed_methods,
        reason = "what is waited for happens in another process, which tells nobody"
    )]
    thread::sleep(Duration::from_millis(20));
}

/// Now, in Unix milliseconds.
pub(crate) fn unix_ms() -> i64 {
    #[expect(
        clippy::disallowed_methods,
        reason = "a measurement says on which day it was made"
    )]
    let now = SystemTime::now();
    let since = now.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// The day of a Unix time, as `2026-01-31`, in UTC.
pub(crate) fn date(unix_ms: i64) -> String {
    // Years here begin in March, so that a leap day is the last of its year; 719,468 days lie between the first day of
    // such a year 0 and 1970, and 146,097 in four centuries.
    let days = unix_ms.div_euclid(86_400_000) + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let (month, next_year) = match month_from_march {
        10.. => (month_from_march - 9, 1),
        _ => (month_from_march + 3, 0),
    };
    format!(
        "{:04}-{month:02}-{day:02}",
        era * 400 + year_of_era + next_year
    )
}

#[cfg(test)]
mod tests {
    use super::date;

    #[test]
    fn days_are_told_by_their_date() {
        let cases = [
            (0, "1970-01-01"),
            (951_782_399_999, "2000-02-28"),
            (951_782_400_000, "2000-02-29"),
            (1_735_689_599_000, "2024-12-31"),
            (1_795_334_708_116, "2026-11-22"),
        ];
        for (unix_ms, expected) in cases {
            assert_eq!(date(unix_ms), expected);
        }
    }
}
