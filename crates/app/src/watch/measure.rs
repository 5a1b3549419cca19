//! The counts of the whole house. No actor of an organization may see them: they tell of all organizations at once, and are
//! shown to whoever holds the [`WatchToken`](crate::watch::WatchToken) alone.

use exeunt_base::Timestamp;
use exeunt_store::gauges::Gauges;

use crate::error::Error;
use crate::house::House;

/// What was measured.
#[derive(Debug, Clone)]
pub struct Measured {
    /// When.
    pub at: Timestamp,
    /// Organizations that this process knows.
    pub organizations: u64,
    /// What the control store holds.
    pub gauges: Gauges,
    /// When a head of a log was last kept outside the store; the oldest of all organizations.
    pub checkpoint: Option<Timestamp>,
}

impl House {
    /// Measures.
    pub async fn measure(&self) -> Result<Measured, Error> {
        let gauges = self.store.gauges().await?;
        let kept = |office: &crate::Office| {
            let path = office.layout.log_head(office.organization.id);
            let changed = std::fs::metadata(path).and_then(|about| about.modified()).ok()?;
            let since = changed.duration_since(std::time::UNIX_EPOCH).ok()?;
            Some(Timestamp::from_micros(i64::try_from(since.as_micros()).ok()?))
        };
        Ok(Measured {
            at: self.world.now(),
            organizations: self.offices().count() as u64,
            gauges,
            checkpoint: self.offices().filter_map(kept).min(),
        })
    }
}
