//! Lifting holds beyond one request: what they stopped goes on, and what they kept is destroyed.

use exeunt_audit::commitment::Commitment;
use exeunt_audit::kind::Kind;
use exeunt_base::{HoldId, ProposalId};

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;
use crate::proposals::Act;
use crate::proposals::two::{Wish, spend};
use crate::reasons::LIFT;
use crate::requests::hold::reason;

/// Why a hold goes.
#[derive(Clone, Copy)]
struct Why<'a> {
    word: &'static str,
    /// In somebody's own words.
    because: Option<&'a str>,
}

impl Office {
    /// Lifts a hold. Gives how many rows it had kept, which are gone for ever now.
    pub async fn lift_hold(&self, actor: &Actor, id: HoldId) -> Result<u64, Error> {
        self.lift_for(actor, id, None).await
    }

    /// The same for a reason, which is kept beside the hold. Both people may have one of their own; the second one's is kept.
    pub async fn lift_hold_because(&self, actor: &Actor, id: HoldId, because: &str) -> Result<u64, Error> {
        self.allow(actor, Permission::HoldRequests)?;
        self.lift_for(actor, id, Some(&reason(because)?)).await
    }

    async fn lift_for(&self, actor: &Actor, id: HoldId, because: Option<&str>) -> Result<u64, Error> {
        self.allow(actor, Permission::HoldRequests)?;
        self.lift_ended_holds().await?;
        let hold = self.hold(id).await?;
        if hold.lifted_at.is_some() {
            return Err(over(id));
        }
        let wish = Wish {
            act: Act::ReleaseHold,
            subject: Some(id.into()),
            what: format!("lift {id} ({})", hold.because),
            bound: hold.because.as_bytes(),
        };
        let proposal = self.two_people(actor, &wish).await?;
        self.lift(actor, id, Why { word: "lifted", because }, proposal).await?.ok_or_else(|| over(id))
    }

    /// Lifts what has ended by itself.
    pub(crate) async fn lift_ended_wide_holds(&self) -> Result<(), Error> {
        let now = self.engine.world.now();
        for id in self.engine.store.ended_holds(self.organization.id, now).await? {
            let ended = Why { word: "ended", because: None };
            self.lift(&Actor::service(self.organization.id), id, ended, None).await?;
        }
        Ok(())
    }

    async fn lift(
        &self,
        actor: &Actor,
        id: HoldId,
        why: Why<'_>,
        proposal: Option<ProposalId>,
    ) -> Result<Option<u64>, Error> {
        let mut change = self.engine.store.begin().await?;
        let Some(kept) = change.lift_hold(id, self.engine.world.now()).await? else {
            change.rollback().await?;
            return Ok(None);
        };
        spend(&mut change, proposal).await?;
        let rows = kept.iter().map(|(_, rows)| rows).sum();
        let mut event =
            self.event(Kind::HoldLifted, actor).about(id).fact("why", why.word).count("rows", rows);
        if let Some(because) = why.because {
            event = event.commit("reason", Commitment::new(&self.chance(), LIFT, because.as_bytes()));
            change.add_reason(&self.reason_of(actor, id.to_string(), LIFT, because)).await?;
        }
        // of each request it is told that what was kept of it is gone
        let of_request = kept.iter().map(|(request, rows)| {
            self.event(Kind::HoldLifted, actor).about(*request).about(id).count("rows", *rows)
        });
        let events: Vec<_> = std::iter::once(event).chain(of_request).collect();
        change.commit(self.organization.id, &events).await?;
        self.engine.store.flush_destroyed().await?;
        Ok(Some(rows))
    }
}

fn over(id: HoldId) -> Error {
    Error::Refused("E0312", format!("hold `{id}` does not stand any more"))
}
