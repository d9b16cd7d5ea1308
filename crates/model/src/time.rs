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

/// A moment as part of a file's name, in UTC: `20260105T120000Z`.
pub fn stamp(at: Millis) -> String {
    let (days, seconds) = (at.div_euclid(DAY_MS), at.rem_euclid(DAY_MS) / SECOND_MS);
    // Days since 1 March of year 0, so that a leap day is the last of its year; 400 years are an era.
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = (month_from_march + 2) % 12 + 1;
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    format!("{year:04}{month:02}{day:02}T{hour:02}{minute:02}{second:02}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_is_the_date_and_time_in_utc() {
        for (at, expected) in [
            (0, "19700101T000000Z"),
            (951_782_399_999, "20000228T235959Z"),
            (951_782_400_000, "20000229T000000Z"),
            (951_868_800_000, "20000301T000000Z"),
            (1_767_614_400_000, "20260105T120000Z"),
            (4_107_542_400_000, "21000301T000000Z"),
            (-1, "19691231T235959Z"),
        ] {
            assert_eq!(stamp(at), expected);
        }
    }
}
