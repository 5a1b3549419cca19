//! Purge: the key first, then the blobs, then the source's own residue; then the engine looks again, and only then is a
//! receipt written. Goes only forward: what a crash cut short is finished, never undone.

mod asked;
pub mod look;
pub mod receipt;
pub mod rescan;
pub mod tally;

use std::collections::{BTreeMap, BTreeSet};

use exeunt_audit::kind::Kind;
use exeunt_base::{ActorId, Fault, HoldId, JobId, Name, ReceiptId, RequestId, TableRef};
use exeunt_plan::document::Document;
use exeunt_source::Residue;
use exeunt_store::jobs::Lease;
use exeunt_store::plans::Plan;
use exeunt_store::requests::Request;

use crate::cabinet::Engine;
use crate::error::Error;
use crate::holds::Heeded;
use crate::job::prepare::Confirmed;
use crate::job::run::Control;
use crate::progress::Nobody;
use crate::purge::look::Seen;
use crate::purge::rescan::Appeared;
use crate::purge::tally::Tally;
use crate::restore::restored::Paid;
use crate::{failpoint, gate, states};

/// Jobs whose requests may be purged.
const ENDED: &[&str] = &[states::SETTLED, states::CANCELLED, states::FAILED, states::REVIEW];

/// How a purge is to go.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
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
    /// Where the request ended: completed, with exceptions where something is still seen, or nothing was held.
    pub state: &'static str,
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

/// What came of a purge of several requests: each for itself, and requests that had waited for them.
pub type Purges = (Vec<(RequestId, Result<Purged, Error>)>, Vec<Paid>);

/// A request whose rows are destroyed in the vault, and what is still to be done.
struct Begun {
    id: RequestId,
    job: JobId,
    tally: Tally,
    left_new: Vec<Appeared>,
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
        let (mut purged, owed) = self.purge_all(&[id], options, owner, actor).await?;
        let (_, purged) = purged.pop().ok_or(Error::NothingThere(id))?;
        Ok(Purged { owed, ..purged? })
    }

    /// Purges several requests: what is sealed of each is destroyed first, then every source cleans up once for all, then
    /// each is looked for and gets its receipt. The trouble of one stops no other.
    pub async fn purge_all(
        &self,
        ids: &[RequestId],
        options: &Options,
        owner: &str,
        actor: Option<ActorId>,
    ) -> Result<Purges, Error> {
        let mut begun = Vec::new();
        for id in ids {
            begun.push((*id, self.begin(*id, options, owner, actor).await));
        }
        let mut tables: BTreeMap<Name, BTreeSet<TableRef>> = BTreeMap::new();
        for (source, struck) in
            begun.iter().flat_map(|(_, begun)| begun.iter().flat_map(|one| one.tally.tables()))
        {
            tables.entry(source.clone()).or_default().extend(struck.into_iter().cloned());
        }
        failpoint::pass("before-scrub");
        let mut residues: BTreeMap<Name, Result<Residue, Fault>> = BTreeMap::new();
        for (name, tables) in tables {
            let tables: Vec<TableRef> = tables.into_iter().collect();
            let Ok(source) = self.source(&name) else { continue };
            let residue = source.scrub(&tables, self.world.now()).await;
            residues.insert(name, residue);
        }
        failpoint::pass("after-scrub");
        let mut purged = Vec::new();
        for (id, one) in begun {
            let done = match one {
                Ok(one) => self.finish(one, &residues, owner, actor).await,
                Err(error) => Err(error),
            };
            purged.push((id, done));
        }
        // who was restored and waited for these people waits no longer
        let owed = self.pay_what_is_owed(owner).await?;
        Ok((purged, owed))
    }

    /// Destroys what the vault holds of a request.
    async fn begin(
        &self,
        id: RequestId,
        options: &Options,
        owner: &str,
        actor: Option<ActorId>,
    ) -> Result<Begun, Error> {
        let request = self.store.request(id).await?;
        if request.state != states::PURGING {
            self.may_purge(&request, options)?;
        }
        self.may_purge_now(id).await?;
        // nobody restores or strikes for this job meanwhile
        let job = request.job.ok_or(Error::NothingThere(id))?;
        self.must_have_ended(id, job).await?;
        let lease = self.take_in(job, owner, ENDED).await?;
        let beat = self.beat(lease);
        let result = self.begin_leased(id, options, owner, &lease, actor).await;
        beat.abort();
        self.give_back(&lease).await?;
        let (tally, left_new) = result?;
        // of rows that appeared since the last job struck some
        let job = self.store.request(id).await?.job.ok_or(Error::NothingThere(id))?;
        Ok(Begun { id, job, tally, left_new })
    }

    async fn begin_leased(
        &self,
        id: RequestId,
        options: &Options,
        owner: &str,
        lease: &Lease,
        actor: Option<ActorId>,
    ) -> Result<(Tally, Vec<Appeared>), Error> {
        let request = self.store.request(id).await?;
        let mut left_new = Vec::new();
        let mut heeded = if request.state != states::PURGING {
            let (_, document) = self.plan_of(&request).await?;
            self.may_purge(&request, options)?;
            self.heed_holds(&request).await?;
            self.settle_returns(&request, lease).await?;
            self.may_give_up(&request, options).await?;
            left_new = self.settle_newcomers(&request, &document, options, owner, actor).await?;
            let request = self.store.request(id).await?;
            let heeded = self.heed_holds(&request).await?;
            self.begin_purge(&request, &left_new, options, heeded, lease, actor).await?
        } else {
            self.heed_late(&request, lease).await?
        };
        failpoint::pass("before-shred");
        while !self.shred(&self.store.request(id).await?, &heeded, lease, actor).await? {
            heeded = self.heed_late(&self.store.request(id).await?, lease).await?;
        }
        let request = self.store.request(id).await?;
        failpoint::pass("after-shred");
        Ok((Tally::read(request.tally.as_deref())?, left_new))
    }

    /// Looks again and writes the receipt.
    async fn finish(
        &self,
        begun: Begun,
        residues: &BTreeMap<Name, Result<Residue, Fault>>,
        owner: &str,
        actor: Option<ActorId>,
    ) -> Result<Purged, Error> {
        let mut residue = Vec::new();
        for source in begun.tally.tables().into_keys() {
            match residues.get(source) {
                Some(Ok(left)) => residue.push((source.clone(), left.clone())),
                Some(Err(fault)) => return Err(Error::at(source)(fault.clone())),
                None => return Err(Error::NoSource(source.clone())),
            }
        }
        let lease = self.take_in(begun.job, owner, ENDED).await?;
        let beat = self.beat(lease);
        let result = self.finish_leased(begun, residue, &lease, actor).await;
        beat.abort();
        self.give_back(&lease).await?;
        result
    }

    async fn finish_leased(
        &self,
        begun: Begun,
        residue: Vec<(Name, Residue)>,
        lease: &Lease,
        actor: Option<ActorId>,
    ) -> Result<Purged, Error> {
        let Begun { id, job, tally, left_new } = begun;
        let request = self.store.request(id).await?;
        let (plan, document) = self.plan_of(&request).await?;
        let known = self.open_known(&request)?;
        let seen = self.look_again(&document, &known).await?;
        failpoint::pass("after-look");
        let epoch = self.store.job(job).await?.epoch;
        let epoch_gone = self.end_epoch(epoch).await?;
        let state = match seen.found.is_empty() && seen.failed.is_empty() && tally.held.is_empty() {
            false => states::COMPLETED_WITH_EXCEPTIONS,
            true if tally.nothing => states::NO_DATA,
            true => states::COMPLETED,
        };
        let receipt = self
            .issue_receipt(&request, &plan, &tally, &residue, &seen, epoch_gone, state, lease, actor)
            .await?;
        self.tidy(lease).await?;
        Ok(Purged { state, receipt, tally, residue, seen, left_new, owed: Vec::new() })
    }

    pub(crate) async fn plan_of(&self, request: &Request) -> Result<(Plan, Document), Error> {
        let plan = self.store.plan(request.plan.ok_or(Error::NothingThere(request.id))?).await?;
        let document = exeunt_plan::digest::read(&plan.document, &plan.digest)
            .map_err(|error| Error::Damaged { what: "a plan", why: error.to_string() })?;
        Ok((plan, document))
    }

    async fn give_back(&self, lease: &Lease) -> Result<(), Error> {
        let mut change = self.store.begin().await?;
        change.drop_lease(lease).await?;
        Ok(change.commit_bookkeeping().await?)
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
        let control = Control {
            confirmed: Confirmed { identity: true, nobody: true, ..Confirmed::default() },
            ..Control::default()
        };
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
        heeded: Heeded,
        lease: &Lease,
        actor: Option<ActorId>,
    ) -> Result<BTreeSet<HoldId>, Error> {
        let mut tally = self.tally(request).await?;
        tally.asked_back = request.state == states::PARTLY_RESTORED;
        let event = self
            .event(Kind::PurgeStarted, actor)
            .about(request.id)
            .count("rows", tally.rows())
            .count("left-new", left_new.iter().map(|appeared| appeared.rows).sum())
            .fact("early", if options.now.is_some() { "yes" } else { "no" })
            .fact("given-up", if options.give_up.is_some() { "yes" } else { "no" });
        let seen = heeded.seen.clone();
        let mut change = self.change_under(lease).await?;
        self.set_aside(&mut change, request, &mut tally, heeded).await?;
        change.set_tally(request.id, &tally.write()).await?;
        change.move_request(request.id, states::WAITING, states::PURGING).await?;
        change.commit(self.organization, &[event]).await?;
        Ok(seen)
    }

    /// Heeds holds that were placed after the purge had begun.
    async fn heed_late(&self, request: &Request, lease: &Lease) -> Result<BTreeSet<HoldId>, Error> {
        if request.salt.is_none() {
            return Ok(BTreeSet::new());
        }
        let heeded = self.heed_holds(request).await?;
        let seen = heeded.seen.clone();
        let mut tally = Tally::read(request.tally.as_deref())?;
        let mut change = self.change_under(lease).await?;
        self.set_aside(&mut change, request, &mut tally, heeded).await?;
        change.set_tally(request.id, &tally.write()).await?;
        change.commit_bookkeeping().await?;
        Ok(seen)
    }

    /// Key first: from the commit on nobody opens the request's rows, whatever becomes of the files. `false`, and nothing
    /// done, when a hold stands that was not heeded yet.
    async fn shred(
        &self,
        request: &Request,
        heeded: &BTreeSet<HoldId>,
        lease: &Lease,
        actor: Option<ActorId>,
    ) -> Result<bool, Error> {
        if request.salt.is_some() {
            self.settle_for_ever(request, lease).await?;
            let mut change = self.change_under(lease).await?;
            // a hold stops purge up to here
            change.lock_holds(self.organization).await?;
            if let Some(because) = change.hold_of(request.id).await? {
                change.rollback().await?;
                return Err(Error::Held { request: request.id, because });
            }
            if let Err(error) = gate::stopped(&change.halts(self.organization).await?) {
                change.rollback().await?;
                return Err(error);
            }
            let standing = change.standing_holds(self.organization).await?;
            if standing.iter().any(|hold| !heeded.contains(&hold.id)) {
                change.rollback().await?;
                return Ok(false);
            }
            change.destroy_salt(request.id).await?;
            let event = self.event(Kind::KeyDestroyed, actor).about(request.id).fact("key", "request-salt");
            change.commit(self.organization, &[event]).await?;
            self.store.flush_destroyed().await?;
        }
        let mut change = self.change_under(lease).await?;
        let unclaimed = change.drop_claims(request.id).await?;
        change.set_waits(request.id, None, &[]).await?;
        change.commit_bookkeeping().await?;
        for blob in unclaimed {
            self.drop_blob(blob)?;
        }
        Ok(true)
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
