//! Time and chance, as the system gives them.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use exeunt_base::Timestamp;
use exeunt_engine::{World, failpoint};

/// The system's clock and random generator. The demonstration may set the clock forward, to see a window end.
#[derive(Debug, Default)]
pub(crate) struct System {
    ahead_seconds: AtomicI64,
}

impl System {
    /// Sets this world's clock forward.
    pub(crate) fn skip_days(&self, days: u32) {
        self.ahead_seconds.fetch_add(i64::from(days) * 86_400, Ordering::Relaxed);
    }
}

/// Calls to a bucket are signed with the time, and wait between tries on a thread that may.
impl exeunt_bucket::Pace for System {
    fn now(&self) -> Timestamp {
        World::now(self)
    }

    fn pause(&self, time: Duration) {
        std::thread::sleep(time);
    }
}

#[async_trait]
impl World for System {
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let micros = i64::try_from(since.as_micros()).unwrap_or(i64::MAX);
        let ahead = self.ahead_seconds.load(Ordering::Relaxed) + failpoint::clock_ahead_seconds();
        Timestamp::from_micros(micros).plus_seconds(ahead)
    }

    fn chance(&self, bytes: &mut [u8]) {
        aws_lc_rs::rand::fill(bytes).expect("the system has a random generator, or nothing here can be safe");
    }

    async fn wait(&self, time: Duration) {
        tokio::time::sleep(time).await;
    }
}
