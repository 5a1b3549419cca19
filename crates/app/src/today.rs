//! What an organization's people look at in the morning: what is due, what waits for them, what runs, what went wrong, and how
//! the house itself stands. Each part for those who may see it; only what is known.

use exeunt_audit::event::Object;
use exeunt_audit::kind::Kind;
use exeunt_base::{ActorId, RequestId, Timestamp};
use exeunt_engine::states;
use exeunt_rights::Day;
use exeunt_rights::search::Search;
use exeunt_store::jobs::Job;
use exeunt_store::proposals::{OPEN, Proposal};

use crate::access::Permission;
use crate::actor::Actor;
use crate::audits::witnesses::Standing as Witness;
use crate::error::Error;
use crate::office::Office;
use crate::webhooks::Listed;
use crate::webhooks::deliver::BY_HAND;

/// Most jobs that are named.
const JOBS: u32 = 20;
/// Seconds that work may wait before somebody should look whether any worker runs.
const PATIENCE: i64 = 300;

/// A number, and the search of the list that finds just that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    /// How many, counted up to [`COUNTED`](crate::requests::search::COUNTED).
    pub count: u64,
    /// The search.
    pub search: Search,
}

/// How requests stand.
#[derive(Debug, Clone)]
pub struct Requests {
    /// Not answered though their day has passed.
    pub overdue: Figure,
    /// Due within seven days.
    pub soon: Figure,
    /// Not over.
    pub open: Figure,
    /// Hidden, with a recovery window that ends within three days.
    pub ending: Figure,
    /// Plans that wait for an approval, of requests that others entered; for those who approve.
    pub to_approve: Option<Figure>,
    /// The day the oldest that is not answered was received.
    pub oldest: Option<Day>,
}

/// A job that is not over.
#[derive(Debug, Clone)]
pub struct Running {
    /// It.
    pub job: Job,
    /// Rows that had their turn.
    pub done: u64,
    /// The request it is carried out for, or the first of them.
    pub request: Option<RequestId>,
    /// Rows that wait for review.
    pub failed: u64,
    /// Seconds it takes still at the rate so far; nothing where that means nothing yet.
    pub seconds_left: Option<u64>,
}

/// How the work stands.
#[derive(Debug, Clone)]
pub struct Work {
    /// Jobs that are not over.
    pub jobs: Vec<Running>,
    /// What other people proposed, and a second person confirms; each with the request it is about, where it is about one.
    pub proposals: Vec<(Proposal, Option<RequestId>)>,
    /// Tasks that wait and could be begun.
    pub waiting: u64,
    /// Since when nobody began the oldest of them, where that is long.
    pub nobody_since: Option<Timestamp>,
}

/// How letters stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Letters {
    /// Whether there is a mail server at all.
    pub sent_at_all: bool,
    /// Given up.
    pub failed: u64,
    /// About to be sent.
    pub waiting: u64,
}

/// How webhooks stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Webhooks {
    /// On.
    pub on: u64,
    /// On, and the last thing they were told did not get through.
    pub failing: u64,
    /// Turned off because they want no more, or nothing got through for days.
    pub turned_off: u64,
}

/// How the log stands.
#[derive(Debug, Clone)]
pub struct Log {
    /// Its entries.
    pub entries: u64,
    /// Its witnesses; none where none are named.
    pub witnesses: Vec<Witness>,
    /// When a backup was made last by this program, as far as the log tells.
    pub backup: Option<Timestamp>,
    /// When a key was replaced last.
    pub rotated: Option<Timestamp>,
    /// When it was tried last whether shares of the recovery key would bring it back.
    pub drilled: Option<Timestamp>,
}

/// What is looked at in the morning.
#[derive(Debug, Clone)]
pub struct Today {
    /// Requests.
    pub requests: Option<Requests>,
    /// Work.
    pub work: Option<Work>,
    /// Letters.
    pub letters: Option<Letters>,
    /// The log.
    pub log: Option<Log>,
    /// Whether the data map can be read; for those who see it.
    pub map: Option<bool>,
    /// Webhooks, where there are any; for those who manage them.
    pub webhooks: Option<Webhooks>,
    /// Whether there was ever a request.
    pub begun: bool,
    /// Requests that were stopped by the link in a letter, oldest first; for those who see requests.
    pub stops: Vec<exeunt_store::stops::Stop>,
    /// Complaints that nobody answered yet, oldest first.
    pub complaints: Vec<exeunt_store::complaints::Complaint>,
}

impl Office {
    /// How things stand, as far as somebody may see it.
    pub async fn see_today(&self, actor: &Actor) -> Result<Today, Error> {
        let may = |permission| self.allow(actor, permission).is_ok();
        let now = self.engine.world.now();
        let stands = self.engine.store.standing(self.organization.id, now).await?;
        let requests = if may(Permission::ReadRequests) {
            let oldest = stands.oldest.as_deref().map(crate::deadlines::day).transpose()?;
            Some(self.requests_today(actor, oldest).await?)
        } else {
            None
        };
        let work = if may(Permission::ReadJobs) {
            let late = |since: &Timestamp| now >= since.plus_seconds(PATIENCE) && stands.tasks_running == 0;
            Some(Work {
                jobs: self.jobs_today(now).await?,
                proposals: self.proposals_for(actor, now).await?,
                waiting: stands.tasks_waiting,
                nobody_since: stands.tasks_since.filter(late),
            })
        } else {
            None
        };
        let letters = may(Permission::ReadLetters).then_some(Letters {
            sent_at_all: self.post.is_some(),
            failed: stands.letters_failed,
            waiting: stands.letters_waiting,
        });
        let webhooks = if may(Permission::ManageWebhooks) { self.webhooks_today(actor).await? } else { None };
        let log = if may(Permission::ReadAudit) {
            Some(Log {
                entries: self.engine.store.audit_head(self.organization.id).await?.size,
                witnesses: self.witness_standings(actor).await?,
                backup: self.last_time(Kind::BackupMade).await?,
                rotated: self.last_time(Kind::KeyRotated).await?,
                drilled: self.last_time(Kind::KeyDrilled).await?,
            })
        } else {
            None
        };
        let (mut stops, mut complaints) = (Vec::new(), Vec::new());
        if may(Permission::ReadRequests) {
            stops = self.engine.store.open_stops(self.organization.id, JOBS).await?;
            complaints = self.engine.store.open_complaints(self.organization.id, JOBS).await?;
        }
        // a house that has none yet is told what comes first, and not that something is wrong
        let map = (may(Permission::ReadMap) && !self.has_no_map_yet()).then(|| self.map().is_ok());
        Ok(Today { requests, work, letters, log, map, webhooks, begun: stands.any, stops, complaints })
    }

    async fn requests_today(&self, actor: &Actor, oldest: Option<Day>) -> Result<Requests, Error> {
        let figure = async |text: &str| {
            let (search, _) = Search::parse(text);
            Ok::<_, Error>(Figure { count: self.count_requests(actor, &search).await?, search })
        };
        let approves = self.allow(actor, Permission::ApprovePlans).is_ok();
        Ok(Requests {
            overdue: figure("is:overdue sort:due").await?,
            soon: figure("due:>=today due:<=7d sort:due").await?,
            open: figure("is:open").await?,
            ending: figure("window:<=3d").await?,
            to_approve: if approves { Some(figure("is:waiting -is:mine").await?) } else { None },
            oldest,
        })
    }

    async fn jobs_today(&self, now: Timestamp) -> Result<Vec<Running>, Error> {
        let mut running = Vec::new();
        for job in self.engine.store.open_jobs(self.organization.id, JOBS).await? {
            let units = self.engine.store.units(job.id).await?;
            let done = units.iter().map(|unit| unit.position).sum();
            let failed = units.iter().map(|unit| unit.failed).sum();
            let runs = job.state == states::RUNNING;
            let started = job.started_at.filter(|_| runs);
            let seconds_left = started.and_then(|at| left(done, job.rows_total, now.seconds_since(at)));
            let request = self.engine.store.first_of_job(job.id).await?;
            running.push(Running { job, request, done, failed, seconds_left });
        }
        Ok(running)
    }

    async fn webhooks_today(&self, actor: &Actor) -> Result<Option<Webhooks>, Error> {
        let all = self.list_webhooks(actor).await?;
        let count = |which: &dyn Fn(&Listed) -> bool| all.iter().filter(|one| which(one)).count() as u64;
        let told = Webhooks {
            on: count(&|one| one.on),
            failing: count(&|one| one.on && one.failing_since.is_some()),
            turned_off: count(&|one| one.why_off.as_deref().is_some_and(|why| why != BY_HAND)),
        };
        Ok(Some(told).filter(|_| !all.is_empty()))
    }

    async fn last_time(&self, kind: Kind) -> Result<Option<Timestamp>, Error> {
        Ok(self.engine.store.last_audit_entry(self.organization.id, kind).await?.map(|event| event.at))
    }

    /// What others proposed and still counts.
    async fn proposals_for(
        &self,
        actor: &Actor,
        now: Timestamp,
    ) -> Result<Vec<(Proposal, Option<RequestId>)>, Error> {
        let own: Option<ActorId> = match actor.id {
            Some(id) => Some(self.person_behind(id).await?),
            None => None,
        };
        let mut all = self.list_proposals(actor).await?;
        all.retain(|one| one.state == OPEN && one.expires_at > now && Some(one.by) != own);
        let mut told = Vec::with_capacity(all.len());
        for one in all {
            let about = match one.subject.parse() {
                Ok(Object::Request(id)) => Some(id),
                Ok(Object::Plan(plan)) => self.engine.store.first_of_plan(plan).await?,
                Ok(Object::Job(job)) => self.engine.store.first_of_job(job).await?,
                _ => None,
            };
            told.push((one, about));
        }
        Ok(told)
    }
}

/// Seconds that are left at the rate so far; nothing before there is a rate to speak of.
fn left(done: u64, total: u64, seconds: f64) -> Option<u64> {
    if done < 100 || seconds < 5.0 || done >= total {
        return None;
    }
    let rate = done as f64 / seconds;
    Some(((total - done) as f64 / rate).ceil() as u64)
}

#[cfg(test)]
mod tests {
    use super::left;

    #[test]
    fn an_estimate_is_absent_until_it_means_something() {
        assert_eq!(left(0, 1_000, 60.0), None);
        assert_eq!(left(500, 1_000, 1.0), None);
        assert_eq!(left(500, 1_000, 10.0), Some(10));
        assert_eq!(left(1_000, 1_000, 10.0), None);
    }
}
