//! How large the next batch is and how long to wait before it: by what the source took, and by what it is allowed.

use std::collections::VecDeque;
use std::time::Duration;

/// Smallest batch, unless fewer rows are left.
const LEAST: u64 = 250;
/// Batches that are remembered.
const RECENT: usize = 15;
/// Fewer tell nothing about what is usual.
const FEWEST: usize = 5;
/// A batch that takes so many times what is usual is slow,
const SLOW: f64 = 3.0;
/// unless it is this much slower and no more: a commit that waited for the disk once.
const BEARABLE: f64 = 0.25;
/// The smallest part of the usual rate.
const LEAST_SHARE: f64 = 1.0 / 16.0;
/// How the rate grows back from batch to batch.
const GROWTH: f64 = 1.1;
/// The longest wait between two batches, in seconds.
const LONGEST: f64 = 60.0;

/// Adapts batch size to a target time, keeps a rate, and goes slower while the source does.
#[derive(Debug, Clone, PartialEq)]
pub struct Pace {
    rows: u64,
    most: u64,
    seconds: f64,
    rate: Option<u32>,
    /// Seconds a row of recent batches.
    recent: VecDeque<f64>,
    /// Of what it could do: halved when the source is slow, and grown back.
    share: f64,
}

impl Pace {
    /// Starts with `rows`; never above `most`; batches of about `seconds`; at most `rate` rows a second.
    pub fn new(rows: u64, most: u64, seconds: f64, rate: Option<u32>) -> Self {
        let most = rate.map_or(most, |rate| most.min(u64::from(rate).max(1))).max(1);
        Self { rows: rows.clamp(1, most), most, seconds, rate, recent: VecDeque::new(), share: 1.0 }
    }

    /// Rows for the next batch.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// The part of the rate that is used now.
    pub fn share(&self) -> f64 {
        self.share
    }

    /// Learns from a batch, and says how long to wait before the next when `sharing` jobs share the rate.
    pub fn took(&mut self, rows: u64, seconds: f64, sharing: u64) -> Duration {
        if rows > 0 && seconds > 0.0 {
            self.share = match self.is_slow(rows, seconds) {
                true => (self.share / 2.0).max(LEAST_SHARE),
                false => (self.share * GROWTH).min(1.0),
            };
            self.recent.push_back(seconds / rows as f64);
            if self.recent.len() > RECENT {
                self.recent.pop_front();
            }
            let fits = rows as f64 * self.seconds / seconds;
            // grow at most tenfold, so that one lucky batch does not lead to a monster; shrink as far as needed
            let next = fits.min(self.rows as f64 * 10.0) as u64;
            self.rows = next.clamp(LEAST.min(self.most), self.most);
        }
        // at half its share the source rests for as long as the batch took
        let rest = seconds * (1.0 / self.share - 1.0);
        let kept = match self.rate {
            Some(rate) if rate > 0 => (rows * sharing) as f64 / (f64::from(rate) * self.share) - seconds,
            _ => 0.0,
        };
        Duration::from_secs_f64(rest.max(kept).clamp(0.0, LONGEST))
    }

    /// Whether a batch took much longer than what was usual lately.
    fn is_slow(&self, rows: u64, seconds: f64) -> bool {
        if self.recent.len() < FEWEST {
            return false;
        }
        let mut recent: Vec<f64> = self.recent.iter().copied().collect();
        recent.sort_by(f64::total_cmp);
        let usual = recent[recent.len() / 2] * rows as f64;
        seconds > usual * SLOW && seconds > usual + BEARABLE
    }

    /// The source was busy: go slower.
    pub fn was_busy(&mut self) {
        self.rows = (self.rows / 2).max(LEAST.min(self.most));
        self.share = (self.share / 2.0).max(LEAST_SHARE);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::Pace;

    #[test]
    fn a_slower_source_gets_smaller_batches() {
        let mut pace = Pace::new(1_000, 100_000, 1.0, None);
        assert_eq!(pace.took(1_000, 0.1, 1), Duration::ZERO);
        assert_eq!(pace.rows(), 10_000);
        pace.took(10_000, 20.0, 1);
        assert_eq!(pace.rows(), 500);
    }

    #[test]
    fn the_rate_is_kept_by_waiting() {
        let mut pace = Pace::new(1_000, 100_000, 1.0, Some(100));
        assert_eq!(pace.rows(), 100);
        assert_eq!(pace.took(100, 0.25, 1), Duration::from_millis(750));
        assert_eq!(pace.took(100, 0.25, 2), Duration::from_millis(1_750));
    }

    #[test]
    fn a_source_that_gets_slow_gets_half_and_what_is_usual_again_grows_back() {
        let mut pace = Pace::new(1_000, 1_000, 1.0, None);
        for _ in 0..10 {
            assert_eq!(pace.took(1_000, 0.5, 1), Duration::ZERO);
        }
        assert_eq!(pace.took(1_000, 2.0, 1), Duration::from_secs(2));
        assert_eq!((pace.share(), pace.took(1_000, 2.0, 1)), (0.5, Duration::from_secs(6)));
        let mut batches = 0;
        while pace.share() < 1.0 {
            pace.took(1_000, 0.5, 1);
            batches += 1;
        }
        assert_eq!(batches, 15);
        // whoever stays slow is the usual one some day
        for _ in 0..40 {
            pace.took(1_000, 2.0, 1);
        }
        assert_eq!(pace.took(1_000, 2.0, 1), Duration::ZERO);
    }

    #[test]
    fn a_batch_that_is_a_little_slow_changes_nothing() {
        let mut pace = Pace::new(1_000, 1_000, 1.0, None);
        for _ in 0..10 {
            pace.took(1_000, 0.01, 1);
        }
        assert_eq!(pace.took(1_000, 0.2, 1), Duration::ZERO);
    }

    proptest! {
        /// The bucket: whatever batches take, no more rows are struck in any time than the rate gives, and one batch.
        #[test]
        fn no_more_rows_go_than_the_rate_gives(
            rate in 1u32..5_000,
            batches in prop::collection::vec((1u64..5_000, 0.0f64..30.0), 1..60),
        ) {
            let mut pace = Pace::new(1_000, 100_000, 1.0, Some(rate));
            let (mut time, mut struck) = (0.0, 0.0);
            for (most, seconds) in batches {
                let rows = most.min(pace.rows());
                let wait = pace.took(rows, seconds, 1).as_secs_f64();
                // what was struck so far began in the time before this wait was over
                struck += rows as f64;
                time += seconds + wait;
                prop_assert!(struck <= time * f64::from(rate) * 1.001 + 0.001, "{struck} rows in {time} seconds");
                prop_assert!(wait <= 60.0 && pace.rows() >= 1 && pace.rows() <= u64::from(rate).max(1));
                prop_assert!((1.0 / 16.0..=1.0).contains(&pace.share()));
            }
        }
    }
}
