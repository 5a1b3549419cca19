//! Whether data stays where the organization wants it: asked when a plan is made, and again by whoever touches rows. What
//! it is held against is in `exeunt_plan::residency`.

use std::collections::BTreeSet;

use exeunt_base::{JobId, Name, PlanId};
use exeunt_plan::document::Document;
use exeunt_plan::map::{Finding, Severity};
use exeunt_plan::residency;
use exeunt_store::requests::Request;

use crate::error::Error;
use crate::maps::Map;
use crate::office::Office;

impl Office {
    /// Refuses a plan that would move data out, now that it is made.
    pub(crate) fn stays_inside(&self, map: &Map, document: &Document) -> Result<(), Error> {
        let touched: BTreeSet<&str> = document.sources().into_iter().map(Name::as_str).collect();
        let mut findings = residency::of_map(&map.map, &self.policy.residency);
        // what is wrong with sources that it does not touch is not its matter
        findings.retain(|found| {
            found.severity == Severity::Error
                && (touched.contains(found.place.as_str()) || found.place.starts_with("residency."))
        });
        leaves(findings)
    }

    /// Refuses to touch the rows of a plan: in this process, or at all since settings changed.
    pub(crate) fn may_handle(&self, document: &Document) -> Result<(), Error> {
        leaves(residency::of_document(document, &self.policy.residency))?;
        match residency::not_here(document, &self.policy.residency) {
            None => Ok(()),
            Some(why) => Err(Error::Elsewhere(why)),
        }
    }

    /// Refuses to write into a source, or to look people up in it, from here.
    pub(crate) fn may_reach(&self, source: &Name) -> Result<(), Error> {
        let read = self.map()?;
        match residency::source_not_here(&read.map, source, &self.policy.residency) {
            None => Ok(()),
            Some(why) => Err(Error::Elsewhere(why)),
        }
    }

    /// The same for the plan that a request was answered by; one that has none touches no rows.
    pub(crate) async fn may_handle_request(&self, request: &Request) -> Result<(), Error> {
        match request.plan {
            None => Ok(()),
            Some(plan) => self.may_handle_plan(plan).await,
        }
    }

    /// The same for a job.
    pub(crate) async fn may_handle_job(&self, job: JobId) -> Result<(), Error> {
        let plan = self.engine.store.job(job).await?.plan;
        self.may_handle_plan(plan).await
    }

    async fn may_handle_plan(&self, plan: PlanId) -> Result<(), Error> {
        let stored = self.engine.store.plan(plan).await?;
        let plan = exeunt_plan::Plan::<exeunt_plan::Linted>::read(&stored.document, &stored.digest)?;
        self.may_handle(plan.document())
    }
}

fn leaves(findings: Vec<Finding>) -> Result<(), Error> {
    if findings.is_empty() { Ok(()) } else { Err(Error::Leaves(findings)) }
}
