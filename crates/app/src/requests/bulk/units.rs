//! What is acted on: a request by itself; a plan or a job with all the requests it is for, which are acted on together or not
//! at all.

use std::collections::BTreeSet;

use exeunt_base::{JobId, PlanId, RequestId};
use exeunt_store::requests::Request;
use exeunt_store::versions::Versioned;

use crate::error::Error;
use crate::office::Office;
use crate::requests::bulk::deed::Deed;

/// One thing, and those of the chosen requests that it concerns.
#[derive(Debug)]
pub(super) struct Unit {
    /// Each with the version it has now; nothing where there is no such request.
    pub(super) requests: Vec<(RequestId, Option<String>)>,
    /// What is acted on.
    pub(super) what: What,
}

/// What is acted on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum What {
    /// The request itself.
    Request(RequestId),
    /// Its plan, by the digest it has.
    Plan {
        /// The plan.
        plan: PlanId,
        /// Its digest.
        digest: String,
    },
    /// Its job.
    Job(JobId),
    /// Nothing can be: a code, and why.
    Nothing(&'static str, String),
}

impl Unit {
    /// What the change itself is held against, within its transaction: one thing that has a version. The others were
    /// compared before.
    pub(super) fn guard(&self) -> Option<(Versioned, String, &str)> {
        let (request, version) = self.requests.first()?;
        let mut versions = version.as_deref()?.split('.');
        let (own, plans) = (versions.next()?, versions.next());
        match (&self.what, plans) {
            (What::Plan { plan, .. }, Some(version)) => Some((Versioned::Plan, plan.to_string(), version)),
            _ => Some((Versioned::Request, request.to_string(), own)),
        }
    }
}

impl Office {
    /// What an act on these requests is on, in the order of the first of each.
    pub(super) async fn units(&self, deed: &Deed, chosen: &[RequestId]) -> Result<Vec<Unit>, Error> {
        let (mut units, mut met) = (Vec::new(), BTreeSet::new());
        for id in chosen {
            if met.contains(id) {
                continue;
            }
            let request = match self.request(*id).await {
                Ok(request) => request,
                Err(error) if error.is_unknown() => {
                    let what = What::Nothing(error.code(), error.to_string());
                    units.push(Unit { requests: vec![(*id, None)], what });
                    continue;
                }
                Err(error) => return Err(error),
            };
            let (what, together) = self.what(deed, &request, chosen).await?;
            let mut requests = Vec::new();
            for id in together {
                met.insert(id);
                requests.push((id, self.version_for(&what, id).await?));
            }
            units.push(Unit { requests, what });
        }
        Ok(units)
    }

    /// What an act on this request is on, and which of the chosen requests go with it.
    async fn what(
        &self,
        deed: &Deed,
        request: &Request,
        chosen: &[RequestId],
    ) -> Result<(What, Vec<RequestId>), Error> {
        let id = request.id;
        let (what, all) = match (deed, request.plan, request.job) {
            (Deed::Approve, Some(plan), _) => {
                let digest = self.engine.store.plan(plan).await?.digest;
                let all = self.engine.store.requests_planned(plan).await?;
                (What::Plan { plan, digest }, all.into_iter().map(|(request, _)| request).collect())
            }
            (Deed::Approve, None, _) => {
                let why = format!("request `{id}` has no plan yet; make one first");
                (What::Nothing("E0310", why), vec![id])
            }
            (Deed::Cancel, _, Some(job)) => {
                let all: Vec<RequestId> =
                    self.engine.store.requests_of(job).await?.iter().map(|request| request.id).collect();
                (What::Job(job), all)
            }
            (Deed::Cancel, _, None) => {
                (What::Nothing("E0310", format!("request `{id}` has no job")), vec![id])
            }
            _ => (What::Request(id), vec![id]),
        };
        let missing = all.iter().filter(|id| !chosen.contains(id)).count();
        if missing == 0 {
            return Ok((what, all));
        }
        let noun = if matches!(what, What::Plan { .. }) { "plan" } else { "job" };
        let why = format!(
            "its {noun} is for {missing} more of the organization's requests, which were not chosen; choose all of them, or act \
             on the {noun} itself"
        );
        Ok((What::Nothing("E0945", why), vec![id]))
    }

    /// The version of a request, and of the plan that is approved with it.
    async fn version_for(&self, what: &What, id: RequestId) -> Result<Option<String>, Error> {
        let store = &self.engine.store;
        let own = store.version(Versioned::Request, &id.to_string()).await?;
        let plans = match what {
            What::Plan { plan, .. } => store.version(Versioned::Plan, &plan.to_string()).await?,
            _ => None,
        };
        Ok(own.map(|own| plans.iter().fold(own, |own, plans| format!("{own}.{plans}"))))
    }
}
