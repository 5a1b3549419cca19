//! Making a plan: map, live schemas and policy in, a linted document out, stored under its digest.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use exeunt_audit::commitment::Commitment;
use exeunt_audit::kind::Kind;
use exeunt_base::{Name, PlanId, RequestId};
use exeunt_datamap::model::IdentityKind;
use exeunt_plan::document::{self, Right};
use exeunt_plan::map::{Finding, Severity};
use exeunt_plan::{Inputs, Linted, Plan, build};
use exeunt_rights::state::RequestState;
use exeunt_source::Catalog;
use exeunt_store::requests::Request;

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::maps::{self, Map};
use crate::office::Office;
use crate::requests::hold::reason;

/// A plan that was made.
#[derive(Debug, Clone)]
pub struct Made {
    /// Its id.
    pub id: PlanId,
    /// Its digest.
    pub digest: String,
    /// It.
    pub plan: Plan<Linted>,
}

/// Longest window: the law does not wait longer.
const LONGEST_WINDOW: u32 = 90;

/// States from which a plan may be made (again).
const PLANNABLE: [RequestState; 3] =
    [RequestState::Received, RequestState::AwaitingApproval, RequestState::Approved];

/// What is asked of a plan beside what the organization chose.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wishes {
    /// Another window than the organization's, in days.
    pub window_days: Option<u32>,
    /// The answer will be late whatever is done; why. Then the window may end after the deadline.
    pub late_because: Option<String>,
}

impl Office {
    /// Makes one plan for one request, or for a wave of requests of the same right.
    pub async fn make_plan(&self, actor: &Actor, ids: &[RequestId]) -> Result<Made, Error> {
        self.make_plan_with(actor, ids, &Wishes::default()).await
    }

    /// The same, with wishes.
    pub async fn make_plan_with(
        &self,
        actor: &Actor,
        ids: &[RequestId],
        wishes: &Wishes,
    ) -> Result<Made, Error> {
        self.allow(actor, Permission::MakePlans)?;
        let late_because = wishes.late_because.as_deref().map(reason).transpose()?;
        let requests = self.plannable(ids).await?;
        let (world, plan) = self.built(&requests, wishes).await?;
        self.stays_inside(&world.read, plan.document())?;
        let digest = plan.digest().to_owned();
        let id = self.engine.new_plan();
        let document = plan.document();
        let mut event = self
            .event(Kind::PlanBuilt, actor)
            .about(id)
            .count("steps", document.steps.len() as u64)
            .count("models", document.sets.len() as u64)
            .count(
                "errors",
                document.notes.iter().filter(|note| note.severity == document::Severity::Error).count()
                    as u64,
            )
            .fact("digest", format_args!("sha256:{digest}"));
        if let Some(because) = &late_because {
            event = event.commit("late", Commitment::new(&self.chance(), "late", because.as_bytes()));
        }
        let stored = exeunt_store::plans::Plan {
            id,
            organization: self.organization.id,
            right: requests[0].kind.clone(),
            digest: digest.clone(),
            document: plan.to_text(),
            made_at: self.engine.world.now(),
            approved: None,
        };
        let ids: Vec<RequestId> = requests.iter().map(|request| request.id).collect();
        let from: Vec<&str> = PLANNABLE.iter().map(|state| state.as_str()).collect();
        let mut change = self.engine.store.begin().await?;
        change.add_plan(&stored).await?;
        change.plan_requests(&ids, id, &from, RequestState::AwaitingApproval.as_str()).await?;
        change.commit(self.organization.id, &self.events_about(&event, &ids)).await?;
        Ok(Made { id, digest, plan })
    }

    /// What changed in the world since a plan was made: the differences to the plan that would be made now, one sentence each.
    pub async fn plan_drift(&self, actor: &Actor, id: PlanId) -> Result<Vec<String>, Error> {
        self.allow(actor, Permission::MakePlans)?;
        let shown = self.show_plan(actor, id).await?;
        let document = shown.plan.document();
        if shown.requests.is_empty() {
            return Ok(Vec::new());
        }
        let requests = self.engine.store.requests_named(&shown.requests).await?;
        let wishes = Wishes { window_days: Some(document.window_days), late_because: None };
        let (_, now) = self.built(&requests, &wishes).await?;
        Ok(exeunt_plan::diff::between(document, now.document()))
    }

    /// A plan for requests in the world as it is now, and that world. Whose rows they are stays sealed.
    async fn built(
        &self,
        requests: &[Request],
        wishes: &Wishes,
    ) -> Result<(MappedWorld, Plan<Linted>), Error> {
        let right = right_of(&requests[0].kind)?;
        let mut kinds = BTreeSet::new();
        for known in self.engine.open_all_known(requests)? {
            kinds.extend(known.given.iter().filter_map(|(kind, _)| IdentityKind::new(kind)));
        }
        let mut world = self.mapped_world().await?;
        agrees(&world)?;
        if self.are_follow_ups(requests).await? {
            let anonymized = (right == Right::Anonymization).then(|| world.read.map.for_anonymization());
            let map = anonymized.as_ref().unwrap_or(&world.read.map).for_kept_rows(&kinds);
            world.read = Arc::new(Map { map, digest: world.read.digest.clone() });
        }
        let policy = self.policy_for(requests, wishes).await?;
        let plan = self.plan_in(&world, right, &kinds, policy)?;
        Ok((world, plan))
    }

    /// Builds and lints a plan from the map and schemas as they are now; stores nothing.
    pub async fn plan(&self, right: Right, kinds: &BTreeSet<IdentityKind>) -> Result<Plan<Linted>, Error> {
        self.plan_in(&self.mapped_world().await?, right, kinds, self.planner_policy())
    }

    /// Plans of the whole of a map that may not be in force, for people of these identifiers: one for each right, from one look
    /// at the schemas. Refused where map and schemas disagree, as for anybody else.
    pub(crate) async fn plans_by(
        &self,
        read: Arc<Map>,
        rights: &[Right],
        kinds: &BTreeSet<IdentityKind>,
    ) -> Result<Vec<Plan<Linted>>, Error> {
        let world = self.world_of(read).await?;
        agrees(&world)?;
        let plan = |right: &Right| {
            let plan = self.plan_in(&world, *right, kinds, self.planner_policy())?;
            self.stays_inside(&world.read, plan.document())?;
            self.may_handle(plan.document())?;
            Ok(plan)
        };
        rights.iter().map(plan).collect()
    }

    /// What the planner is told of the organization's choices.
    fn planner_policy(&self) -> exeunt_plan::Policy {
        exeunt_plan::Policy {
            window_days: self.policy.window_days,
            purge_days: self.policy.purge_days,
            row_cap: self.policy.row_cap,
            ..exeunt_plan::Policy::default()
        }
    }

    /// And of the days that these requests leave.
    async fn policy_for(&self, requests: &[Request], wishes: &Wishes) -> Result<exeunt_plan::Policy, Error> {
        let mut policy = self.planner_policy();
        if let Some(days) = wishes.window_days {
            if days > LONGEST_WINDOW {
                return Err(Error::Usage("E0801", format!("a window is 0 to {LONGEST_WINDOW} days")));
            }
            policy.window_days = days;
        }
        let ids: Vec<RequestId> = requests.iter().map(|request| request.id).collect();
        policy.deadline_days = match self.fewest_days_left(&ids, self.today()).await? {
            _ if wishes.late_because.is_some() => None,
            Some((_, left)) => Some(u32::try_from(left).unwrap_or(0)),
            // from before there were deadlines
            None => None,
        };
        Ok(policy)
    }

    /// The map and the schemas it speaks of, as they are now.
    async fn mapped_world(&self) -> Result<MappedWorld, Error> {
        self.world_of(self.map()?).await
    }

    async fn world_of(&self, read: Arc<Map>) -> Result<MappedWorld, Error> {
        let catalogs = maps::check::catalogs(&read.map, &self.engine.sources).await?;
        Ok(MappedWorld { read, catalogs })
    }

    fn plan_in(
        &self,
        world: &MappedWorld,
        right: Right,
        kinds: &BTreeSet<IdentityKind>,
        policy: exeunt_plan::Policy,
    ) -> Result<Plan<Linted>, Error> {
        let MappedWorld { read, catalogs } = world;
        let mut abilities = BTreeMap::new();
        for name in read.map.sources.keys() {
            let source = self.engine.sources.get(name);
            let source = source.ok_or_else(|| maps::discover::unknown(&self.engine.sources, name))?;
            abilities.insert(name.clone(), source.abilities());
        }
        let inputs = Inputs {
            right,
            map: &read.map,
            map_digest: &read.digest,
            catalogs,
            abilities: &abilities,
            kinds,
            today: self.today().to_date(),
            zone: Some(&self.policy.law.zone),
            policy,
        };
        Ok(build(inputs).map_err(Error::Unplannable)?.lint(inputs))
    }

    /// Whether these requests are for rows whose time to be kept is over; all of them or none.
    async fn are_follow_ups(&self, requests: &[Request]) -> Result<bool, Error> {
        let ids: Vec<RequestId> = requests.iter().map(|request| request.id).collect();
        let origins = self.engine.store.origins_of(&ids).await?;
        if !origins.is_empty() && origins.len() != ids.len() {
            return Err(Error::Usage(
                "E0323",
                format!(
                    "request `{}` is for rows whose time is over, others here are people's; plan each sort by itself",
                    origins[0].0
                ),
            ));
        }
        Ok(!origins.is_empty())
    }

    async fn plannable(&self, ids: &[RequestId]) -> Result<Vec<Request>, Error> {
        let ids: BTreeSet<RequestId> = ids.iter().copied().collect();
        if ids.is_empty() {
            return Err(Error::Usage("E0801", String::from("name at least one request to plan for")));
        }
        let ids: Vec<RequestId> = ids.into_iter().collect();
        let mut requests: Vec<Request> = Vec::new();
        for request in self.engine.store.requests_named(&ids).await? {
            let id = request.id;
            self.own(request.organization, "request", &id.to_string())?;
            if !PLANNABLE.iter().any(|state| state.as_str() == request.state) || request.job.is_some() {
                return Err(Error::Refused(
                    "E0312",
                    format!(
                        "request `{id}` is `{}`{}; a plan is made before anything is done",
                        request.state,
                        request.job.map(|job| format!(" and has job `{job}`")).unwrap_or_default(),
                    ),
                ));
            }
            if requests.first().is_some_and(|first| first.kind != request.kind) {
                return Err(Error::Usage(
                    "E0311",
                    format!(
                        "request `{id}` asks for {}, the others for {}; one plan answers one right",
                        request.kind, requests[0].kind
                    ),
                ));
            }
            requests.push(request);
        }
        Ok(requests)
    }
}

/// What a plan is made from.
struct MappedWorld {
    read: Arc<Map>,
    catalogs: BTreeMap<Name, Catalog>,
}

/// Refuses a map that `map check` has errors about: a column nobody mapped would be forgotten silently.
fn agrees(world: &MappedWorld) -> Result<(), Error> {
    let mut findings = exeunt_plan::map::check::check(&world.read.map, &world.catalogs);
    // a source that is not there is told better by whoever looks for it
    let stops = |finding: &Finding| finding.severity == Severity::Error && finding.code != "source-missing";
    findings.retain(stops);
    if findings.is_empty() { Ok(()) } else { Err(Error::Disagree(findings)) }
}

/// The planner's word for a right.
pub(crate) fn right_of(kind: &str) -> Result<Right, Error> {
    match kind {
        "access" => Ok(Right::Access),
        "portability" => Ok(Right::Portability),
        "erasure" => Ok(Right::Erasure),
        "anonymization" => Ok(Right::Anonymization),
        other => Err(Error::Refused("E0311", format!("there is no plan for the right `{other}`"))),
    }
}
