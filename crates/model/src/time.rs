//! Times: Unix milliseconds everywhere, in the store and in every answer (contract A.1).

/// A moment in Unix milliseconds.
pub type Millis = i64;

/// Milliseconds of a second.
pub const SECOND_MS: i64 = 1_000;

/// Milliseconds of a minute.
pub const MINUTE_MS: i64 = 60 * SECOND_MS;

/// Milliseconds of an hour.
pub const HOUR_MS: i64 = 60 * MINUTE_MS;

/// Milliseconds of a day.
pub const DAY_MS: i64 = 24 * HOUR_MS;
