//! How long requests took: counted in buckets that are finer for short times, so that any number of them fits.

use std::time::Duration;

/// Buckets of each doubling: a time is told to 1/64, better than 2 %.
const STEPS: u64 = 64;

/// Counts of durations, to the microsecond below 128 µs and to better than 2 % above.
#[derive(Clone, Debug, Default)]
pub(crate) struct Histogram {
    counts: Vec<u64>,
    total: u64,
}

impl Histogram {
    /// Counts one duration.
    pub(crate) fn record(&mut self, duration: Duration) {
        let bucket = bucket(u64::try_from(duration.as_micros()).unwrap_or(u64::MAX));
        if self.counts.len() <= bucket {
            self.counts.resize(bucket + 1, 0);
        }
        self.counts[bucket] += 1;
        self.total += 1;
    }

    /// Counts what another has counted.
    pub(crate) fn add(&mut self, other: &Histogram) {
        if self.counts.len() < other.counts.len() {
            self.counts.resize(other.counts.len(), 0);
        }
        for (count, more) in self.counts.iter_mut().zip(&other.counts) {
            *count += more;
        }
        self.total += other.total;
    }

    /// How many durations were counted.
    pub(crate) fn count(&self) -> u64 {
        self.total
    }

    /// The time in milliseconds within which a share of them stayed, `0.99` for p99; 0 where nothing was counted.
    pub(crate) fn percentile_ms(&self, share: f64) -> f64 {
        let wanted = ((self.total as f64 * share).ceil() as u64).clamp(1, self.total.max(1));
        let mut seen = 0;
        for (bucket, count) in self.counts.iter().enumerate() {
            seen += count;
            if seen >= wanted {
                return highest(bucket) as f64 / 1_000.0;
            }
        }
        0.0
    }
}

/// The bucket of a number of microseconds: itself below two doublings, then 64 to each doubling.
fn bucket(micros: u64) -> usize {
    let doublings = u64::from((micros / STEPS).checked_ilog2().unwrap_or(0));
    (doublings * STEPS + (micros >> doublings)) as usize
}

/// The highest number of microseconds in a bucket.
fn highest(bucket: usize) -> u64 {
    let bucket = bucket as u64;
    let doublings = (bucket / STEPS).saturating_sub(1);
    ((bucket - doublings * STEPS + 1) << doublings) - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(micros: impl IntoIterator<Item = u64>) -> Histogram {
        let mut histogram = Histogram::default();
        for micros in micros {
            histogram.record(Duration::from_micros(micros));
        }
        histogram
    }

    #[test]
    fn every_time_lies_in_its_bucket_and_close_to_its_top() {
        let mut last = 0;
        for micros in (0..5_000).chain((5_000..50_000_000).step_by(9_973)) {
            let (bucket, top) = (bucket(micros), highest(bucket(micros)));
            assert!(bucket >= last, "{micros} µs");
            assert!(
                top >= micros && top - micros <= micros / STEPS,
                "{micros} µs: {top}"
            );
            assert_eq!(super::bucket(top), bucket, "{micros} µs");
            last = bucket;
        }
    }

    #[test]
    fn percentiles_are_those_of_the_sorted_times() {
        let histogram = of(1..=100);
        assert_eq!(histogram.count(), 100);
        assert_eq!(histogram.percentile_ms(0.5), 0.050);
        assert_eq!(histogram.percentile_ms(0.99), 0.099);
        assert_eq!(histogram.percentile_ms(1.0), 0.100);
        assert_eq!(of([7]).percentile_ms(0.99), 0.007);
        assert_eq!(of([]).percentile_ms(0.99), 0.0);
    }

    #[test]
    fn one_slow_request_in_a_hundred_is_not_p99_and_two_are() {
        let slow = |count: u64| {
            of((0..100 - count)
                .map(|_| 1_000)
                .chain((0..count).map(|_| 90_000)))
        };
        assert!((slow(1).percentile_ms(0.99) - 1.0).abs() < 0.02);
        assert!((slow(2).percentile_ms(0.99) - 90.0).abs() < 2.0);
    }

    #[test]
    fn sums_are_as_if_counted_together() {
        let mut sum = of(0..300);
        sum.add(&of(300..9_000));
        let whole = of(0..9_000);
        assert_eq!(sum.count(), whole.count());
        for share in [0.01, 0.5, 0.9, 0.999] {
            assert_eq!(sum.percentile_ms(share), whole.percentile_ms(share));
        }
    }
}
