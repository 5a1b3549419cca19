//! Plans of a service.

use exeunt_app::plans::count::Look;
use exeunt_app::plans::make::Wishes;
use exeunt_app::plans::show::Shown;
use exeunt_base::{ActorId, JobId, PlanId, RequestId, Timestamp};
use exeunt_engine::dry_run::{Line, Preview};
use exeunt_engine::job::prepare::Confirmed;
use exeunt_plan::table::Counts;
use exeunt_plan::{Linted, Plan};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::ids::Work;
use crate::remote::jobs::confirm;
use crate::remote::{Error, Remote, nobody};

/// A plan as the API tells it.
#[derive(Deserialize)]
struct Told {
    id: PlanId,
    right: String,
    digest: String,
    made_at: Timestamp,
    approved_at: Option<Timestamp>,
    approved_by: Option<ActorId>,
    requests: Vec<RequestId>,
    job: Option<JobId>,
    document: Value,
}

/// What a worker counted.
#[derive(Deserialize)]
struct Counted {
    steps: Vec<Step>,
    sets: Vec<u64>,
    finally: Finally,
}

#[derive(Deserialize)]
struct Step {
    step: usize,
    model: String,
    action: String,
    found: u64,
    struck: Option<u64>,
    held_back: u64,
    why: Vec<String>,
}

#[derive(Deserialize)]
struct Finally {
    steps: Vec<u64>,
    kept: Vec<u64>,
}

impl Step {
    fn line(self) -> Line {
        let Self { step, model, action, found, struck, held_back, why } = self;
        Line { step, model, action, found, struck, held_back, why }
    }
}

impl Remote {
    /// Has a plan counted or rehearsed by a worker, and waits for it.
    pub(crate) async fn count_plan(
        &self,
        shown: &Shown,
        look: Look,
        confirmed: Confirmed,
    ) -> Result<Preview, Error> {
        let body = json!({ "dry_run": look == Look::DryRun, "confirm": confirm(confirmed) });
        let path = format!("/plans/{}/count", shown.stored.id);
        let Counted { steps, sets, finally } = self.worked(&path, body).await?;
        let rows = |set: usize| sets.get(set).copied().unwrap_or_default();
        Ok(Preview {
            lines: steps.into_iter().map(Step::line).collect(),
            kept: shown.plan.document().kept.iter().map(|kept| rows(kept.set)).collect(),
            once: Counts { steps: finally.steps, kept: finally.kept },
            sets,
        })
    }

    /// Makes a plan.
    pub(crate) async fn make_plan(&self, requests: &[RequestId], wishes: &Wishes) -> Result<PlanId, Error> {
        let mut body = json!({ "requests": requests });
        if let Some(days) = wishes.window_days {
            body["window_days"] = json!(days);
        }
        if let Some(because) = &wishes.late_because {
            body["late_because"] = json!(because);
        }
        let told: Told = self.post("/plans", &body).await?;
        Ok(told.id)
    }

    /// One plan, held against its digest here as well.
    pub(crate) async fn show_plan(&self, id: PlanId) -> Result<Shown, Failure> {
        let told: Told = self.get(&format!("/plans/{id}")).await?;
        let digest = told.digest.trim_start_matches("sha256:").to_owned();
        let document = told.document.to_string();
        let plan = Plan::<Linted>::read(&document, &digest).map_err(exeunt_app::Error::from)?;
        let stored = exeunt_store::plans::Plan {
            id: told.id,
            organization: nobody(),
            right: told.right,
            digest,
            document,
            made_at: told.made_at,
            approved: told.approved_by.zip(told.approved_at),
        };
        Ok(Shown { stored, plan, requests: told.requests, job: told.job })
    }

    /// Approves one, and gives its whole digest.
    pub(crate) async fn approve_plan(&self, id: PlanId, digest: &str) -> Result<String, Error> {
        let told: Told = self.post(&format!("/plans/{id}/approve"), &json!({ "digest": digest })).await?;
        Ok(told.digest.trim_start_matches("sha256:").to_owned())
    }

    /// The plan that is meant.
    pub(crate) async fn find_plan(&self, work: Work) -> Result<PlanId, Failure> {
        match work {
            Work::Plan(id) => Ok(id),
            Work::Job(id) => Ok(self.job(id).await?.job.plan),
            Work::Request(id) => self.request(id).await?.plan.ok_or_else(|| {
                let text = format!("request `{id}` has no plan yet; make one with `exeunt plan make {id}`");
                exeunt_app::Error::Refused("E0310", text).into()
            }),
        }
    }
}
