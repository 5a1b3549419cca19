//! What a plan would touch right now: counted, or with its steps carried out and rolled back. At once for whoever has the
//! sources at hand, or by a worker.

use exeunt_base::{PlanId, RequestId, TaskId};
use exeunt_engine::dry_run::{Line, Preview};
use exeunt_engine::job::prepare::Confirmed;
use exeunt_plan::document::Document;
use exeunt_plan::table;
use serde_json::{Value, json};

use crate::access::Permission;
use crate::actor::Actor;
use crate::calls::Call;
use crate::error::Error;
use crate::office::Office;
use crate::plans::show::Shown;
use crate::tasks::Wanted;

/// How a plan is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// Its rows are counted.
    Count,
    /// Its statements are executed and rolled back.
    DryRun,
}

impl Office {
    /// Counts. Needs the identifiers, which are destroyed at the end of a request's life.
    pub async fn count_plan(
        &self,
        actor: &Actor,
        document: &Document,
        requests: &[RequestId],
        confirmed: Confirmed,
    ) -> Result<Preview, Error> {
        self.allow(actor, Permission::MakePlans)?;
        self.may_handle(document)?;
        let people = self.engine.people(requests).await?;
        Ok(self.engine.preview(document, people, confirmed).await?)
    }

    /// Executes the plan's statements in transactions that are rolled back.
    pub async fn dry_run_plan(
        &self,
        actor: &Actor,
        document: &Document,
        requests: &[RequestId],
        confirmed: Confirmed,
    ) -> Result<Preview, Error> {
        self.allow(actor, Permission::MakePlans)?;
        self.may_handle(document)?;
        let people = self.engine.people(requests).await?;
        Ok(self.engine.dry_run(document, people, confirmed).await?)
    }

    /// Asks for a plan to be counted or rehearsed by a worker: who answers calls may have no way to the sources.
    pub async fn ask_count_plan(
        &self,
        actor: &Actor,
        id: PlanId,
        look: Look,
        confirmed: Confirmed,
        call: Option<&Call>,
    ) -> Result<TaskId, Error> {
        self.allow(actor, Permission::MakePlans)?;
        if let Some(task) = self.made_before(call).await? {
            return Ok(task);
        }
        countable(&self.show_plan(actor, id).await?)?;
        let wanted = match look {
            Look::Count => Wanted::CountPlan(confirmed),
            Look::DryRun => Wanted::RehearsePlan(confirmed),
        };
        self.ask_about(actor, Some(id.into()), &wanted, call).await
    }

    /// Does what was asked: rows, by model and by step.
    pub(crate) async fn count_asked_plan(
        &self,
        actor: &Actor,
        id: PlanId,
        look: Look,
        confirmed: Confirmed,
    ) -> Result<Value, Error> {
        let shown = self.show_plan(actor, id).await?;
        countable(&shown)?;
        let document = shown.plan.document();
        let preview = match look {
            Look::Count => self.count_plan(actor, document, &shown.requests, confirmed).await?,
            Look::DryRun => self.dry_run_plan(actor, document, &shown.requests, confirmed).await?,
        };
        Ok(told(document, &preview))
    }
}

/// Once rows were struck, counting would tell what is left and not what the plan is about.
fn countable(shown: &Shown) -> Result<(), Error> {
    let id = shown.stored.id;
    match (shown.job, shown.requests.is_empty()) {
        (Some(job), _) => Err(Error::Refused(
            "E0312",
            format!("the job of plan `{id}` has begun and counts its rows itself: see `{job}`"),
        )),
        (None, true) => Err(Error::Refused(
            "E0312",
            format!("plan `{id}` answers no request any more: another took its place"),
        )),
        (None, false) => Ok(()),
    }
}

/// A preview without a word about anybody: models and numbers, and what a source said of a row that it held back.
fn told(document: &Document, preview: &Preview) -> Value {
    let model = |line: &table::Line| {
        json!({
            "model": line.model.to_string(),
            "delete": line.delete,
            "anonymize": line.anonymize,
            "keep": line.keep,
            "detach": line.detach,
        })
    };
    let step = |line: &Line| {
        json!({
            "step": line.step,
            "model": line.model,
            "action": line.action,
            "found": line.found,
            "struck": line.struck,
            "held_back": line.held_back,
            "why": line.why,
        })
    };
    json!({
        "models": table::lines(document, Some(&preview.once)).iter().map(model).collect::<Vec<_>>(),
        "steps": preview.lines.iter().map(step).collect::<Vec<_>>(),
        "sets": preview.sets,
        "finally": { "steps": preview.once.steps, "kept": preview.once.kept },
    })
}
