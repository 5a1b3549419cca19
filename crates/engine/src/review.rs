//! Deciding on rows that could not be struck: try again, or leave them with a reason. They never drop out of the totals.

use exeunt_audit::kind::Kind;
use exeunt_base::{ActorId, JobId};
use exeunt_store::reviews::Review;

use crate::batch::Piece;
use crate::batch::ghosts::Ghosts;
use crate::batch::protocol::Ended;
use crate::cabinet::Engine;
use crate::error::Error;
use crate::{gate, states};

/// What a retry came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Retried {
    /// Rows struck now.
    pub done: u64,
    /// Rows that are gone.
    pub gone: u64,
    /// Rows that still cannot be struck.
    pub failed: u64,
}

impl Engine {
    /// Tries all rows of a job that wait for review again, one by one in the plan's order.
    pub async fn retry_reviews(
        &self,
        id: JobId,
        owner: &str,
        actor: Option<ActorId>,
    ) -> Result<Retried, Error> {
        let lease = self.take_in(id, owner, &[states::REVIEW]).await?;
        let beat = self.beat(lease);
        let result = self.retry_leased(id, lease, actor).await;
        beat.abort();
        if result.is_err() {
            let mut change = self.store.begin().await?;
            change.drop_lease(&lease).await?;
            change.commit_bookkeeping().await?;
        }
        result
    }

    async fn retry_leased(
        &self,
        id: JobId,
        lease: exeunt_store::jobs::Lease,
        actor: Option<ActorId>,
    ) -> Result<Retried, Error> {
        let plan = self.store.plan(self.store.job(id).await?.plan).await?;
        let document = exeunt_plan::digest::read(&plan.document, &plan.digest)
            .map_err(|error| Error::Damaged { what: "a plan", why: error.to_string() })?;
        self.may_destroy(&gate::sources_of(&document)).await?;
        let catalogs = self.catalogs_for_a_retry(&document).await?;
        let mut work = self.open_work(id, lease, &document).await?;
        work.ghosts = Ghosts::new(&document, &catalogs);
        if !work.reopen_census().await? {
            return Err(Error::Damaged { what: "a job", why: String::from("its census is gone") });
        }
        work.recall_ghosts().await?;
        let units = work.units.clone();
        let ready = self.make_ready(&units, &document, &catalogs)?;
        let mut retried = Retried::default();
        for review in self.open_reviews(id).await? {
            let piece = Piece { unit: review.unit, from: review.place, to: review.place + 1 };
            work.retrying = Some(review.id);
            match work.carry(&ready, &[piece]).await? {
                Ended::Closed(outcome) => {
                    let delta = outcome.pieces.first().map(|counted| counted.delta).unwrap_or_default();
                    retried.done += delta.done;
                    retried.gone += delta.gone;
                    retried.failed += delta.failed;
                }
                Ended::Refused(_) | Ended::Busy(_) => retried.failed += 1,
            }
            work.retrying = None;
        }
        work.failed = retried.failed;
        let left = self.open_reviews(id).await?.len() as u64;
        let event = self
            .event(Kind::ReviewDecided, actor)
            .about(id)
            .count("done", retried.done)
            .count("gone", retried.gone)
            .count("failed", retried.failed)
            .fact("decision", "retry");
        let change = self.store.begin().await?;
        change.commit(self.organization, &[event]).await?;
        if left == 0 {
            work.end(states::SETTLED).await?;
        } else {
            let mut change = self.store.begin().await?;
            change.drop_lease(&lease).await?;
            change.commit_bookkeeping().await?;
        }
        Ok(retried)
    }

    /// Leaves all rows of a job that wait for review, for a reason; the job is then settled.
    pub async fn skip_reviews(
        &self,
        id: JobId,
        reason: &str,
        owner: &str,
        actor: Option<ActorId>,
    ) -> Result<u64, Error> {
        let lease = self.take_in(id, owner, &[states::REVIEW]).await?;
        let reviews = self.open_reviews(id).await?;
        let event = self
            .event(Kind::ReviewDecided, actor)
            .about(id)
            .count("skipped", reviews.len() as u64)
            .fact("decision", "skip");
        let mut change = self.change_under(&lease).await?;
        for review in &reviews {
            change.end_review(review.id, "skipped", Some(reason)).await?;
            change.recount_unit(id, review.unit, "skipped").await?;
        }
        change.commit(self.organization, &[event]).await?;
        let plan = self.store.plan(self.store.job(id).await?.plan).await?;
        let document = exeunt_plan::digest::read(&plan.document, &plan.digest)
            .map_err(|error| Error::Damaged { what: "a plan", why: error.to_string() })?;
        let mut work = self.open_work(id, lease, &document).await?;
        work.reopen_census().await?;
        work.end(states::SETTLED).await?;
        Ok(reviews.len() as u64)
    }

    async fn open_reviews(&self, id: JobId) -> Result<Vec<Review>, Error> {
        let reviews = self.store.reviews(id).await?;
        Ok(reviews.into_iter().filter(|review| review.state == "open").collect())
    }
}
