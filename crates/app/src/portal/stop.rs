//! Stopping a request by the link in a letter: everything waits until a person has looked. It is a hold that two people lift, so
//! that nothing more is erased; besides, links to packages are revoked, and nothing further is approved, run or handed over.
//!
//! A link stops a request once. When somebody has looked and it goes on, whoever holds the link is told so.

use exeunt_audit::event::Event;
use exeunt_audit::kind::Kind;
use exeunt_base::{RequestId, Timestamp};
use exeunt_engine::letters::To;
use exeunt_engine::states;
use exeunt_mail::Letter;
use exeunt_rights::RequestState;
use exeunt_store::Change;
use exeunt_store::requests::Request;
use exeunt_store::stops::Stop;

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::letters::noon;
use crate::office::Office;
use crate::portal::STOP_DAYS;
use crate::portal::find::Found;

/// Why a request that was stopped is on hold.
const BECAUSE: &str = "stopped by the link in a letter";

/// Longest reason of a hold.
const LONGEST: usize = 500;

/// Whether a request can be stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stands {
    /// It can.
    Open,
    /// It is.
    Stopped(Stop),
    /// It was, and somebody looked at it then.
    Looked(Timestamp),
    /// It was finished then.
    Over(Timestamp),
}

impl Found {
    /// Whether a request can be stopped. Looking changes nothing.
    pub async fn stands(&self, request: &Request) -> Result<Stands, Error> {
        let store = &self.office.engine.store;
        if let Some(stop) = store.stop_of(request.id).await? {
            return Ok(match stop.ended_at {
                None => Stands::Stopped(stop),
                Some(at) => Stands::Looked(at),
            });
        }
        let ended = request.state == states::RESTORED
            || request.state.parse::<RequestState>().is_ok_and(RequestState::is_end);
        if !ended {
            return Ok(Stands::Open);
        }
        let answered = store.deadline(request.id).await?.and_then(|deadline| deadline.answered_at);
        Ok(Stands::Over(answered.unwrap_or(request.entered_at)))
    }

    /// Stops a request. A second time changes nothing.
    pub async fn stop(&self, request: &Request) -> Result<Stands, Error> {
        let stands = self.stands(request).await?;
        if stands != Stands::Open {
            return Ok(stands);
        }
        let office = &self.office;
        let now = office.now();
        let by = office.policy.law.calendar.plus_working_days(office.today(), STOP_DAYS);
        let stop = Stop {
            request: request.id,
            organization: office.organization.id,
            at: now,
            answer_by: by.to_string(),
            ended_at: None,
        };
        let letter = Letter::Stopped { reference: request.id, until: noon(by) };
        let letter = match office.contact_about(request)? {
            Some(contact) => office.engine.letter(Some(request.id), &To::Person(contact), &letter, None)?,
            None => None,
        };
        let service = Actor::service(office.organization.id);
        let mut events =
            vec![office.event(Kind::RequestStopped, &service).about(request.id).fact("answer_by", by)];
        let package = office.engine.store.last_package_of(request.id).await?;
        let job = self.job_of_its_own(request).await?;
        // what it left by law and goes now waits with it
        let follow_ups = office.engine.store.follow_ups_of(request.id).await?;
        let mut change = office.engine.store.begin().await?;
        change.lock_holds(office.organization.id).await?;
        if !change.add_stop(&stop).await? {
            change.rollback().await?;
            return self.stands(request).await;
        }
        let because = because(request.held_because.as_deref());
        change.set_hold(request.id, Some(&because), None).await?;
        for follow_up in &follow_ups {
            change.set_hold(follow_up.request, Some(&because), None).await?;
        }
        if let Some(package) = &package {
            let revoked = change.revoke_links_of(package.id, now).await?;
            if revoked > 0 {
                events.push(revoked_links(office, package.id, request.id, revoked));
            }
        }
        if let Some(job) = job {
            change.ask_cancel(job).await?;
            events.push(office.event(Kind::JobCancelled, &service).about(job).fact("state", "asked"));
        }
        if let Some(letter) = &letter {
            change.add_letter(letter).await?;
        }
        change.commit(office.organization.id, &events).await?;
        office.bell.notify_one();
        Ok(Stands::Stopped(stop))
    }

    /// The job of a request, when it runs and is nobody else's: others' requests go on.
    async fn job_of_its_own(&self, request: &Request) -> Result<Option<exeunt_base::JobId>, Error> {
        let Some(id) = request.job else { return Ok(None) };
        let store = &self.office.engine.store;
        let job = store.job(id).await?;
        let runs = states::RUNNABLE.contains(&job.state.as_str());
        Ok((runs && store.requests_of(id).await?.len() == 1).then_some(id))
    }
}

fn revoked_links(
    office: &Office,
    package: exeunt_base::PackageId,
    request: RequestId,
    revoked: u64,
) -> Event {
    let service = Actor::service(office.organization.id);
    office.event(Kind::LinkRevoked, &service).about(package).about(request).count("revoked", revoked)
}

/// The hold's reason: with the one there was before, which counts on.
fn because(before: Option<&str>) -> String {
    let Some(before) = before else { return BECAUSE.to_owned() };
    let both = format!("{BECAUSE}; before: {before}");
    both.chars().take(LONGEST).collect()
}

impl Office {
    /// Refuses what goes on with requests that were stopped: somebody looks first.
    pub(crate) async fn not_stopped(&self, ids: &[RequestId]) -> Result<(), Error> {
        let store = &self.engine.store;
        // few are ever stopped at once; looking at those costs less than asking for each of many
        for stop in store.open_stops(self.organization.id, u32::MAX).await? {
            if ids.contains(&stop.request) {
                let id = stop.request;
                return Err(Error::Refused(
                    "E0979",
                    format!(
                        "request `{id}` was stopped by the link in a letter; look into it, get in touch with the person by {}, \
                         then let two people release it from its hold (`exeunt request release {id}`)",
                        stop.answer_by
                    ),
                ));
            }
        }
        Ok(())
    }

    /// The stop of a request by the link in a letter, over or not.
    pub async fn stop_of(&self, actor: &Actor, id: RequestId) -> Result<Option<Stop>, Error> {
        self.allow(actor, Permission::ReadRequests)?;
        self.request(id).await?;
        Ok(self.engine.store.stop_of(id).await?)
    }

    /// Stops that nobody looked at yet, oldest first, at most so many.
    pub async fn open_stops(&self, actor: &Actor, most: u32) -> Result<Vec<Stop>, Error> {
        self.allow(actor, Permission::ReadRequests)?;
        Ok(self.engine.store.open_stops(self.organization.id, most).await?)
    }

    /// Ends a stop in the change that releases the hold.
    pub(crate) async fn end_stop(&self, change: &mut Change<'_>, id: RequestId) -> Result<bool, Error> {
        Ok(change.end_stop(id, self.now()).await?)
    }
}
