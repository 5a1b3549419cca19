//! What is held beyond single requests.

use exeunt_base::HoldId;
use exeunt_store::holds::{Hold, Kept};

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;

impl Office {
    /// All holds, those lifted too, the last placed first, with what each stands in the way of.
    pub async fn list_holds(&self, actor: &Actor) -> Result<Vec<(Hold, Kept)>, Error> {
        self.allow(actor, Permission::ReadRequests)?;
        self.lift_ended_holds().await?;
        Ok(self.engine.store.holds(self.organization.id).await?)
    }

    /// One of this organization's.
    pub(crate) async fn hold(&self, id: HoldId) -> Result<Hold, Error> {
        let hold = self.engine.store.hold(id).await?;
        if hold.organization != self.organization.id {
            return Err(exeunt_store::Error::NotFound { what: "hold", id: id.to_string() }.into());
        }
        Ok(hold)
    }
}
