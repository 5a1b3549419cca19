//! Rows that could not be struck: looked at, tried again, or left with a reason.

use exeunt_base::{JobId, ProposalId};
use exeunt_engine::review::Retried;
use exeunt_store::reviews::Review;

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;
use crate::proposals::Act;
use crate::proposals::two::Wish;
use crate::requests::hold::reason;

impl Office {
    /// A job's flagged rows, oldest first.
    pub async fn list_reviews(&self, actor: &Actor, id: JobId) -> Result<Vec<Review>, Error> {
        self.allow(actor, Permission::ReadJobs)?;
        let job = self.engine.store.job(id).await?;
        self.own(job.organization, "job", &id.to_string())?;
        Ok(self.engine.store.reviews(id).await?)
    }

    /// Tries all flagged rows again.
    pub async fn retry_reviews(&self, actor: &Actor, id: JobId, owner: &str) -> Result<Retried, Error> {
        self.allow_job(actor, id)?;
        self.list_reviews(actor, id).await?;
        self.may_handle_job(id).await?;
        Ok(self.engine.retry_reviews(id, owner, actor.id).await?)
    }

    /// Leaves all flagged rows as they are, for a reason, and settles the job. Says how many that were.
    pub async fn skip_reviews(
        &self,
        actor: &Actor,
        id: JobId,
        because: &str,
        owner: &str,
    ) -> Result<u64, Error> {
        let because = reason(because)?;
        self.two_to_leave(actor, id, &because).await?;
        Ok(self.engine.skip_reviews(id, &because, owner, actor.id).await?)
    }

    /// The same as it was asked for: whether one person is enough was seen to then.
    pub(crate) async fn skip_reviews_asked(
        &self,
        actor: &Actor,
        id: JobId,
        because: &str,
        owner: &str,
    ) -> Result<u64, Error> {
        self.allow_job(actor, id)?;
        Ok(self.engine.skip_reviews(id, because, owner, actor.id).await?)
    }

    /// Lets through who may leave rows for this reason, when two people want that.
    pub(crate) async fn two_to_leave(
        &self,
        actor: &Actor,
        id: JobId,
        because: &str,
    ) -> Result<Option<ProposalId>, Error> {
        self.allow_job(actor, id)?;
        self.list_reviews(actor, id).await?;
        let wish = Wish {
            act: Act::LeaveRows,
            subject: Some(id.into()),
            what: format!("leave the rows of {id} that could not be erased as they are ({because})"),
            bound: because.as_bytes(),
        };
        self.two_people(actor, &wish).await
    }
}
