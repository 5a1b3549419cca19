//! Taking another key of an organization into use while everybody works (SEC-42).

use exeunt_audit::kind::Kind;

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;

impl Office {
    /// Rotates the organization's key, or finishes doing so; tells which one it is now, 0 being the first.
    pub async fn rotate_organization_key(&self, actor: &Actor) -> Result<u64, Error> {
        self.allow(actor, Permission::RotateKeys)?;
        // the open change keeps others from rotating, and the log from forgetting it
        let change = self.engine.store.begin().await?;
        let version = self.engine.keyring.rotate_organization(self.organization.id, &self.chance())?;
        let version = u64::try_from(version).unwrap_or(u64::MAX);
        let event =
            self.event(Kind::KeyRotated, actor).fact("purpose", "organization").count("version", version);
        change.commit(self.organization.id, &[event]).await?;
        Ok(version)
    }
}
