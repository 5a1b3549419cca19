//! A clock that is set: it goes as fast as real time between two steps, so that nothing that is measured takes no time.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use exeunt_base::Timestamp;
use exeunt_engine::World;

use crate::soak::STEPS;

/// The first moment of the year: 2026-01-01 06:00 UTC.
const BEGIN: i64 = 1_767_247_200;

/// The clock.
pub(super) struct Clock(Mutex<(Timestamp, Instant)>);

impl Clock {
    pub(super) fn new() -> Self {
        Self(Mutex::new((Timestamp::from_micros(BEGIN * 1_000_000), Instant::now())))
    }

    /// Sets it to a step of the year. It never goes back.
    pub(super) fn forward_to(&self, step: u32) {
        let seconds = i64::from(step) * 86_400 / i64::from(STEPS);
        let at = Timestamp::from_micros(BEGIN * 1_000_000).plus_seconds(seconds).max(self.now());
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = (at, Instant::now());
    }
}

#[async_trait]
impl World for Clock {
    fn now(&self) -> Timestamp {
        let (at, since) = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Timestamp::from_micros(
            at.as_micros() + i64::try_from(since.elapsed().as_micros()).unwrap_or(i64::MAX),
        )
    }

    fn chance(&self, bytes: &mut [u8]) {
        aws_lc_rs::rand::fill(bytes).expect("the system has a random generator");
    }

    async fn wait(&self, time: Duration) {
        tokio::time::sleep(time).await;
    }
}
