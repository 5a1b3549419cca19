//! Bringing erased rows back, whole or in part, within the window.

use exeunt_base::RequestId;
use exeunt_engine::restore::{Choice, Restored};

use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;

impl Office {
    /// Brings rows back. Rows that lived on are never overwritten; each refusal says why.
    pub async fn restore(
        &self,
        actor: &Actor,
        id: RequestId,
        choice: &Choice,
        owner: &str,
    ) -> Result<Restored, Error> {
        self.request(id).await?;
        Ok(self.engine.restore(id, choice, owner, Some(actor.id)).await?)
    }
}
