//! Forgetting entries whose time is over.

use exeunt_audit::kind::Kind;
use exeunt_store::suppressions::Purpose;

use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;
use crate::suppression::SUBJECT;

impl Office {
    /// Forgets them, with the reasons of their time.
    pub(crate) async fn forget_old_suppressions(&self, service: &Actor) -> Result<(), Error> {
        let (store, id, now) = (&self.engine.store, self.organization.id, self.engine.world.now());
        for purpose in Purpose::ALL {
            let before = now.plus_days(-self.suppression_days(purpose));
            if !store.suppressed_before(id, purpose, before).await? {
                continue;
            }
            let mut change = store.begin().await?;
            let gone = change.forget_suppressed(id, purpose, before).await?;
            // why somebody was entered is told no longer than anybody can be there for it
            let longest = Purpose::ALL.map(|purpose| self.suppression_days(purpose)).into_iter().max();
            change.forget_reasons(id, SUBJECT, now.plus_days(-longest.unwrap_or_default())).await?;
            let event = self
                .event(Kind::SuppressionForgotten, service)
                .fact("purpose", purpose.as_str())
                .count("identifiers", gone);
            change.commit(id, &[event]).await?;
            store.flush_destroyed().await?;
        }
        Ok(())
    }
}
