//! Where tasks stand.

use exeunt_base::{RequestId, TaskId};
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

    /// The tasks of a request and of its job, newest first.
    pub async fn tasks_of_request(&self, actor: &Actor, id: RequestId) -> Result<Vec<Task>, Error> {
        self.allow(actor, Permission::ReadJobs)?;
        let request = self.request(id).await?;
        let mut tasks = self.engine.store.tasks_about(&id.to_string()).await?;
        if let Some(job) = request.job {
            tasks.extend(self.engine.store.tasks_about(&job.to_string()).await?);
        }
        tasks.retain(|task| task.organization == self.organization.id);
        tasks.sort_by_key(|task| std::cmp::Reverse(task.id));
        Ok(tasks)
    }
}
