//! How far each delta table is.

use exeunt_base::{Name, Timestamp};
use exeunt_engine::delta::Target;
use exeunt_store::deltas::{DeltaMark, Waiting};

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;

/// A delta table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// The source.
    pub source: Name,
    /// What the settings say.
    pub target: Target,
    /// How far it is; `None` when nobody pushed yet.
    pub mark: Option<DeltaMark>,
    /// What waits for it.
    pub waiting: Waiting,
    /// When it is pushed to next, if anything waits then.
    pub next_at: Timestamp,
}

impl Office {
    /// Every delta table there is to be, by source.
    pub async fn delta_status(&self, actor: &Actor) -> Result<Vec<Status>, Error> {
        self.allow(actor, Permission::ReadJobs)?;
        let marks = self.engine.store.delta_marks(self.organization.id).await?;
        let mut all = Vec::new();
        for (source, target) in &self.engine.settings.deltas {
            let mark = marks.iter().find(|mark| mark.source == *source).cloned();
            let after = mark.as_ref().map_or(0, |mark| mark.sequence);
            let waiting = self.engine.store.delta_waiting(self.organization.id, after).await?;
            let every = i64::from(target.every_seconds);
            let last = mark.as_ref().map(|mark| mark.tried_at.plus_seconds(every));
            let next_at = last.or(waiting.oldest).unwrap_or_else(|| self.engine.world.now());
            all.push(Status { source: source.clone(), target: target.clone(), mark, waiting, next_at });
        }
        Ok(all)
    }

    /// Whether a table is to be pushed to: something waits for it, or a day has passed since it was swept.
    pub(crate) async fn deltas_are_due(&self, service: &Actor) -> Result<bool, Error> {
        let now = self.engine.world.now();
        let due = |status: &Status| {
            let swept = status.mark.as_ref().map(|mark| mark.swept_at.unwrap_or(mark.tried_at));
            let sweep = swept.is_some_and(|at| at.plus_days(1) <= now);
            status.next_at <= now && (status.waiting.events > 0 || sweep)
        };
        Ok(self.delta_status(service).await?.iter().any(due))
    }
}
