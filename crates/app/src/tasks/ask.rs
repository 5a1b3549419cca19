//! Asking for work: what can be refused at once is refused at once, the rest waits for a worker.

use exeunt_audit::commitment::Commitment;
use exeunt_audit::event::Object;
use exeunt_audit::kind::Kind;
use exeunt_base::{JobId, ProposalId, RequestId, TaskId, Timestamp};
use exeunt_engine::job::prepare::Confirmed;
use exeunt_engine::purge::Options;
use exeunt_engine::restore::Choice;
use exeunt_engine::world::chance_for_id;
use exeunt_engine::{sealing, states};
use exeunt_store::reasons::Reason;
use exeunt_store::tasks::{Task, WAITING};

use crate::access::Permission;
use crate::actor::Actor;
use crate::calls::{self, Call};
use crate::error::Error;
use crate::office::Office;
use crate::proposals::two::spend;
use crate::reasons::RESTORE;
use crate::requests::changes_rows;
use crate::requests::hold::reason;
use crate::tasks::wanted::{PackageWanted, Wanted};

/// How what takes two people got this far.
enum Gate {
    /// It is let through now, by a proposal if it took one.
    Now(Option<ProposalId>),
    /// It was let through when the same was asked for, which is not over.
    Before,
}

impl Office {
    /// Asks for a job to be carried out from wherever it stands.
    pub async fn ask_run_job(
        &self,
        actor: &Actor,
        id: JobId,
        confirmed: Confirmed,
        call: Option<&Call>,
    ) -> Result<TaskId, Error> {
        self.allow_job(actor, id)?;
        if let Some(task) = self.made_before(call).await? {
            return Ok(task);
        }
        let job = self.engine.store.job(id).await?;
        self.own(job.organization, "job", &id.to_string())?;
        if !states::RUNNABLE.contains(&job.state.as_str()) {
            return Err(Error::Refused("E0404", format!("job `{id}` is `{}` and cannot be run", job.state)));
        }
        let wanted = Wanted::RunJob(confirmed);
        let gate = match self.is_asked(id.into(), &wanted).await? {
            true => Gate::Before,
            false => Gate::Now(self.two_over_the_cap(actor, id, confirmed).await?),
        };
        self.ask_for(actor, Some(id.into()), &wanted, None, gate, call).await
    }

    /// Asks for a job's flagged rows to be tried again.
    pub async fn ask_retry_reviews(
        &self,
        actor: &Actor,
        id: JobId,
        call: Option<&Call>,
    ) -> Result<TaskId, Error> {
        self.allow_job(actor, id)?;
        if let Some(task) = self.made_before(call).await? {
            return Ok(task);
        }
        self.has_reviews(actor, id).await?;
        self.ask(actor, id.into(), &Wanted::RetryReviews, call).await
    }

    /// Asks for a job's flagged rows to be left as they are. Takes two people.
    pub async fn ask_skip_reviews(
        &self,
        actor: &Actor,
        id: JobId,
        because: &str,
        call: Option<&Call>,
    ) -> Result<TaskId, Error> {
        self.allow_job(actor, id)?;
        if let Some(task) = self.made_before(call).await? {
            return Ok(task);
        }
        self.has_reviews(actor, id).await?;
        let because = reason(because)?;
        let wanted = Wanted::SkipReviews(because.clone());
        let gate = match self.is_asked(id.into(), &wanted).await? {
            true => Gate::Before,
            false => Gate::Now(self.two_to_leave(actor, id, &because).await?),
        };
        self.ask_for(actor, Some(id.into()), &wanted, None, gate, call).await
    }

    async fn has_reviews(&self, actor: &Actor, id: JobId) -> Result<(), Error> {
        let status = self.job_status(actor, id).await?;
        if status.job.state == states::REVIEW {
            return Ok(());
        }
        let text = format!("job `{id}` is `{}`: none of its rows waits for review", status.job.state);
        Err(Error::Refused("E0404", text))
    }

    /// Asks for rows of a request to be brought back.
    pub async fn ask_restore(
        &self,
        actor: &Actor,
        id: RequestId,
        choice: &Choice,
        call: Option<&Call>,
    ) -> Result<TaskId, Error> {
        self.restore_asked(actor, id, choice, None, call).await
    }

    /// The same for a reason, which is kept beside the request.
    pub async fn ask_restore_because(
        &self,
        actor: &Actor,
        id: RequestId,
        choice: &Choice,
        because: &str,
        call: Option<&Call>,
    ) -> Result<TaskId, Error> {
        self.allow(actor, Permission::Restore)?;
        let because = reason(because)?;
        self.restore_asked(actor, id, choice, Some(&because), call).await
    }

    async fn restore_asked(
        &self,
        actor: &Actor,
        id: RequestId,
        choice: &Choice,
        because: Option<&str>,
        call: Option<&Call>,
    ) -> Result<TaskId, Error> {
        self.allow(actor, Permission::Restore)?;
        if let Some(task) = self.made_before(call).await? {
            return Ok(task);
        }
        self.restorable(actor, id, choice).await?;
        if self.engine.store.claims_of(id).await?.is_empty() {
            return Err(exeunt_engine::Error::NothingThere(id).into());
        }
        let because = because.map(|because| self.reason_of(actor, id.to_string(), RESTORE, because));
        let wanted = Wanted::Restore(choice.clone());
        self.ask_for(actor, Some(id.into()), &wanted, because, Gate::Now(None), call).await
    }

    /// Asks for a request to be purged.
    pub async fn ask_purge(
        &self,
        actor: &Actor,
        id: RequestId,
        options: Options,
        call: Option<&Call>,
    ) -> Result<TaskId, Error> {
        self.allow(actor, Permission::Purge)?;
        if let Some(task) = self.made_before(call).await? {
            return Ok(task);
        }
        let options = crate::requests::purge::checked(options)?;
        let request = self.request(id).await?;
        if !states::WAITING.contains(&request.state.as_str()) && request.state != states::PURGING {
            return Err(Error::Refused(
                "E0312",
                format!("request `{id}` is `{}`; only what waits in the vault is purged", request.state),
            ));
        }
        let wanted = Wanted::Purge(options.clone());
        let gate = match self.is_asked(id.into(), &wanted).await? {
            true => Gate::Before,
            false => Gate::Now(self.two_to_purge(actor, id, &options).await?),
        };
        self.ask_for(actor, Some(id.into()), &wanted, None, gate, call).await
    }

    /// Asks for the package that answers a request.
    pub async fn ask_package(
        &self,
        actor: &Actor,
        id: RequestId,
        wanted: PackageWanted,
        call: Option<&Call>,
    ) -> Result<TaskId, Error> {
        self.allow(actor, Permission::MakePackages)?;
        if let Some(task) = self.made_before(call).await? {
            return Ok(task);
        }
        wanted.read()?;
        if wanted.deliver {
            self.allow(actor, Permission::MakeLinks)?;
            self.can_mail_links()?;
        }
        let request = self.request(id).await?;
        if changes_rows(&request.kind) {
            return Err(Error::Usage(
                "E0311",
                format!("request `{id}` is for {}; a package answers access or portability", request.kind),
            ));
        }
        if !APPROVED.contains(&request.state.as_str()) {
            // whoever asks for the package approves its plan
            self.not_their_own(actor, &[id]).await?;
        }
        self.ask(actor, id.into(), &Wanted::MakePackage(wanted), call).await
    }

    async fn ask(
        &self,
        actor: &Actor,
        subject: Object,
        wanted: &Wanted,
        call: Option<&Call>,
    ) -> Result<TaskId, Error> {
        self.ask_about(actor, Some(subject), wanted, call).await
    }

    /// The same for work that may be about the organization as a whole.
    pub(crate) async fn ask_about(
        &self,
        actor: &Actor,
        subject: Option<Object>,
        wanted: &Wanted,
        call: Option<&Call>,
    ) -> Result<TaskId, Error> {
        self.ask_for(actor, subject, wanted, None, Gate::Now(None), call).await
    }

    /// Whether somebody asked for this very thing and it is not over: it was let through then, and nobody is asked again.
    async fn is_asked(&self, subject: Object, wanted: &Wanted) -> Result<bool, Error> {
        for task in self.engine.store.tasks_about(&subject.to_string()).await? {
            let ours = task.organization == self.organization.id && task.kind == wanted.kind();
            if ours && task.ended_at.is_none() && self.open_task(&task)?.is(wanted) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The same for a reason, if one is given, and past a gate. What let it through counts no more once the task is there: the
    /// task carries on by itself, whatever ends this process.
    async fn ask_for(
        &self,
        actor: &Actor,
        subject: Option<Object>,
        wanted: &Wanted,
        because: Option<Reason>,
        gate: Gate,
        call: Option<&Call>,
    ) -> Result<TaskId, Error> {
        let now = self.engine.world.now();
        let about = subject.as_ref().map_or_else(|| self.organization.id.to_string(), ToString::to_string);
        let task = self.new_task(actor, &about, wanted, now)?;
        let event = self.event(Kind::TaskAsked, actor).fact("task", wanted.kind());
        let mut event = subject.into_iter().fold(event, |event, subject| event.about(subject));
        if let Some(reason) = &because {
            let words = reason.because.as_bytes();
            event = event.commit("reason", Commitment::new(&self.chance(), &reason.act, words));
        }
        let mut change = self.engine.store.begin().await?;
        let open = change.add_task(&task).await?;
        let id = open.as_ref().map_or(task.id, |open| open.id);
        if let Some(earlier) = calls::claim(&mut change, self.organization.id, call, id, now).await? {
            change.rollback().await?;
            return earlier;
        }
        let Some(open) = open else {
            match gate {
                Gate::Now(proposal) => spend(&mut change, proposal).await?,
                Gate::Before => {
                    change.rollback().await?;
                    let text = "the same was asked for before, and ended just now; look at what came of it";
                    return Err(Error::Refused("E0409", String::from(text)));
                }
            }
            if let Some(reason) = &because {
                change.add_reason(reason).await?;
            }
            change.commit(self.organization.id, &[event]).await?;
            self.bell.notify_one();
            return Ok(id);
        };
        // whoever wants something else would believe that it is done
        if !self.open_task(&open)?.is(wanted) {
            change.rollback().await?;
            return Err(Error::Refused(
                "E0409",
                format!(
                    "`{}` of `{}` is asked for already, in another way: see task `{id}`",
                    open.kind, open.subject
                ),
            ));
        }
        change.commit_bookkeeping().await?;
        Ok(id)
    }

    /// A task of this office, sealed.
    pub(crate) fn new_task(
        &self,
        actor: &Actor,
        subject: &str,
        wanted: &Wanted,
        not_before: Timestamp,
    ) -> Result<Task, Error> {
        let world = &*self.engine.world;
        let now = world.now();
        let id = TaskId::new(now, chance_for_id(world));
        let plain = serde_json::to_vec(wanted).map_err(|_| Error::Damaged {
            what: String::from("a task"),
            why: String::from("it cannot be written"),
        })?;
        let mut nonce = [0; 12];
        world.chance(&mut nonce);
        let key = self.engine.keyring.purpose_key(self.organization.id, PURPOSE)?;
        Ok(Task {
            id,
            organization: self.organization.id,
            kind: wanted.kind().to_owned(),
            subject: subject.to_owned(),
            state: WAITING.to_owned(),
            wanted: Some(sealing::seal(&key, &id.to_string(), nonce, &plain)),
            asked_by: actor.id,
            asked_at: now,
            not_before,
            tries: 0,
            ended_at: None,
            outcome: None,
        })
    }

    /// What a task is to do.
    pub(crate) fn open_task(&self, task: &Task) -> Result<Wanted, Error> {
        let damaged = |why: &str| Error::Damaged { what: String::from("a task"), why: why.to_owned() };
        let key = self.engine.keyring.purpose_key(self.organization.id, PURPOSE)?;
        let sealed = task.wanted.as_deref().ok_or_else(|| damaged("what was asked is gone"))?;
        let plain = sealing::open(&key, &task.id.to_string(), sealed)
            .ok_or_else(|| damaged("wrong key, or not the same bytes"))?;
        serde_json::from_slice(&plain).map_err(|_| damaged("this release does not know what was asked"))
    }
}

/// States of requests for access whose plan somebody approved.
const APPROVED: &[&str] = &["approved", "ready", "delivered"];

/// The keyring's word for what seals tasks.
const PURPOSE: &str = "tasks";
