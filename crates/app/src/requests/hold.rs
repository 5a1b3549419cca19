//! Placing and lifting a hold: while it stands, nothing of the request is purged.

use exeunt_audit::commitment::Commitment;
use exeunt_audit::kind::Kind;
use exeunt_base::{ProposalId, RequestId, Timestamp};
use exeunt_rights::Day;

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;
use crate::proposals::Act;
use crate::proposals::two::{Wish, spend};
use crate::reasons::LIFT;

/// How a hold is set.
#[derive(Default)]
struct Setting<'a> {
    /// Why it stands; nothing when it is lifted.
    because: Option<&'a str>,
    /// When it ends by itself.
    ends: Option<Timestamp>,
    /// What two people wanted.
    proposal: Option<ProposalId>,
    /// Why it is lifted, where somebody said so.
    why: Option<&'a str>,
}

/// Longest reason.
const LONGEST: usize = 500;

impl Office {
    /// Places a hold, with its reason. It ends by itself at the end of a day, where one is named.
    pub async fn hold_request(
        &self,
        actor: &Actor,
        id: RequestId,
        because: &str,
        until: Option<Day>,
    ) -> Result<(), Error> {
        self.allow(actor, Permission::HoldRequests)?;
        let because = reason(because)?;
        self.lift_ended_holds().await?;
        let request = self.request(id).await?;
        if let Some(already) = request.held_because {
            return Err(Error::Refused("E0312", format!("request `{id}` is on hold already ({already})")));
        }
        if let Some(until) = until.filter(|until| *until < self.today()) {
            return Err(Error::Usage("E0801", format!("a hold cannot end on {until}: that day is over")));
        }
        let ends = until.map(|until| self.policy.law.zone.start_of(until.plus_days(1)));
        self.set_hold(actor, id, Setting { because: Some(&because), ends, ..Setting::default() }).await
    }

    /// Lifts the hold.
    pub async fn release_request(&self, actor: &Actor, id: RequestId) -> Result<(), Error> {
        self.release(actor, id, None).await
    }

    /// The same for a reason, which is kept beside the request. Both people may have one of their own; the second one's is kept.
    pub async fn release_request_because(
        &self,
        actor: &Actor,
        id: RequestId,
        because: &str,
    ) -> Result<(), Error> {
        self.allow(actor, Permission::HoldRequests)?;
        self.release(actor, id, Some(&reason(because)?)).await
    }

    async fn release(&self, actor: &Actor, id: RequestId, why: Option<&str>) -> Result<(), Error> {
        self.allow(actor, Permission::HoldRequests)?;
        self.lift_ended_holds().await?;
        let Some(because) = self.request(id).await?.held_because else {
            return Err(Error::Refused("E0312", format!("request `{id}` is not on hold")));
        };
        let wish = Wish {
            act: Act::ReleaseHold,
            subject: Some(id.into()),
            what: format!("release {id} from its hold ({because})"),
            bound: because.as_bytes(),
        };
        let proposal = self.two_people(actor, &wish).await?;
        self.set_hold(actor, id, Setting { proposal, why, ..Setting::default() }).await
    }

    /// Lifts what has ended by itself: whatever was held goes on where it stood.
    pub(crate) async fn lift_ended_holds(&self) -> Result<(), Error> {
        self.lift_ended_wide_holds().await?;
        let (organization, now) = (self.organization.id, self.engine.world.now());
        if !self.engine.store.has_ended_holds(organization, now).await? {
            return Ok(());
        }
        let service = Actor::service(organization);
        let mut change = self.engine.store.begin().await?;
        let ended = change.lift_ended_holds(organization, now).await?;
        let event = |id: &RequestId| self.event(Kind::HoldLifted, &service).about(*id).fact("why", "ended");
        let events: Vec<_> = ended.iter().map(event).collect();
        if events.is_empty() {
            return Ok(change.rollback().await?);
        }
        change.commit(organization, &events).await?;
        Ok(())
    }

    async fn set_hold(
        &self,
        actor: &Actor,
        id: RequestId,
        Setting { because, ends, proposal, why }: Setting<'_>,
    ) -> Result<(), Error> {
        let kind = if because.is_some() { Kind::HoldPlaced } else { Kind::HoldLifted };
        let mut event = self.event(kind, actor).about(id);
        if let Some(because) = because {
            // the reason is people's words: the log only commits to it
            event = event.commit("reason", Commitment::new(&self.chance(), "hold", because.as_bytes()));
        }
        if let Some(ends) = ends {
            event = event.fact("until", ends);
        }
        if let Some(why) = why {
            event = event.commit("reason", Commitment::new(&self.chance(), LIFT, why.as_bytes()));
        }
        // what it left by law and goes now is held with it
        let follow_ups = self.engine.store.follow_ups_of(id).await?;
        let mut change = self.engine.store.begin().await?;
        change.lock_holds(self.organization.id).await?;
        change.set_hold(id, because, ends).await?;
        // whoever releases what was stopped has looked at it
        if because.is_none() && self.end_stop(&mut change, id).await? {
            event = event.fact("stop", "looked_at");
        }
        // another hold for the same reason takes two people again
        spend(&mut change, proposal).await?;
        if let Some(why) = why {
            change.add_reason(&self.reason_of(actor, id.to_string(), LIFT, why)).await?;
        }
        for follow_up in follow_ups {
            change.set_hold(follow_up.request, because, ends).await?;
            event = event.about(follow_up.request);
        }
        change.commit(self.organization.id, &[event]).await?;
        Ok(())
    }
}

/// A reason that can be kept: not empty, not too long, one line.
pub(crate) fn reason(given: &str) -> Result<String, Error> {
    let given = given.trim();
    if given.is_empty() || given.chars().count() > LONGEST || given.chars().any(char::is_control) {
        return Err(Error::Usage("E0801", format!("a reason is one line of 1 to {LONGEST} characters")));
    }
    Ok(given.to_owned())
}
