//! What is kept, class by class: how much, since when, and for how long at the most.

use std::sync::Arc;

use exeunt_base::Timestamp;
use exeunt_store::retention::{Class, Kept};

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

/// After its time something may still be there for so long: it is looked for every 15 seconds, and each source cleans up at the end.
const SLACK: i64 = HOUR;

/// A class of what is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retained {
    /// What there is.
    pub kept: Kept,
    /// How long it is kept at the most, in seconds; nothing where no time is set.
    pub limit: Option<i64>,
    /// Whether the oldest has been there for longer.
    pub overdue: bool,
}

impl Office {
    /// What is kept of each class.
    pub async fn report_retention(&self, actor: &Actor) -> Result<Vec<Retained>, Error> {
        self.allow(actor, Permission::ReadAudit)?;
        let mut all = self.retained().await?;
        let (shelf, packages) = (self.engine.shelf.clone(), Arc::clone(&self.engine.packages));
        // a disk or a bucket may take its time
        let looked = tokio::task::spawn_blocking(move || -> Result<Vec<Timestamp>, exeunt_vault::Error> {
            let parts = shelf.parts()?.into_iter().map(|part| part.modified);
            Ok(parts.chain(packages.drafts()?.into_iter().map(|draft| draft.modified)).collect())
        });
        let begun = looked.await.unwrap_or(Ok(Vec::new()))?;
        let temporary = all.iter_mut().filter(|one| one.kept.class == Class::Temporary);
        for one in temporary {
            one.kept.items += begun.len() as u64;
            one.kept.oldest = one.kept.oldest.into_iter().chain(begun.iter().copied()).min();
            *one = self.judge(one.kept, self.engine.world.now());
        }
        Ok(all)
    }

    /// The same without files that were begun: what the store alone knows.
    pub(crate) async fn retained(&self) -> Result<Vec<Retained>, Error> {
        let now = self.engine.world.now();
        let all = self.engine.store.kept(self.organization.id).await?;
        Ok(all.into_iter().map(|kept| self.judge(kept, now)).collect())
    }

    fn judge(&self, kept: Kept, now: Timestamp) -> Retained {
        let limit = match kept.class {
            Class::Transit => Some(8 * HOUR),
            Class::Temporary => Some(DAY),
            Class::Outbox => Some(30 * DAY),
            Class::Downloads => Some(90 * DAY),
            Class::Packages => Some(i64::from(self.engine.settings.package_days) * DAY),
            Class::Vault => Some(i64::from(self.policy.window_days + self.policy.purge_days) * DAY),
            Class::Identities => Some(i64::from(self.policy.identities_days) * DAY),
            Class::Suppressed => Some(i64::from(self.engine.settings.suppression_days) * DAY),
            Class::Objections => Some(i64::from(self.policy.objection_days) * DAY),
            Class::KeptRows | Class::HeldRows | Class::Requests | Class::Audit => None,
        };
        let ends = limit.and_then(|limit| Some(kept.oldest?.plus_seconds(limit + SLACK)));
        Retained { kept, limit, overdue: ends.is_some_and(|ends| ends < now) }
    }
}
