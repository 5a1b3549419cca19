//! Why people did something, kept in their own words beside what it was done to. The log only commits to them.

use exeunt_base::{RequestId, SubprocessorId};
use exeunt_store::reasons::Reason;

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;
use crate::people::faces::Face;

/// Why rows were brought back.
pub const RESTORE: &str = "restore";
/// Why a hold was lifted.
pub const LIFT: &str = "lift";
/// Why a sub-processor was engaged in spite of objections.
pub const ENGAGE: &str = "engage";
/// Why one was ended.
pub const END: &str = "end";

impl Office {
    /// What was said about a request, the latest first.
    pub async fn reasons_of_request(&self, actor: &Actor, id: RequestId) -> Result<Vec<Reason>, Error> {
        self.allow(actor, Permission::ReadRequests)?;
        self.request(id).await?;
        Ok(self.engine.store.reasons_about(self.organization.id, &id.to_string()).await?)
    }

    /// What was said when a sub-processor was engaged in spite of objections, or ended, and by whom.
    pub async fn reasons_of_subprocessor(
        &self,
        actor: &Actor,
        id: SubprocessorId,
    ) -> Result<Vec<(Reason, Face)>, Error> {
        self.show_subprocessor(actor, id).await?;
        let mut faces = self.faces().await?;
        let mut told = Vec::new();
        for reason in self.engine.store.reasons_about(self.organization.id, &id.to_string()).await? {
            let face = match reason.by {
                Some(by) => faces.of_actor(by).await?,
                None => Face::default(),
            };
            told.push((reason, face));
        }
        Ok(told)
    }

    /// A reason of somebody who acts now.
    pub(crate) fn reason_of(&self, actor: &Actor, subject: String, act: &str, because: &str) -> Reason {
        Reason {
            organization: self.organization.id,
            subject,
            act: act.to_owned(),
            because: because.to_owned(),
            by: actor.id,
            at: self.engine.world.now(),
        }
    }
}
