//! What restored requests are owed: rows that waited for somebody else. And what nobody needs any more is destroyed.

use exeunt_audit::kind::Kind;
use exeunt_base::RequestId;
use exeunt_store::jobs::Lease;

use crate::cabinet::Engine;
use crate::error::Error;
use crate::restore::Choice;
use crate::restore::restored::Restored;
use crate::states;

impl Engine {
    /// Rows of restored requests that waited for somebody else get their due, as far as nobody else stands against them
    /// now. What waits no longer and did not come back never will. Requests that somebody works on are left to them.
    pub(crate) async fn pay_what_is_owed(&self, owner: &str) -> Result<(), Error> {
        loop {
            let mut paid = false;
            for request in self.store.requests_owed(self.organization).await? {
                let Some(job) = request.job else { continue };
                let still = [states::SETTLED, states::CANCELLED, states::FAILED, states::REVIEW];
                let Some(lease) = self.try_to_take(job, owner, &still).await? else { continue };
                let beat = self.beat(lease);
                let result = self.pay(request.id, &lease).await;
                beat.abort();
                let mut change = self.store.begin().await?;
                change.drop_lease(&lease).await?;
                change.commit_bookkeeping().await?;
                paid |= result?;
            }
            if !paid {
                return Ok(());
            }
        }
    }

    /// Says whether anything came of it.
    async fn pay(&self, id: RequestId, lease: &Lease) -> Result<bool, Error> {
        let request = self.store.request(id).await?;
        let asked_back = [states::RESTORED, states::PARTLY_RESTORED].contains(&request.state.as_str());
        if !asked_back || request.salt.is_none() {
            return Ok(false);
        }
        self.settle_returns(&request, lease).await?;
        let mut batches = self.store.batches_of_request(id).await?;
        batches.reverse();
        let mut late = Restored::default();
        let (emptied, done_with) =
            self.undo_batches(&request, &batches, &Choice::Whole, lease, &mut late).await?;
        if request.state == states::PARTLY_RESTORED {
            late.whole = done_with == batches.len();
            if late.whole || late.back > 0 {
                self.close_restore(&request, true, &late, &emptied, None).await?;
                self.tidy(lease.job).await?;
            }
            return Ok(late.whole || late.back > 0);
        }
        let over = late.waiting == 0;
        let mut change = self.store.begin().await?;
        let mut unclaimed = Vec::new();
        for blob in emptied {
            if change.drop_claim(id, blob).await? {
                unclaimed.push(blob);
            }
        }
        if over {
            unclaimed.extend(change.drop_claims(id).await?);
        }
        if late.back > 0 {
            let event = self.event(Kind::RestoreClosed, None).about(id).count("back", late.back);
            change.commit(self.organization, &[event]).await?;
        } else {
            change.commit_bookkeeping().await?;
        }
        for blob in unclaimed {
            self.shelf.delete(blob)?;
        }
        self.tidy(lease.job).await?;
        Ok(over || late.back > 0)
    }

    /// Destroys what a job keeps for nobody: salts of restored requests once none of their rows waits for others, and
    /// the job's own salt and census once none of its requests needs them.
    pub(crate) async fn tidy(&self, job: exeunt_base::JobId) -> Result<(), Error> {
        let over = [states::RESTORED, states::COMPLETED, states::COMPLETED_WITH_EXCEPTIONS];
        let standing = self.store.states_of_job(job, None).await?;
        if standing.iter().any(|(state, _)| !over.contains(&state.as_str())) {
            return Ok(());
        }
        let requests = self.store.requests_of(job).await?;
        let restored = || requests.iter().filter(|request| request.state == states::RESTORED);
        let mut owed = false;
        for request in restored() {
            owed |= !self.store.claims_of(request.id).await?.is_empty();
        }
        let mut change = self.store.begin().await?;
        let mut unclaimed = Vec::new();
        // a salt may be needed for a row that is another's too
        for request in restored().filter(|_| !owed) {
            change.destroy_salt(request.id).await?;
        }
        let kept = change.forget_job_salt(job).await?;
        change.commit_bookkeeping().await?;
        // and what a process left that died between a commit and taking the file away
        unclaimed.extend(self.store.unclaimed_blobs(job).await?);
        for blob in unclaimed.into_iter().chain(kept) {
            self.shelf.delete(blob)?;
        }
        Ok(self.store.flush_destroyed().await?)
    }
}
