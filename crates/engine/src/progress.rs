//! How far a job is. It never goes back, and the estimate is absent until it means something.

use exeunt_base::Timestamp;

/// A job's progress after a batch.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Progress {
    /// Rows that have had their turn.
    pub done: u64,
    /// Rows in the census.
    pub total: u64,
    /// Rows waiting for review.
    pub failed: u64,
    /// Rows a second in this run; absent in the first second.
    pub rate: Option<f64>,
    /// Seconds left at that rate; absent before 5 % of the rows or 30 seconds of this run.
    pub left: Option<f64>,
}

impl Progress {
    /// From counts and the time since this run started. `here` are rows done in this run.
    pub fn new(done: u64, total: u64, failed: u64, here: u64, started: Timestamp, now: Timestamp) -> Self {
        let seconds = now.seconds_since(started);
        let rate = (seconds >= 1.0 && here > 0).then(|| here as f64 / seconds);
        let means_something = done * 20 >= total || seconds >= 30.0;
        let left = rate.filter(|_| means_something).map(|rate| total.saturating_sub(done) as f64 / rate);
        Self { done, total, failed, rate, left }
    }
}

/// Is told of progress.
pub trait Watcher: Send + Sync {
    /// After each batch.
    fn on(&self, progress: &Progress);
}

/// Watches nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Nobody;

impl Watcher for Nobody {
    fn on(&self, _: &Progress) {}
}

#[cfg(test)]
mod tests {
    use exeunt_base::Timestamp;

    use super::Progress;

    #[test]
    fn there_is_no_estimate_until_it_means_something() {
        let at = |seconds| Timestamp::from_micros(0).plus_seconds(seconds);
        assert_eq!(Progress::new(10, 1_000, 0, 10, at(0), at(2)).left, None);
        assert_eq!(Progress::new(100, 1_000, 0, 100, at(0), at(2)).left, Some(18.0));
        assert_eq!(Progress::new(10, 1_000, 0, 10, at(0), at(30)).rate, Some(10.0 / 30.0));
    }
}
