//! Taking somebody out: they came back, or were entered by mistake.

use exeunt_audit::commitment::Commitment;
use exeunt_audit::kind::Kind;
use exeunt_base::Personal;
use exeunt_engine::suppression::mac;
use exeunt_store::suppressions::{Entry, Purpose};

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;
use crate::requests::hold::reason;
use crate::suppression::add::names_nobody;
use crate::suppression::{REMOVE, SUBJECT};

impl Office {
    /// Takes one identifier out, for one purpose. What else is known of the same person stays.
    pub async fn remove_suppression(
        &self,
        actor: &Actor,
        purpose: Purpose,
        identifier: (String, Personal),
        because: &str,
    ) -> Result<(), Error> {
        self.allow(actor, Permission::RemoveSuppression)?;
        self.slow_down(actor)?;
        let because = reason(because)?;
        let identities = self.listable(&[identifier], 1).await?;
        names_nobody(&because, &identities)?;
        let absent = || {
            let words = "nobody of this identifier is on the suppression list for that; nothing was changed";
            Error::Refused("E0984", String::from(words))
        };
        let identity = identities.first().ok_or_else(absent)?;
        let key = self.engine.suppression_key()?;
        let entry = Entry { kind: identity.kind().as_str(), mac: mac(&key, purpose, identity) };
        let since = self.engine.store.suppressed_since(self.organization.id, purpose, entry).await?;
        let mut event = self
            .event(Kind::SuppressionRemoved, actor)
            .fact("purpose", purpose.as_str())
            .count("identifiers", 1)
            .commit("reason", Commitment::new(&self.chance(), REMOVE, because.as_bytes()));
        if let Some(request) = since.and_then(|since| since.request) {
            event = event.about(request);
        }
        let mut change = self.engine.store.begin().await?;
        if !change.unsuppress(self.organization.id, purpose, entry).await? {
            change.rollback().await?;
            return Err(absent());
        }
        change.add_reason(&self.reason_of(actor, SUBJECT.to_owned(), REMOVE, &because)).await?;
        change.commit(self.organization.id, &[event]).await?;
        Ok(self.engine.store.flush_destroyed().await?)
    }
}
