//! The gate: lets through what two people want, and writes down what one does.

use exeunt_audit::event::Object;
use exeunt_audit::kind::Kind;
use exeunt_base::{ActorId, ProposalId, hex};
use exeunt_engine::world::chance_for_id;
use exeunt_store::Change;
use exeunt_store::proposals::{CONFIRMED, OPEN, Proposal};

use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;
use crate::people::users;
use crate::proposals::Act;

/// Days a proposal counts.
pub const PROPOSAL_DAYS: i64 = 7;
/// Most characters of what is told of one.
const WORDS: usize = 600;

/// What somebody wants.
pub(crate) struct Wish<'a> {
    /// What is to be done.
    pub act: Act,
    /// To what.
    pub subject: Option<Object>,
    /// The same in words, for whoever is to confirm it.
    pub what: String,
    /// All that was asked, byte by byte.
    pub bound: &'a [u8],
}

impl Office {
    /// Lets a wish through that two different people have; writes it down, and refuses, when it is the first one's. Gives the
    /// proposal that lets it through, if it took one.
    ///
    /// The service carries out what people asked for. Whoever runs the machine works alone, and could anyway; keys are the
    /// exception, where somebody is there to ask.
    pub(crate) async fn two_people(
        &self,
        actor: &Actor,
        wish: &Wish<'_>,
    ) -> Result<Option<ProposalId>, Error> {
        let Some(by) = actor.id.filter(|_| self.policy.two_people) else { return Ok(None) };
        if actor.powers.are_all() && !(wish.act == Act::ExportKey && self.has_somebody_for(wish.act).await?) {
            return Ok(None);
        }
        let (by, now) = (self.person_behind(by).await?, self.engine.world.now());
        let digest = self.digest_of(wish);
        let mut change = self.engine.store.begin_aside().await?;
        let Some(standing) = change.standing_proposal(self.organization.id, &digest, now).await? else {
            let proposal = Proposal {
                id: ProposalId::new(now, chance_for_id(&*self.engine.world)),
                organization: self.organization.id,
                act: wish.act.as_str().to_owned(),
                subject: wish.subject.as_ref().map(ToString::to_string).unwrap_or_default(),
                digest,
                what: wish.what.chars().take(WORDS).collect(),
                by,
                made_at: now,
                expires_at: now.plus_days(PROPOSAL_DAYS),
                state: OPEN.to_owned(),
                ended_by: None,
                ended_at: None,
            };
            change.add_proposal(&proposal).await?;
            let event = self.event(Kind::ProposalMade, actor).about(proposal.id);
            let event = event.fact("act", wish.act.as_str());
            let event = wish.subject.into_iter().fold(event, |event, subject| event.about(subject));
            change.commit(self.organization.id, &[event]).await?;
            return Err(Error::Proposed(proposal.id));
        };
        if standing.state == CONFIRMED {
            change.rollback().await?;
            return Ok(Some(standing.id));
        }
        if standing.by == by {
            change.rollback().await?;
            return Err(Error::SecondPerson(standing.id));
        }
        self.confirmed(change, actor, by, &standing).await?;
        Ok(Some(standing.id))
    }

    /// Writes down that a second person wants it too. Who they are is asked before the change is open: on SQLite it has the one
    /// connection there is.
    pub(crate) async fn confirmed(
        &self,
        mut change: Change<'_>,
        actor: &Actor,
        by: ActorId,
        proposal: &Proposal,
    ) -> Result<(), Error> {
        let now = self.engine.world.now();
        change.move_proposal(proposal.id, OPEN, CONFIRMED, by, now).await?;
        let event = self.event(Kind::ProposalConfirmed, actor).about(proposal.id);
        let event = event.fact("act", proposal.act.as_str());
        let subject = proposal.subject.parse::<Object>().ok();
        let event = subject.into_iter().fold(event, |event, subject| event.about(subject));
        Ok(change.commit(self.organization.id, &[event]).await?)
    }

    /// Whether the organization has somebody who could confirm.
    async fn has_somebody_for(&self, act: Act) -> Result<bool, Error> {
        let all = self.engine.store.users(self.organization.id).await?;
        Ok(all.iter().any(|user| users::powers_of(user).has(act.permission())))
    }

    fn digest_of(&self, wish: &Wish<'_>) -> String {
        let subject = wish.subject.as_ref().map(ToString::to_string).unwrap_or_default();
        let mut context = aws_lc_rs::digest::Context::new(&aws_lc_rs::digest::SHA256);
        for part in [wish.act.as_str().as_bytes(), subject.as_bytes(), wish.bound] {
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part);
        }
        hex::encode(context.finish().as_ref())
    }
}

/// Has what was done once count no more.
pub(crate) async fn spend(change: &mut Change<'_>, proposal: Option<ProposalId>) -> Result<(), Error> {
    if let Some(id) = proposal {
        change.spend_proposal(id).await?;
    }
    Ok(())
}
