//! What has become due without anybody asking: windows that ended, packages whose time has come, calls nobody repeats,
//! sessions and tokens that let nobody in any more.

use std::collections::BTreeSet;

use exeunt_audit::kind::Kind;
use exeunt_base::RequestId;
use exeunt_engine::purge::Options;
use exeunt_store::tasks;
use serde_json::{Value, json};

use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;
use crate::people::IDLE_SECONDS;
use crate::subprocessors::subscribe::ASKED_DAYS;
use crate::tasks::Wanted;
use crate::tasks::wanted::PURGE;
use crate::work::outcome::{passes, told};

/// How long after their time proposals are kept.
const PROPOSALS_SECONDS: i64 = 90 * 86_400;
/// Seconds for which a call is not done twice.
const CALLS_SECONDS: i64 = 86_400;
/// Seconds for which an ended task can be looked at.
const TASKS_SECONDS: i64 = 30 * 86_400;
/// Seconds for which a letter that was given up can be sent again.
const LETTERS_SECONDS: i64 = 30 * 86_400;
/// Seconds for which it can be looked up from where a package was fetched.
const DOWNLOADS_SECONDS: i64 = 90 * 86_400;
/// Seconds for which it can be seen what a webhook was told, and be sent again.
const DELIVERIES_SECONDS: i64 = 30 * 86_400;
/// What was typed in on a portal and not confirmed.
const ASKINGS_SECONDS: i64 = 20 * 3_600;
/// Most requests whose people are forgotten together.
const FORGOTTEN: u32 = 500;
/// The code of a purge that a hold stopped.
const HELD: &str = "E0502";
/// Most requests purged together.
const MOST: usize = 200;

impl Office {
    /// Turns what is due into tasks, and forgets what nobody needs. Any number of processes may do it at once.
    pub(crate) async fn ask_for_what_is_due(&self) -> Result<(), Error> {
        let service = Actor::service(self.organization.id);
        self.lift_ended_holds().await?;
        if !self.due_and_left_to_us(1).await?.is_empty() {
            self.want(&service, &Wanted::PurgeDue).await?;
        }
        if self.engine.tells_deltas() {
            self.engine.give_up_old_deltas().await?;
            if self.deltas_are_due(&service).await? {
                self.want(&service, &Wanted::PushDeltas).await?;
            }
        }
        if self.kept_rows_are_due().await? {
            self.want(&service, &Wanted::FollowKept).await?;
        }
        self.tell_what_is_due().await?;
        self.remind_of_links().await?;
        self.remove_expired_packages(&service).await?;
        self.forget_whose_was_answered(&service).await?;
        self.forget_old_suppressions(&service).await?;
        self.forget_what_nobody_needs().await
    }

    /// Destroys what is known of the people whose requests were answered long ago: identifiers, what they said, and what led from one
    /// request of theirs to another.
    async fn forget_whose_was_answered(&self, service: &Actor) -> Result<(), Error> {
        let id = self.organization.id;
        let before = self.engine.world.now().plus_days(-i64::from(self.policy.identities_days));
        let answered = self.engine.store.answered_before(id, before, FORGOTTEN).await?;
        if answered.is_empty() {
            return Ok(());
        }
        let events = self.events_about(&self.event(Kind::RequestForgotten, service), &answered);
        let mut change = self.engine.store.begin().await?;
        for request in &answered {
            change.destroy_identities(*request).await?;
            // it opens nothing any more
            change.destroy_salt(*request).await?;
        }
        change.commit(id, &events).await?;
        Ok(self.engine.store.flush_destroyed().await?)
    }

    /// A task of the organization's own, unless it waits already. That it began is told by the act itself.
    async fn want(&self, service: &Actor, wanted: &Wanted) -> Result<(), Error> {
        self.want_about(service, &self.organization.id.to_string(), wanted).await
    }

    /// The same about something of the organization's.
    pub(crate) async fn want_about(
        &self,
        service: &Actor,
        subject: &str,
        wanted: &Wanted,
    ) -> Result<(), Error> {
        let task = self.new_task(service, subject, wanted, self.engine.world.now())?;
        let mut change = self.engine.store.begin().await?;
        match change.add_task(&task).await? {
            Some(_) => Ok(change.rollback().await?),
            None => Ok(change.commit_bookkeeping().await?),
        }
    }

    /// Pushes into every delta table. Trouble that may pass leaves the task to be tried again, when all others had their turn.
    pub(super) async fn push_what_waits(&self, actor: &Actor) -> Result<Value, Error> {
        let (mut pushed, mut swept, mut passing, mut lasting) = (0, 0, None, None);
        let mut sources = Vec::new();
        for (source, done) in self.push_deltas(actor, &[]).await? {
            match done {
                Ok(done) => {
                    pushed += done.rows;
                    swept += done.swept;
                    sources.push(json!({ "source": source, "pushed": done.rows, "swept": done.swept }));
                }
                Err(error) if passes(&error) => passing = Some(error),
                Err(error) => lasting = Some(error),
            }
        }
        let done = json!({ "pushed": pushed, "swept": swept, "sources": sources });
        passing.or(lasting).map_or(Ok(done), Err)
    }

    /// At most so many requests whose window has ended, without those that a person asked to purge, or whose purge failed: its
    /// trouble did not pass by itself, and a person decides. One that a hold stopped goes on once that is lifted.
    async fn due_and_left_to_us(&self, most: usize) -> Result<Vec<RequestId>, Error> {
        let mut left = Vec::new();
        for request in self.due_for_purge(&Actor::service(self.organization.id)).await? {
            let known = self.engine.store.tasks_about(&request.to_string()).await?;
            if !known.iter().any(|task| task.kind == PURGE && task.state != tasks::DONE && !was_held(task)) {
                left.push(request);
            }
            if left.len() == most {
                break;
            }
        }
        Ok(left)
    }

    /// Purges what is due. Trouble that may pass leaves the task to be tried again; any other is written down for a person.
    pub(super) async fn purge_what_is_due(&self, owner: &str) -> Result<Value, Error> {
        let service = Actor::service(self.organization.id);
        let due = self.due_and_left_to_us(MOST).await?;
        let follow_ups: BTreeSet<RequestId> =
            self.engine.store.origins_of(&due).await?.into_iter().map(|(request, _)| request).collect();
        let (follow_ups, people): (Vec<RequestId>, Vec<RequestId>) =
            due.into_iter().partition(|request| follow_ups.contains(request));
        let (mut each, _) = self.purge_all(&service, &people, Options::default(), owner).await?;
        if !follow_ups.is_empty() {
            // what a follow-up had to leave is looked at again with the other rows that stay by law
            let leave_new = Some(String::from("rows that stay by law refer to them"));
            let options = Options { leave_new, ..Options::default() };
            each.extend(self.purge_all(&service, &follow_ups, options, owner).await?.0);
        }
        let (mut purged, mut failed, mut held, mut passing) = (0, 0, 0, None);
        for (request, done) in each {
            match done {
                Ok(_) => purged += 1,
                Err(error) if error.is_held() => held += 1,
                Err(error) if passes(&error) => passing = Some(error),
                // somebody else was quicker
                Err(_) if self.is_purged_by_now(request).await? => {}
                Err(error) => {
                    failed += 1;
                    self.leave_to_a_person(request, &error).await?;
                }
            }
        }
        passing.map_or_else(|| Ok(json!({ "purged": purged, "failed": failed, "held": held })), Err)
    }

    async fn leave_to_a_person(&self, request: RequestId, error: &Error) -> Result<(), Error> {
        let (service, now) = (Actor::service(self.organization.id), self.engine.world.now());
        let mut task =
            self.new_task(&service, &request.to_string(), &Wanted::Purge(Options::default()), now)?;
        task.state = tasks::FAILED.to_owned();
        (task.wanted, task.ended_at, task.outcome) = (None, Some(now), Some(told(error).to_string()));
        let mut change = self.engine.store.begin().await?;
        change.add_task(&task).await?;
        Ok(change.commit_bookkeeping().await?)
    }

    async fn forget_what_nobody_needs(&self) -> Result<(), Error> {
        let now = self.engine.world.now();
        let mut change = self.engine.store.begin().await?;
        let calls = change.forget_calls(now.plus_seconds(-CALLS_SECONDS)).await?;
        let tasks = change.forget_tasks(now.plus_seconds(-TASKS_SECONDS)).await?;
        let tokens = change.forget_expired_tokens(now).await? + change.forget_returned_sign_ins(now).await?;
        let proposals = change.forget_proposals(now.plus_seconds(-PROPOSALS_SECONDS)).await?;
        let sessions = change.forget_ended_sessions(now, now.plus_seconds(-IDLE_SECONDS)).await?;
        let letters = change.shred_letters(now.plus_seconds(-LETTERS_SECONDS)).await?;
        let links = change.forget_links(now).await?;
        let asked = change.forget_unconfirmed_subscribers(now.plus_days(-ASKED_DAYS)).await?;
        let askings = change.forget_askings(now.plus_seconds(-ASKINGS_SECONDS)).await?;
        let looks = change.forget_looks(now).await?;
        let told = i64::from(self.policy.identities_days);
        let told = change.forget_said(now.plus_days(-told)).await?
            + change.forget_complaints(now.plus_days(-told)).await?
            + change.forget_remarks(now.plus_seconds(-LETTERS_SECONDS)).await?;
        let downloads = change.forget_link_downloads(now.plus_seconds(-DOWNLOADS_SECONDS)).await?;
        let deliveries = change.forget_deliveries(now.plus_seconds(-DELIVERIES_SECONDS)).await?;
        let secrets = change.forget_old_webhook_secrets(now).await?;
        let destroyed = letters + links + downloads + asked + askings + looks + told + secrets;
        if calls + tasks + tokens + proposals + sessions + deliveries + destroyed == 0 {
            return Ok(change.rollback().await?);
        }
        change.commit_bookkeeping().await?;
        if destroyed > 0 {
            self.engine.store.flush_destroyed().await?;
        }
        Ok(())
    }
}

/// Whether a task ended because of a hold.
fn was_held(task: &tasks::Task) -> bool {
    let outcome: Option<Value> = task.outcome.as_deref().and_then(|text| serde_json::from_str(text).ok());
    outcome.is_some_and(|outcome| outcome["code"] == HELD)
}
