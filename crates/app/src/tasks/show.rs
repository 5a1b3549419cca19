//! Where a task stands.

use exeunt_base::TaskId;
use exeunt_store::tasks::Task;

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;

impl Office {
    /// One task of this organization.
    pub async fn show_task(&self, actor: &Actor, id: TaskId) -> Result<Task, Error> {
        self.allow(actor, Permission::ReadJobs)?;
        let task = self.engine.store.task(id).await?;
        self.own(task.organization, "task", &id.to_string())?;
        Ok(task)
    }
}
