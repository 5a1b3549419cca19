//! Confirming what somebody else proposed, and withdrawing it.

use exeunt_audit::kind::Kind;
use exeunt_base::{PlanId, ProposalId};
use exeunt_store::proposals::{OPEN, Proposal, WITHDRAWN};

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;
use crate::proposals::Act;

impl Office {
    /// Confirms a proposal of somebody else's. Whoever may do it can do it then, as it was proposed.
    pub async fn confirm_proposal(&self, actor: &Actor, id: ProposalId) -> Result<(), Error> {
        let (proposal, act) = self.proposal(id).await?;
        self.allow(actor, act.permission())?;
        let by = actor.id.ok_or(Error::SecondPerson(id))?;
        let by = self.person_behind(by).await?;
        if by == proposal.by {
            return Err(Error::SecondPerson(id));
        }
        if act == Act::ApprovePlan
            && let Ok(plan) = proposal.subject.parse::<PlanId>()
        {
            // whoever confirms an approval approves
            let shown = self.show_plan(actor, plan).await?;
            self.not_their_own(actor, &shown.requests).await?;
        }
        let mut change = self.engine.store.begin().await?;
        self.still_open(&change.proposal(id).await?)?;
        self.confirmed(change, actor, by, &proposal).await
    }

    /// Withdraws a proposal: whoever made it, or anybody who may do it.
    pub async fn withdraw_proposal(&self, actor: &Actor, id: ProposalId) -> Result<(), Error> {
        let (proposal, act) = self.proposal(id).await?;
        let by = match actor.id {
            Some(by) => self.person_behind(by).await?,
            None => return Err(Error::Denied(act.permission())),
        };
        if by != proposal.by {
            self.allow(actor, act.permission())?;
        }
        let mut change = self.engine.store.begin().await?;
        let now_known = change.proposal(id).await?;
        // a confirmed one may be taken back too, as long as it was not done
        if self.engine.world.now() >= now_known.expires_at
            || !change.move_proposal(id, &now_known.state, WITHDRAWN, by, self.engine.world.now()).await?
            || !STANDING.contains(&now_known.state.as_str())
        {
            change.rollback().await?;
            return Err(over(&now_known));
        }
        let event = self.event(Kind::ProposalWithdrawn, actor).about(id).fact("act", act.as_str());
        Ok(change.commit(self.organization.id, &[event]).await?)
    }

    /// A proposal of this organization, and its act. Another's answers *not found*.
    async fn proposal(&self, id: ProposalId) -> Result<(Proposal, Act), Error> {
        let proposal = self.engine.store.proposal(id).await?;
        self.own(proposal.organization, "proposal", &id.to_string())?;
        // one of a later release is for nobody here
        let act = Act::from_word(&proposal.act).ok_or(Error::Denied(Permission::ManageUsers))?;
        Ok((proposal, act))
    }

    fn still_open(&self, proposal: &Proposal) -> Result<(), Error> {
        if proposal.state == OPEN && self.engine.world.now() < proposal.expires_at {
            return Ok(());
        }
        Err(over(proposal))
    }
}

/// States of those that still count.
const STANDING: &[&str] = &[OPEN, exeunt_store::proposals::CONFIRMED];

fn over(proposal: &Proposal) -> Error {
    let how = if proposal.state == OPEN { "over: its time has passed" } else { &proposal.state };
    Error::Refused(
        "E0977",
        format!("proposal `{}` is {how}; ask for the same again to make another", proposal.id),
    )
}
