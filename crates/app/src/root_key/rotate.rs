//! Taking another root key into use while everybody works (SEC-42). Only for whoever runs the machine.

use exeunt_audit::kind::Kind;
use exeunt_vault::Keeper;

use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;
use crate::root_key::shares::may;

impl Office {
    /// Rotates the root key, or finishes doing so; tells which one it is now.
    pub async fn rotate_root_key(&self, actor: &Actor, keeper: &dyn Keeper) -> Result<u128, Error> {
        may(actor)?;
        let now = self.engine.world.now();
        // the open change keeps others from rotating, and the log from forgetting it
        let change = self.engine.store.begin().await?;
        let version = self.engine.keyring.rotate_root(keeper, now, &self.chance())?;
        let event = self.event(Kind::KeyRotated, actor).fact("purpose", "root");
        let event = event.count("version", u64::try_from(version).unwrap_or(u64::MAX));
        change.commit(self.organization.id, &[event]).await?;
        Ok(version)
    }
}
