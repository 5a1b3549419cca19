//! Telling the person that their request is here; some laws set a day for it.

use exeunt_audit::kind::Kind;
use exeunt_base::RequestId;
use exeunt_store::deadlines::Deadline;

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;

impl Office {
    /// Writes down that the person was told. The first time counts.
    pub async fn acknowledge_request(&self, actor: &Actor, id: RequestId) -> Result<(), Error> {
        self.allow(actor, Permission::DecideRequests)?;
        let deadline = self.deadline_of(id).await?;
        if let Some(at) = deadline.acknowledged_at {
            return Err(Error::Refused("E0315", format!("request `{id}` was acknowledged already, at {at}")));
        }
        let now = self.engine.world.now();
        let event = self.event(Kind::RequestAcknowledged, actor).about(id);
        let mut change = self.engine.store.begin().await?;
        change.move_deadline(&Deadline { acknowledged_at: Some(now), ..deadline }).await?;
        change.commit(self.organization.id, &[event]).await?;
        Ok(())
    }
}
