//! What restored requests are owed: rows that waited for somebody else. And what nobody needs any more is destroyed.

use exeunt_audit::kind::Kind;
use exeunt_base::RequestId;
use exeunt_store::jobs::Lease;

use crate::cabinet::Engine;
use crate::error::Error;
use crate::restore::Choice;
use crate::restore::restored::{Paid, Restored};
use crate::states;

impl Engine {
    /// Rows of requests that were asked back and waited for somebody else get their due, as far as nobody else stands
    /// against them now. Requests that somebody works on are left to them. Says what came of it.
    pub async fn pay_what_is_owed(&self, owner: &str) -> Result<Vec<Paid>, Error> {
        let mut all: Vec<Paid> = Vec::new();
        loop {
            let mut again = false;
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
                let (paid, moved) = result?;
                again |= moved;
                remember(&mut all, paid);
            }
            if !again {
                all.retain(|paid| paid.back > 0 || !paid.refused.is_empty());
                return Ok(all);
            }
        }
    }

    /// Says what came of it, and whether others may come to their due by it.
    async fn pay(&self, id: RequestId, lease: &Lease) -> Result<(Paid, bool), Error> {
        let mut paid = Paid { request: id, back: 0, refused: Vec::new(), destroyed: 0 };
        let request = self.store.request(id).await?;
        let asked_back = [states::RESTORED, states::PARTLY_RESTORED].contains(&request.state.as_str());
        if !asked_back || request.salt.is_none() {
            return Ok((paid, false));
        }
        self.settle_returns(&request, lease).await?;
        let mut batches = self.store.batches_of_request(id).await?;
        batches.reverse();
        let mut late = Restored::default();
        let (emptied, done_with) =
            self.undo_batches(&request, &batches, &Choice::Whole, lease, &mut late).await?;
        late.whole = done_with == batches.len();
        paid.back = late.back;
        if request.state == states::PARTLY_RESTORED {
            // what stands in its way otherwise was told when it was asked back
            if late.whole || late.back > 0 {
                self.close_restore(&request, &Choice::Whole, &late, &emptied, lease, None).await?;
                self.tidy(lease).await?;
            }
            return Ok((paid, late.whole || late.back > 0));
        }
        paid.refused.clone_from(&late.refused);
        let ended = request.window_ends_at.is_some_and(|ends| ends <= self.world.now());
        // what nobody stands against any more and cannot come all the same may be asked for again until the window ends
        let over = late.held == 0 && (late.whole || ended);
        if over {
            paid.destroyed = late.refused.iter().map(|refusal| refusal.rows).sum();
        }
        let mut change = self.change_under(lease).await?;
        change.set_waits(id, None, &late.lines()).await?;
        let mut unclaimed = Vec::new();
        for blob in emptied {
            if change.drop_claim(id, blob).await? {
                unclaimed.push(blob);
            }
        }
        if over {
            unclaimed.extend(change.drop_claims(id).await?);
        }
        if late.back + paid.destroyed > 0 {
            let event = self.event(Kind::RestoreClosed, None).about(id);
            let event = event.count("back", late.back).count("destroyed", paid.destroyed);
            change.commit(self.organization, &[event]).await?;
        } else {
            change.commit_bookkeeping().await?;
        }
        for blob in unclaimed {
            self.drop_blob(blob)?;
        }
        self.tidy(lease).await?;
        Ok((paid, over || late.back > 0))
    }

    /// Destroys what a job keeps for nobody: salts of restored requests once none of their rows waits for others, and
    /// the job's own salt and census once none of its requests needs them.
    pub(crate) async fn tidy(&self, lease: &Lease) -> Result<(), Error> {
        let job = lease.job;
        let over = [states::RESTORED, states::COMPLETED, states::COMPLETED_WITH_EXCEPTIONS, states::NO_DATA];
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
        let mut change = self.change_under(lease).await?;
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
            self.drop_blob(blob)?;
        }
        Ok(self.store.flush_destroyed().await?)
    }
}

/// A request may get its due in several rounds; why the rest did not come is what the last one says.
fn remember(all: &mut Vec<Paid>, paid: Paid) {
    match all.iter_mut().find(|known| known.request == paid.request) {
        Some(known) => {
            known.back += paid.back;
            known.refused = paid.refused;
            known.destroyed += paid.destroyed;
        }
        None => all.push(paid),
    }
}
