//! Restore: the log of a request's batches undone backwards. Deleted rows come back exactly, changed columns get their
//! old values, and nothing that lived on is overwritten: what cannot come back is told, row by row, with the reason.

pub(crate) mod chosen;
mod cut_short;
mod for_ever;
mod owed;
pub mod plan;
mod pointing;
pub mod restored;
pub mod rows;
pub mod shape;
mod standing;
mod unchange;
mod values;
mod write;

use exeunt_audit::kind::Kind;
use exeunt_base::{ActorId, BlobId, RequestId};
use exeunt_store::batches::Batch;
use exeunt_store::jobs::Lease;
use exeunt_store::requests::Request;

use crate::cabinet::{Engine, salt_of};
use crate::delta::Happened;
use crate::error::Error;
use crate::restore::plan::Item;
use crate::restore::restored::Restored;
use crate::{gate, states};

/// What to bring back.
#[derive(Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Choice {
    /// Everything.
    Whole,
    /// Rows of one model; all of them, or those with these keys (each key's cells in plain text).
    Rows {
        /// The model, `shop.orders`.
        model: String,
        /// Keys; empty for all.
        keys: Vec<Vec<String>>,
    },
}

/// What became of another whom the same job erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Company {
    /// Restored.
    None,
    /// Waits in the vault.
    Hidden,
    /// Purged.
    Gone,
}

/// What became of all the others whom the same job erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Others {
    /// Some wait in the vault.
    pub(crate) hidden: bool,
    /// Some were purged.
    pub(crate) gone: bool,
}

impl Engine {
    /// Brings a request's rows back, whole or in part, within its window.
    pub async fn restore(
        &self,
        id: RequestId,
        choice: &Choice,
        owner: &str,
        actor: Option<ActorId>,
    ) -> Result<Restored, Error> {
        let request = self.store.request(id).await?;
        self.may_restore(&request).await?;
        let job = request.job.ok_or(Error::NothingThere(id))?;
        self.must_have_ended(id, job).await?;
        self.may_write(&gate::sources_of(&self.plan_of(&request).await?.1)).await?;
        let still = [states::SETTLED, states::CANCELLED, states::FAILED, states::REVIEW];
        let lease = self.take_in(job, owner, &still).await?;
        let beat = self.beat(lease);
        let result = self.restore_leased(id, choice, &lease, actor).await;
        beat.abort();
        let mut change = self.store.begin().await?;
        change.drop_lease(&lease).await?;
        change.commit_bookkeeping().await?;
        let mut restored = result?;
        restored.owed = self.pay_what_is_owed(owner).await?;
        restored.waits = self.store.waits_of(id).await?;
        Ok(restored)
    }

    async fn may_restore(&self, request: &Request) -> Result<(), Error> {
        let state = request.state.as_str();
        let empty = self.store.claims_of(request.id).await?.is_empty();
        // of a restored request some rows may have waited for others, and not come when these did
        let left = state == states::RESTORED && !empty;
        let may = [states::HIDDEN, states::PARTLY_RESTORED, states::APPROVED].contains(&state);
        if request.salt.is_none() || !(may || left) {
            return Err(Error::NothingThere(request.id));
        }
        // where nothing was struck the window is over at once, and to take the request back harms nothing
        if let Some(ended) = request.window_ends_at.filter(|ends| !empty && *ends < self.world.now()) {
            return Err(Error::Refused(
                "E0501",
                format!(
                    "the recovery window of request `{}` ended at {ended}; nothing can be restored any more",
                    request.id
                ),
            ));
        }
        Ok(())
    }

    async fn restore_leased(
        &self,
        id: RequestId,
        choice: &Choice,
        lease: &Lease,
        actor: Option<ActorId>,
    ) -> Result<Restored, Error> {
        // as it is now that nobody else works on it
        let request = &self.store.request(id).await?;
        self.may_restore(request).await?;
        let mut restored = Restored::default();
        let change = self.change_under(lease).await?;
        let event = self.event(Kind::RestoreStarted, actor).about(request.id).about(lease.job);
        let whole = matches!(choice, Choice::Whole);
        change
            .commit(self.organization, &[event.fact("scope", if whole { "whole" } else { "rows" })])
            .await?;
        if !self.store.batches(lease.job, "sealed").await?.is_empty() {
            // its rows may be struck, and only closing it makes them the request's
            return Err(Error::Refused(
                "E0405",
                format!(
                    "the last batch of job `{0}` was cut short and nobody asked yet whether it happened; go on with `exeunt job run {0}` first",
                    lease.job
                ),
            ));
        }
        self.settle_returns(request, lease).await?;
        let mut batches = self.store.batches_of_request(request.id).await?;
        batches.reverse();
        self.must_be_there(request, &batches, choice, &mut restored).await?;
        let (emptied, done_with) = self.undo_batches(request, &batches, choice, lease, &mut restored).await?;
        restored.whole = done_with == batches.len();
        self.close_restore(request, choice, &restored, &emptied, lease, actor).await?;
        self.tidy(lease).await?;
        Ok(restored)
    }

    /// Undoes batches, last first. Gives the blobs that hold nothing of the request any more, and how many batches are
    /// done with, but for rows that wait for other people or went with them.
    async fn undo_batches(
        &self,
        request: &Request,
        batches: &[Batch],
        choice: &Choice,
        lease: &Lease,
        restored: &mut Restored,
    ) -> Result<(Vec<BlobId>, usize), Error> {
        let others = self.others(request).await?;
        let sources = batches.iter().map(|batch| batch.source.clone()).collect();
        let mut standing = self.standing(request.id, &sources).await?;
        let mut emptied = Vec::new();
        let mut done_with = 0;
        for batch in batches {
            let held_before = restored.held;
            let (items, left) = self.items(request, batch, choice, &mut standing, restored).await?;
            let wanted: u64 = items.iter().map(|item| item.images.len() as u64).sum();
            let excused_before = restored.excused;
            let back = self.undo(request, batch, items, others, lease, restored).await?;
            let excused = restored.excused - excused_before;
            if left == 0 && back + excused == wanted && !self.lacks_values(request, batch).await? {
                done_with += 1;
                if restored.held == held_before {
                    emptied.push(batch.blob);
                }
            }
        }
        Ok((emptied, done_with))
    }

    /// Whether rows of a request in a batch are there without some of their values.
    async fn lacks_values(&self, request: &Request, batch: &Batch) -> Result<bool, Error> {
        let missing = self.store.missing_values(batch.blob).await?;
        if missing.is_empty() {
            return Ok(false);
        }
        let blob = self.shelf.take(batch.blob)?;
        let mut mine = blob.segments().filter(|segment| segment.claimants.contains(&request.id));
        Ok(mine.any(|segment| missing.iter().any(|one| one.segment == segment.number)))
    }

    /// What became of the others whom the same job erased: they tell why a row of ours may be gone.
    async fn others(&self, request: &Request) -> Result<Others, Error> {
        let others = match request.job {
            Some(job) => self.store.states_of_job(job, Some(request.id)).await?,
            None => Vec::new(),
        };
        let away = |opens| others.iter().any(|other| other.0 != states::RESTORED && other.1 == opens);
        Ok(Others { hidden: away(true), gone: away(false) })
    }

    pub(crate) async fn close_restore(
        &self,
        request: &Request,
        choice: &Choice,
        restored: &Restored,
        emptied: &[BlobId],
        lease: &Lease,
        actor: Option<ActorId>,
    ) -> Result<(), Error> {
        let refused: u64 = restored.refused.iter().map(|refusal| refusal.rows).sum();
        let without: u64 = restored.without.iter().map(|without| without.rows).sum();
        let event = self
            .event(Kind::RestoreClosed, actor)
            .about(request.id)
            .count("back", restored.back + restored.already)
            .count("refused", refused)
            .count("without-values", without);
        let told = match restored.whole && self.tells_deltas() && request.state != states::RESTORED {
            true => Some((self.plan_of(request).await?.1, self.open_known(request)?)),
            false => None,
        };
        let mut change = self.change_under(lease).await?;
        let mut unclaimed = Vec::new();
        let from = [states::HIDDEN, states::PARTLY_RESTORED, states::APPROVED, states::RESTORED];
        let model = match choice {
            Choice::Whole => None,
            Choice::Rows { model, .. } => Some(model.as_str()),
        };
        change.set_waits(request.id, model, &restored.lines()).await?;
        if restored.whole {
            for blob in emptied {
                if change.drop_claim(request.id, *blob).await? {
                    unclaimed.push(*blob);
                }
            }
            change.move_request(request.id, &from, states::RESTORED).await?;
            // whoever changed their mind waits for no answer
            change.note_answered(request.id, self.world.now()).await?;
            change.remove_from_ledger(request.id).await?;
            change.forget_kept_of(request.id).await?;
            if let Some((document, known)) = &told {
                let who = [(request.id, Some(known))];
                self.tell_deltas(&mut change, Happened::Restored, document, &who).await?;
            }
        } else if model.is_some() {
            for (blob, segment, places) in &restored.asked {
                change.mark_asked(request.id, *blob, *segment, places).await?;
            }
        } else if states::WAITING.contains(&request.state.as_str()) {
            // blobs whose rows are all back stay too: a purge must know these from rows that appeared since
            change.move_request(request.id, &from, states::PARTLY_RESTORED).await?;
        }
        change.commit(self.organization, &[event]).await?;
        for blob in unclaimed {
            self.drop_blob(blob)?;
        }
        Ok(())
    }

    /// Undoes the items of one batch, in one transaction if the source takes it, else in halves until the rows that
    /// cannot come back stand alone. Says how many are done with.
    async fn undo(
        &self,
        request: &Request,
        batch: &Batch,
        items: Vec<Item>,
        others: Others,
        lease: &Lease,
        restored: &mut Restored,
    ) -> Result<u64, Error> {
        let mut queue = std::collections::VecDeque::from([items]);
        let mut tries = 0;
        let mut done = 0;
        while let Some(items) = queue.pop_front() {
            if items.iter().all(|item| item.images.is_empty()) {
                continue;
            }
            match self.undo_once(request, batch, &items, others, lease, restored).await {
                Ok(back) => {
                    tries = 0;
                    done += back;
                }
                Err(Error::Source { fault, .. }) if fault.kind.blames_rows() => match plan::halve(items) {
                    Ok((left, right)) => {
                        queue.push_front(right);
                        queue.push_front(left);
                    }
                    Err(one) => {
                        let rows = one.images.iter().map(|(_, image)| restored::row(&one.shape, &image.key));
                        rows.for_each(|row| restored.refuse(&one.model, fault.to_string(), row));
                    }
                },
                Err(Error::Source { fault, .. }) if fault.kind.is_passing() && tries < 10 => {
                    tries += 1;
                    self.world.wait(crate::job::run::backoff(tries, &fault)).await;
                    queue.push_front(items);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(done)
    }

    /// The salts of those whose rows a request shares: its own, and of requests that are restored too.
    pub(crate) async fn salts_with(
        &self,
        request: &Request,
        others: &[RequestId],
    ) -> Result<std::collections::HashMap<RequestId, exeunt_vault::Salt>, Error> {
        let mut salts = std::collections::HashMap::from([(request.id, salt_of(request)?)]);
        for other in others {
            if let Ok(salt) =
                self.store.request(*other).await.map_err(Error::from).and_then(|other| salt_of(&other))
            {
                salts.insert(*other, salt);
            }
        }
        Ok(salts)
    }
}
