//! Jobs and tasks of a service.

use std::time::Duration;

use exeunt_app::jobs::status::Status;
use exeunt_base::{BatchId, EpochId, JobId, Name, PlanId, RequestId, TaskId, Timestamp};
use exeunt_engine::job::prepare::Confirmed;
use exeunt_store::jobs::{Job, Unit};
use exeunt_store::reviews::Review;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::ids::Work;
use crate::out;
use crate::remote::{Error, Remote, nobody};

/// How long to wait between two looks at a task.
const PAUSE: Duration = Duration::from_millis(700);

/// After so many looks it is told that nobody has begun.
const PATIENT: u32 = 10;

/// A job as the API tells it.
#[derive(Deserialize)]
struct Told {
    id: JobId,
    plan: PlanId,
    state: String,
    rows_total: u64,
    batches: u64,
    cancel_asked: bool,
    made_at: Timestamp,
    started_at: Option<Timestamp>,
    settled_at: Option<Timestamp>,
    trouble: Option<String>,
}

/// With its counts.
#[derive(Deserialize)]
struct Whole {
    #[serde(flatten)]
    job: Told,
    rows_done: u64,
    requests: Vec<RequestId>,
    restorable: usize,
    window_ends_at: Option<Timestamp>,
    units: Vec<Step>,
}

#[derive(Deserialize)]
struct Step {
    unit: u32,
    model: String,
    action: String,
    total: u64,
    done: u64,
    gone: u64,
    failed: u64,
    skipped: u64,
}

/// A row that could not be erased.
#[derive(Deserialize)]
struct Flagged {
    id: BatchId,
    unit: u32,
    place: u64,
    model: String,
    fault: String,
    words: String,
    state: String,
    reason: Option<String>,
    at: Timestamp,
}

impl Flagged {
    fn review(self, job: JobId) -> Review {
        let Self { id, unit, place, model, fault, words, state, reason, at } = self;
        Review { id, job, unit, place, model, fault, words, state, reason, at }
    }
}

/// A task.
#[derive(Debug, Deserialize)]
pub(crate) struct Task {
    state: String,
    outcome: Option<Value>,
}

impl Told {
    fn job(self) -> Job {
        Job {
            id: self.id,
            organization: nobody(),
            plan: self.plan,
            state: self.state,
            epoch: EpochId::from_bytes([0; 16]),
            salt: None,
            census_blob: None,
            census_digest: None,
            rows_total: self.rows_total,
            rows_confirmed: 0,
            cancel_asked: self.cancel_asked,
            fence: 0,
            batches: self.batches,
            made_at: self.made_at,
            started_at: self.started_at,
            settled_at: self.settled_at,
            trouble: self.trouble,
        }
    }
}

impl Step {
    fn unit(&self, rest: &mut u64) -> Option<Unit> {
        let source = Name::new(self.model.split('.').next()?).ok()?;
        // how far each unit is, is told for all of them together
        let position = self.total.min(*rest);
        *rest -= position;
        Some(Unit {
            unit: self.unit,
            source,
            model: self.model.clone(),
            action: self.action.clone(),
            total: self.total,
            position,
            done: self.done,
            gone: self.gone,
            failed: self.failed,
            skipped: self.skipped,
        })
    }
}

/// What people confirmed over the guards, as the API takes it.
pub(super) fn confirm(confirmed: Confirmed) -> Value {
    let mut told = json!({ "identity": confirmed.identity, "nobody": confirmed.nobody });
    for (name, rows) in [("rows", confirmed.rows), ("matches", confirmed.matches)] {
        if let Some(rows) = rows {
            told[name] = json!(rows);
        }
    }
    told
}

impl Remote {
    /// The latest jobs.
    pub(crate) async fn list_jobs(&self, limit: u32) -> Result<Vec<Job>, Error> {
        Ok(self.pages::<Told>("/jobs", limit).await?.into_iter().map(Told::job).collect())
    }

    /// One job.
    pub(crate) async fn job(&self, id: JobId) -> Result<Status, Error> {
        let whole: Whole = self.get(&format!("/jobs/{id}")).await?;
        let mut rest = whole.rows_done;
        Ok(Status {
            units: whole.units.iter().filter_map(|step| step.unit(&mut rest)).collect(),
            requests: whole.requests,
            window_ends_at: whole.window_ends_at,
            restorable: whole.restorable,
            job: whole.job.job(),
        })
    }

    /// Has a plan's job started, or a job go on: the job, and the task of running it.
    pub(crate) async fn run_job(&self, work: Work, confirmed: Confirmed) -> Result<(JobId, TaskId), Failure> {
        #[derive(Deserialize)]
        struct Started {
            job: JobId,
            task: TaskId,
        }
        #[derive(Deserialize)]
        struct Asked {
            task: TaskId,
        }
        let confirm = confirm(confirmed);
        let job = match work {
            Work::Job(job) => Some(job),
            _ => self.show_plan(self.find_plan(work).await?).await?.job,
        };
        if let Some(job) = job {
            let asked: Asked = self.make(&format!("/jobs/{job}/run"), &json!({ "confirm": confirm })).await?;
            return Ok((job, asked.task));
        }
        let plan = self.find_plan(work).await?;
        let started: Started = self.make("/jobs", &json!({ "plan": plan, "confirm": confirm })).await?;
        Ok((started.job, started.task))
    }

    /// The job that is meant.
    pub(crate) async fn find_job(&self, work: Work) -> Result<JobId, Failure> {
        if let Work::Job(id) = work {
            return Ok(id);
        }
        let plan = self.find_plan(work).await?;
        self.show_plan(plan).await?.job.ok_or_else(|| {
            let text = format!("plan `{plan}` has no job yet; start it with `exeunt job run {plan}`");
            exeunt_app::Error::Refused("E0310", text).into()
        })
    }

    /// A job's rows that wait for a person, and those that somebody decided on.
    pub(crate) async fn reviews(&self, job: JobId) -> Result<Vec<Review>, Error> {
        let told: Vec<Flagged> = self.get(&format!("/jobs/{job}/reviews")).await?;
        Ok(told.into_iter().map(|row| row.review(job)).collect())
    }

    /// Has them tried again.
    pub(crate) async fn retry_reviews(&self, job: JobId) -> Result<Value, Error> {
        self.worked(&format!("/jobs/{job}/reviews/retry"), json!({})).await
    }

    /// Has them left as they are.
    pub(crate) async fn leave_reviews(&self, job: JobId, because: &str) -> Result<Value, Error> {
        self.worked(&format!("/jobs/{job}/reviews/leave"), json!({ "because": because })).await
    }

    /// Asks a job to end.
    pub(crate) async fn cancel_job(&self, id: JobId) -> Result<(), Error> {
        self.nod(&format!("/jobs/{id}/cancel")).await
    }

    /// Waits until a task has ended, and tells what came of it; what failed is an error.
    pub(crate) async fn ended(&self, id: TaskId) -> Result<Value, Error> {
        let (mut told, mut looks) = (None, 0);
        loop {
            let task: Task = self.get(&format!("/tasks/{id}")).await?;
            let word = |name: &str| task.outcome.as_ref().and_then(|outcome| outcome[name].as_str());
            match task.state.as_str() {
                "done" => return Ok(task.outcome.unwrap_or_default()),
                "failed" => return Err(Error::of_task(word("code"), word("message"))),
                _ => {}
            }
            // it was put back, and somebody sits here waiting for it
            if let Some(why) = word("message").filter(|why| told.as_deref() != Some(*why)) {
                out::remark(&format!("`{id}` waits: {why}"));
                told = Some(why.to_owned());
            }
            looks += 1;
            if looks == PATIENT && told.is_none() && task.state == "waiting" {
                out::remark(&format!("`{id}` waits for a worker of the service"));
            }
            self.wait(PAUSE).await;
        }
    }
}
