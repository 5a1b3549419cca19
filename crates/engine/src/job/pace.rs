//! How large the next batch is and how long to wait before it: by what the source took, and by what it is allowed.

use std::time::Duration;

/// Smallest batch, unless fewer rows are left.
const LEAST: u64 = 250;

/// Adapts batch size to a target time, and keeps a rate.
#[derive(Debug, Clone, PartialEq)]
pub struct Pace {
    rows: u64,
    most: u64,
    seconds: f64,
    rate: Option<u32>,
}

impl Pace {
    /// Starts with `rows`; never above `most`; batches of about `seconds`; at most `rate` rows a second.
    pub fn new(rows: u64, most: u64, seconds: f64, rate: Option<u32>) -> Self {
        let most = rate.map_or(most, |rate| most.min(u64::from(rate).max(1))).max(1);
        Self { rows: rows.clamp(1, most), most, seconds, rate }
    }

    /// Rows for the next batch.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Learns from a batch, and says how long to wait before the next when `sharing` jobs share the rate.
    pub fn took(&mut self, rows: u64, seconds: f64, sharing: u64) -> Duration {
        if rows > 0 && seconds > 0.0 {
            let fits = rows as f64 * self.seconds / seconds;
            // grow at most tenfold, so that one lucky batch does not lead to a monster; shrink as far as needed
            let next = fits.min(self.rows as f64 * 10.0) as u64;
            self.rows = next.clamp(LEAST.min(self.most), self.most);
        }
        match self.rate {
            Some(rate) if rate > 0 => Duration::from_secs_f64(
                ((rows * sharing) as f64 / f64::from(rate) - seconds).clamp(0.0, 60.0),
            ),
            _ => Duration::ZERO,
        }
    }

    /// The source was busy: go slower.
    pub fn was_busy(&mut self) {
        self.rows = (self.rows / 2).max(LEAST.min(self.most));
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

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
}
