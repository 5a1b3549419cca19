//! Everything that stays because a law says so, by model and the day it ends, and having it looked at now.

use exeunt_base::TaskId;
use exeunt_store::kept::Step;

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;
use crate::tasks::wanted::Wanted;

impl Office {
    /// What stays by law, what ends first first.
    pub async fn list_kept(&self, actor: &Actor) -> Result<Vec<Step>, Error> {
        self.allow(actor, Permission::ReadRequests)?;
        Ok(self.engine.store.kept_steps(self.organization.id).await?)
    }

    /// Asks for all of it to be looked at now, whatever day it was to be looked at. What is due gets a request of its own; nothing
    /// is erased without that.
    pub async fn ask_check_kept(&self, actor: &Actor) -> Result<TaskId, Error> {
        self.allow(actor, Permission::RunJobs)?;
        let mut change = self.engine.store.begin().await?;
        change.look_at_kept_by(self.organization.id, &self.today().to_string()).await?;
        change.commit_bookkeeping().await?;
        self.ask_about(actor, None, &Wanted::FollowKept, None).await
    }
}
