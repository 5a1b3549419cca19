//! What changed from one plan to another.

use exeunt_base::PlanId;

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;

impl Office {
    /// The differences, one sentence each.
    pub async fn diff_plans(&self, actor: &Actor, old: PlanId, new: PlanId) -> Result<Vec<String>, Error> {
        self.allow(actor, Permission::ReadPlans)?;
        let (old, new) = (self.show_plan(actor, old).await?, self.show_plan(actor, new).await?);
        Ok(exeunt_plan::diff::between(old.plan.document(), new.plan.document()))
    }
}
