//! What has become due without anybody asking: windows that ended, packages whose time has come, calls nobody repeats,
//! sessions and tokens that let nobody in any more.

use exeunt_engine::purge::Options;
use exeunt_store::tasks;

use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;
use crate::people::IDLE_SECONDS;
use crate::tasks::Wanted;
use crate::tasks::wanted::PURGE;

/// Seconds for which a call is not done twice.
const CALLS_SECONDS: i64 = 86_400;
/// Seconds for which an ended task can be looked at.
const TASKS_SECONDS: i64 = 30 * 86_400;
/// Most purges that become tasks at a time, so that looking is quick.
const MOST: usize = 200;

impl Office {
    /// Turns what is due into tasks, and forgets what nobody needs. Any number of processes may do it at once.
    pub(crate) async fn ask_for_what_is_due(&self) -> Result<(), Error> {
        let service = Actor::service(self.organization.id);
        let mut asked = 0;
        for request in self.due_for_purge(&service).await? {
            if asked == MOST {
                break;
            }
            let subject = request.to_string();
            let known = self.engine.store.tasks_about(&subject).await?;
            // one that failed waits for a person: its trouble did not pass by itself
            if known.iter().any(|task| task.kind == PURGE && task.state != tasks::DONE) {
                continue;
            }
            let now = self.engine.world.now();
            let task = self.new_task(&service, &subject, &Wanted::Purge(Options::default()), now)?;
            let mut change = self.engine.store.begin().await?;
            match change.add_task(&task).await? {
                Some(_) => change.rollback().await?,
                // that it began is told by the purge itself
                None => change.commit_bookkeeping().await?,
            }
            asked += 1;
        }
        self.remove_expired_packages(&service).await?;
        self.forget_what_nobody_needs().await
    }

    async fn forget_what_nobody_needs(&self) -> Result<(), Error> {
        let now = self.engine.world.now();
        let mut change = self.engine.store.begin().await?;
        let calls = change.forget_calls(now.plus_seconds(-CALLS_SECONDS)).await?;
        let tasks = change.forget_tasks(now.plus_seconds(-TASKS_SECONDS)).await?;
        let tokens = change.forget_expired_tokens(now).await?;
        let sessions = change.forget_ended_sessions(now, now.plus_seconds(-IDLE_SECONDS)).await?;
        if calls + tasks + tokens + sessions == 0 {
            return Ok(change.rollback().await?);
        }
        Ok(change.commit_bookkeeping().await?)
    }
}
