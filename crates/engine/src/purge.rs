//! Purge: the key first, then the blobs, then the source's own residue; then the engine looks again, and only then is a
//! receipt written. Goes only forward: what a crash cut short is finished, never undone.

mod asked;
pub mod look;
pub mod receipt;
pub mod rescan;
pub mod tally;

use exeunt_audit::kind::Kind;
use exeunt_base::{ActorId, Name, ReceiptId, RequestId, TableRef};
use exeunt_plan::document::Document;
use exeunt_source::Residue;
use exeunt_store::jobs::Lease;
use exeunt_store::requests::Request;

use crate::cabinet::Engine;
use crate::error::Error;
use crate::job::prepare::Confirmed;
use crate::job::run::Control;
use crate::progress::Nobody;
use crate::purge::look::Seen;
use crate::purge::rescan::Appeared;
use crate::purge::tally::Tally;
use crate::restore::restored::Paid;
use crate::{failpoint, states};

/// How a purge is to go.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// Ends the window early, for this reason.
    pub now: Option<String>,
    /// Rows that appeared since are erased too.
    pub include_new: bool,
    /// Rows that appeared since are left, for this reason.
    pub leave_new: Option<String>,
    /// What was asked back and is not back is given up, for this reason.
    pub give_up: Option<String>,
}

/// What a purge did.
#[derive(Debug, Clone, PartialEq)]
pub struct Purged {
    /// The receipt.
    pub receipt: ReceiptId,
    /// Rows by model and action.
    pub tally: Tally,
    /// What each source cleaned, and what only time removes.
    pub residue: Vec<(Name, Residue)>,
    /// Where identifiers of the person are still found.
    pub seen: Seen,
    /// Rows that appeared since and were left.
    pub left_new: Vec<Appeared>,
    /// Requests that were asked back and had waited for this one: what became of their rows.
    pub owed: Vec<Paid>,
}

impl Engine {
    /// Destroys a request's rows for ever, checks, and writes the receipt.
    pub async fn purge(
        &self,
        id: RequestId,
        options: &Options,
        owner: &str,
        actor: Option<ActorId>,
    ) -> Result<Purged, Error> {
        let request = self.store.request(id).await?;
        if request.state != states::PURGING {
            self.may_purge(&request, options)?;
        }
        // nobody restores or strikes for this job meanwhile
        let job = request.job.ok_or(Error::NothingThere(id))?;
        self.must_have_ended(id, job).await?;
        let still = [states::SETTLED, states::CANCELLED, states::FAILED, states::REVIEW];
        let lease = self.take_in(job, owner, &still).await?;
        let beat = self.beat(lease);
        let result = self.purge_leased(id, options, owner, &lease, actor).await;
        beat.abort();
        let mut change = self.store.begin().await?;
        change.drop_lease(&lease).await?;
        change.commit_bookkeeping().await?;
        let mut purged = result?;
        // who was restored and waited for this person waits no longer
        purged.owed = self.pay_what_is_owed(owner).await?;
        Ok(purged)
    }

    async fn purge_leased(
        &self,
        id: RequestId,
        options: &Options,
        owner: &str,
        lease: &Lease,
        actor: Option<ActorId>,
    ) -> Result<Purged, Error> {
        let request = self.store.request(id).await?;
        let plan_id = request.plan.ok_or(Error::NothingThere(id))?;
        let plan = self.store.plan(plan_id).await?;
        let document = exeunt_plan::digest::read(&plan.document, &plan.digest)
            .map_err(|error| Error::Damaged { what: "a plan", why: error.to_string() })?;
        let mut left_new = Vec::new();
        if request.state != states::PURGING {
            self.may_purge(&request, options)?;
            self.settle_returns(&request, lease).await?;
            self.may_give_up(&request, options).await?;
            left_new = self.settle_newcomers(&request, &document, options, owner, actor).await?;
            self.begin_purge(&self.store.request(id).await?, &left_new, options, actor).await?;
        }
        let request = self.store.request(id).await?;
        let tally = Tally::read(request.tally.as_deref())?;
        failpoint::pass("before-shred");
        self.shred(&request, actor).await?;
        failpoint::pass("after-shred");
        failpoint::pass("before-scrub");
        let residue = self.scrub(&tally).await?;
        failpoint::pass("after-scrub");
        let known = self.open_known(&request)?;
        let seen = self.look_again(&document, &known).await?;
        failpoint::pass("after-look");
        let job = request.job.ok_or(Error::NothingThere(id))?;
        let epoch = self.store.job(job).await?.epoch;
        let epoch_gone = self.end_epoch(epoch).await?;
        let receipt = self.issue_receipt(&request, &plan, &tally, &residue, &seen, epoch_gone, actor).await?;
        self.tidy(job).await?;
        Ok(Purged { receipt, tally, residue, seen, left_new, owed: Vec::new() })
    }

    fn may_purge(&self, request: &Request, options: &Options) -> Result<(), Error> {
        if !states::WAITING.contains(&request.state.as_str()) {
            return Err(Error::Refused(
                "E0312",
                format!(
                    "request `{}` is `{}`; only one whose rows wait in the vault (`{}`) can be purged",
                    request.id,
                    request.state,
                    states::HIDDEN
                ),
            ));
        }
        if let Some(because) = &request.held_because {
            return Err(Error::Held { request: request.id, because: because.clone() });
        }
        match request.window_ends_at {
            Some(ends) if ends > self.world.now() && options.now.is_none() => {
                Err(Error::WindowOpen { request: request.id, ends })
            }
            _ => Ok(()),
        }
    }

    /// Looks for rows that appeared since the census: refused, erased too, or left, as the caller says.
    async fn settle_newcomers(
        &self,
        request: &Request,
        document: &Document,
        options: &Options,
        owner: &str,
        actor: Option<ActorId>,
    ) -> Result<Vec<Appeared>, Error> {
        let appeared = self.rescan_against(request, document).await?;
        if appeared.is_empty() {
            return Ok(appeared);
        }
        if options.include_new {
            self.erase_newcomers(request, owner, actor).await?;
            let still = self.rescan_against(&self.store.request(request.id).await?, document).await?;
            return if still.is_empty() { Ok(still) } else { Err(rescan::refuse(request.id, &still)) };
        }
        if options.leave_new.is_some() { Ok(appeared) } else { Err(rescan::refuse(request.id, &appeared)) }
    }

    /// A further job of the same plan for the same person: what it finds is what appeared since.
    async fn erase_newcomers(
        &self,
        request: &Request,
        owner: &str,
        actor: Option<ActorId>,
    ) -> Result<(), Error> {
        let plan = request.plan.ok_or(Error::NothingThere(request.id))?;
        let job = self.queue_job(plan, &[request.id], states::WAITING, actor).await?;
        let control =
            Control { confirmed: Confirmed { identity: true, ..Confirmed::default() }, ..Control::default() };
        let end = self.run_job(job, owner, &control, &Nobody).await?;
        if end == states::SETTLED {
            return Ok(());
        }
        Err(Error::Refused(
            "E0407",
            format!(
                "rows that appeared since could not all be erased; look at `exeunt job review {job}`, then purge again"
            ),
        ))
    }

    async fn begin_purge(
        &self,
        request: &Request,
        left_new: &[Appeared],
        options: &Options,
        actor: Option<ActorId>,
    ) -> Result<(), Error> {
        let tally = self.tally(request).await?;
        let event = self
            .event(Kind::PurgeStarted, actor)
            .about(request.id)
            .count("rows", tally.rows())
            .count("left-new", left_new.iter().map(|appeared| appeared.rows).sum())
            .fact("early", if options.now.is_some() { "yes" } else { "no" })
            .fact("given-up", if options.give_up.is_some() { "yes" } else { "no" });
        let mut change = self.store.begin().await?;
        change.set_tally(request.id, &tally.write()).await?;
        change.move_request(request.id, states::WAITING, states::PURGING).await?;
        Ok(change.commit(self.organization, &[event]).await?)
    }

    /// Key first: from the commit on nobody opens the request's rows, whatever becomes of the files.
    async fn shred(&self, request: &Request, actor: Option<ActorId>) -> Result<(), Error> {
        if request.salt.is_some() {
            self.settle_for_ever(request).await?;
            let mut change = self.store.begin().await?;
            // a hold stops purge up to here
            if let Some(because) = change.hold_of(request.id).await? {
                change.rollback().await?;
                return Err(Error::Held { request: request.id, because });
            }
            change.destroy_salt(request.id).await?;
            let event = self.event(Kind::KeyDestroyed, actor).about(request.id).fact("key", "request-salt");
            change.commit(self.organization, &[event]).await?;
            self.store.flush_destroyed().await?;
        }
        let mut change = self.store.begin().await?;
        let unclaimed = change.drop_claims(request.id).await?;
        change.set_waits(request.id, None, &[]).await?;
        change.commit_bookkeeping().await?;
        for blob in unclaimed {
            self.shelf.delete(blob)?;
        }
        Ok(())
    }

    /// Every source cleans up after itself.
    async fn scrub(&self, tally: &Tally) -> Result<Vec<(Name, Residue)>, Error> {
        let mut residues = Vec::new();
        for (source, tables) in tally.tables() {
            let tables: Vec<TableRef> = tables.into_iter().cloned().collect();
            let residue =
                self.source(source)?.scrub(&tables, self.world.now()).await.map_err(Error::at(source))?;
            residues.push((source.clone(), residue));
        }
        Ok(residues)
    }

    /// The key of an epoch dies when its time is over and nobody has a window left in it.
    async fn end_epoch(&self, epoch: exeunt_base::EpochId) -> Result<bool, Error> {
        let known = self.keyring.epochs(self.organization)?;
        let Some(info) = known.iter().find(|info| info.epoch == epoch) else { return Ok(true) };
        if info.until > self.world.now() || self.store.requests_living_in(epoch).await? > 0 {
            return Ok(false);
        }
        self.keyring.destroy_epoch(self.organization, epoch, &self.new_secret())?;
        let change = self.store.begin().await?;
        let event = self.event(Kind::KeyDestroyed, None).about(epoch).fact("key", "epoch");
        change.commit(self.organization, &[event]).await?;
        Ok(true)
    }
}
