//! The batch protocol: open, seal, strike, confirm, close.
//!
//! The source's transaction is held open while the images are made durable and recorded, and only then committed. So a
//! crash leaves one of three pictures: no record (the source rolled back, a blob may lie about unclaimed), a record and
//! no commit (void), or a record and a commit (close it). [`crate::batch::recover`] tells them apart.

use exeunt_audit::kind::Kind;
use exeunt_base::{Fault, FaultKind, Timestamp, hex};
use exeunt_source::Transaction;
use exeunt_store::batches::Batch;
use exeunt_store::jobs::Delta;
use exeunt_store::reviews::Review;
use exeunt_vault::BlobMeta;
use serde::{Deserialize, Serialize};

use crate::batch::Piece;
use crate::batch::aside::SealingAside;
use crate::batch::strike::{Hands, Ready, strike};
use crate::error::Error;
use crate::failpoint;
use crate::job::Work;
use crate::states;

/// What closing a batch adds up; kept with the sealed batch, so that whoever finds it after a crash can close it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// One entry for each piece.
    pub pieces: Vec<Counted>,
    /// Rows held back, for review.
    pub held_back: Vec<HeldBack>,
}

impl Outcome {
    /// Rows struck.
    fn changed(&self) -> u64 {
        self.pieces.iter().map(|counted| counted.delta.done).sum()
    }
}

/// A piece and what it came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted {
    /// The piece.
    pub piece: Piece,
    /// What to add to its unit.
    pub delta: Delta,
}

/// A row that could not be struck.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldBack {
    /// The unit.
    pub unit: u32,
    /// The row's place in its census.
    pub place: u64,
    /// Kind of fault.
    pub fault: String,
    /// The source's words, without values.
    pub words: String,
}

/// How a batch ended.
#[derive(Debug)]
pub enum Ended {
    /// It is closed and counted.
    Closed(Outcome),
    /// The source refused rows: nothing happened, halve it.
    Refused(Fault),
    /// The source was busy: nothing happened, try again.
    Busy(Fault),
}

impl Work<'_> {
    /// Carries one batch through, or leaves everything as it was.
    pub async fn carry(&mut self, ready: &[Ready<'_>], pieces: &[Piece]) -> Result<Ended, Error> {
        let ghosts = self.ghosts.clone();
        let ended = self.try_to_carry(ready, pieces).await;
        let struck = matches!(&ended, Ok(Ended::Closed(outcome)) if outcome.changed() > 0);
        if !struck {
            // those it made went with its transaction
            self.ghosts = ghosts;
        }
        ended
    }

    async fn try_to_carry(&mut self, ready: &[Ready<'_>], pieces: &[Piece]) -> Result<Ended, Error> {
        let Some(first) = pieces.first() else {
            return Ok(Ended::Closed(Outcome { pieces: Vec::new(), held_back: Vec::new() }));
        };
        failpoint::pass("before-open");
        self.on_a_way = false;
        let source_name = ready[first.unit as usize].unit.source.clone();
        let source = self.engine.source(&source_name)?.clone();
        let mut tx = match source.begin().await {
            Ok(tx) => tx,
            Err(fault) if fault.kind.is_passing() => return Ok(Ended::Busy(fault)),
            Err(fault) => return Err(Error::at(&source_name)(fault)),
        };
        failpoint::pass("after-open");
        let id = self.engine.new_batch();
        let blob = self.engine.new_blob();
        let meta = BlobMeta {
            blob,
            organization: self.engine.organization,
            job: self.job.id,
            batch: id,
            epoch: self.epoch_key.epoch(),
        };
        let writer = self.engine.shelf.begin(&meta, &self.epoch_key, &self.engine.new_secret())?;
        let openers =
            self.claimants.iter().map(|claimant| (claimant.request, claimant.salt.clone())).collect();
        let mut sealer = SealingAside::start(writer, openers);
        let struck = self.strike_pieces(ready, pieces, tx.as_mut(), &mut sealer).await;
        let outcome = match struck {
            Ok(outcome) => outcome,
            Err(error) => {
                sealer.give_up().await;
                // a source that cannot be reached has rolled back by itself
                let _ = tx.rollback().await;
                return blame(error);
            }
        };
        failpoint::pass("before-seal");
        let changed = outcome.changed();
        if changed == 0 {
            sealer.give_up().await;
            tx.rollback().await.map_err(Error::at(&source_name))?;
            self.keep_keys_for_review(&outcome).await?;
            self.close(None, &outcome).await?;
            return Ok(Ended::Closed(outcome));
        }
        let (sealed, claims) = match sealer.finish().await {
            Ok(sealed) => sealed,
            Err(error) => {
                let _ = tx.rollback().await;
                return Err(error);
            }
        };
        if let Err(error) = self.keep_keys_for_review(&outcome).await {
            let _ = tx.rollback().await;
            let _ = self.engine.shelf.delete(blob);
            return Err(error);
        }
        failpoint::pass("after-seal");
        let marker = match tx.marker().await {
            Ok(marker) => marker,
            Err(fault) => {
                let _ = tx.rollback().await;
                self.engine.drop_blob(blob)?;
                return blame(Error::at(&source_name)(fault));
            }
        };
        self.number += 1;
        let batch = Batch {
            id,
            job: self.job.id,
            number: self.number,
            state: String::from("sealed"),
            source: source_name.clone(),
            blob,
            blob_digest: hex::encode(&sealed.sha256),
            marker: marker.map(|marker| marker.0),
            outcome: serde_json::to_string(&outcome)
                .map_err(|error| Error::Damaged { what: "a batch", why: error.to_string() })?,
            rows: changed,
            at: self.engine.world.now(),
        };
        let recorded = self.record(&batch, &claims).await;
        if let Err(error) = recorded {
            let _ = tx.rollback().await;
            let _ = self.engine.shelf.delete(blob);
            return Err(error);
        }
        failpoint::pass("after-record");
        self.commit(tx, &batch, outcome).await
    }

    /// Whoever retries a row that was held back needs its key.
    async fn keep_keys_for_review(&mut self, outcome: &Outcome) -> Result<(), Error> {
        if outcome.held_back.is_empty() { Ok(()) } else { self.keep_census().await }
    }

    async fn strike_pieces(
        &mut self,
        ready: &[Ready<'_>],
        pieces: &[Piece],
        tx: &mut dyn Transaction,
        sealer: &mut SealingAside,
    ) -> Result<Outcome, Error> {
        let mut outcome = Outcome { pieces: Vec::new(), held_back: Vec::new() };
        for piece in pieces {
            let ready = &ready[piece.unit as usize];
            let mut entries = self.entries(ready.unit.set, piece.from, piece.to)?;
            for set in self.again.unknown(piece.unit) {
                let masked = self.entries(set, 0, self.census.sets[set].total)?;
                self.again.know(set, masked.iter().map(|entry| entry.key.as_slice()));
            }
            let way = if ready.goes_quietly() { self.way(piece)? } else { None };
            self.on_a_way |= way.is_some();
            let mut hands = Hands {
                document: self.document,
                mask_key: &self.mask_key,
                ghosts: &mut self.ghosts,
                again: &self.again,
                world: &*self.engine.world,
                way,
            };
            let struck = strike(ready, tx, piece.from, &mut entries, sealer, &mut hands).await?;
            if let Some((_, fault)) = struck.held_back.first().filter(|_| struck.half_done) {
                return Err(Error::at(&ready.unit.source)(fault.clone()));
            }
            if ready.unit.together && !struck.held_back.is_empty() {
                let words = "rows that must go together could not all go";
                return Err(Error::at(&ready.unit.source)(Fault::new(FaultKind::Refused, words)));
            }
            outcome.held_back.extend(struck.held_back.iter().map(|(place, fault)| HeldBack {
                unit: piece.unit,
                place: piece.from + *place as u64,
                fault: fault.kind.as_str().to_owned(),
                words: fault.to_string(),
            }));
            outcome.pieces.push(Counted {
                piece: *piece,
                delta: Delta {
                    done: struck.done,
                    gone: struck.gone,
                    failed: struck.held_back.len() as u64,
                    to: piece.to,
                },
            });
        }
        Ok(outcome)
    }

    async fn record(&mut self, batch: &Batch, claims: &[(exeunt_base::RequestId, u64)]) -> Result<(), Error> {
        let mut change = self.engine.change_under(&self.lease).await?;
        let events = self.enter_pending(&mut change).await?;
        change.add_sealed_batch(batch, claims).await?;
        self.finish(change, &events).await
    }

    async fn commit(
        &mut self,
        tx: Box<dyn Transaction>,
        batch: &Batch,
        outcome: Outcome,
    ) -> Result<Ended, Error> {
        failpoint::pass("before-commit");
        match tx.commit().await {
            Ok(()) => {}
            Err(fault) if fault.kind == FaultKind::Unreachable => {
                // nobody saw the answer: only the source can tell whether it happened
                if !self.happened(batch).await? {
                    self.void(batch).await?;
                    return Ok(Ended::Busy(fault));
                }
            }
            Err(fault) => {
                self.void(batch).await?;
                return blame(Error::at(&batch.source)(fault));
            }
        }
        failpoint::pass("after-commit");
        failpoint::pass("before-close");
        self.close(Some(batch), &outcome).await?;
        failpoint::pass("after-close");
        Ok(Ended::Closed(outcome))
    }

    /// Marks a batch that never happened, and takes its blob away.
    pub async fn void(&mut self, batch: &Batch) -> Result<(), Error> {
        let mut change = self.engine.change_under(&self.lease).await?;
        change.void_batch(batch.id, batch.blob).await?;
        change.commit_bookkeeping().await?;
        self.engine.drop_blob(batch.blob)?;
        Ok(())
    }

    /// Closes a batch: batch, counts, reviews and audit entry in one transaction. A repeated delta is refused.
    pub async fn close(&mut self, batch: Option<&Batch>, outcome: &Outcome) -> Result<(), Error> {
        let now = self.engine.world.now();
        let mut counts: std::collections::BTreeMap<&str, u64> = std::collections::BTreeMap::new();
        for counted in &outcome.pieces {
            let word = self.units[counted.piece.unit as usize].work.word();
            *counts.entry(word).or_default() += counted.delta.done;
            *counts.entry("gone").or_default() += counted.delta.gone;
            *counts.entry("failed").or_default() += counted.delta.failed;
        }
        let mut event = self.engine.event(Kind::BatchClosed, None).about(self.job.id);
        if let Some(batch) = batch {
            event = event.about(batch.id).about(batch.blob).count("number", batch.number);
            event = event.fact("blob", &batch.blob_digest);
        }
        for (word, count) in counts.iter().filter(|(_, count)| **count > 0) {
            event = event.count(word, *count);
        }
        let last = self.leaves_nothing(outcome);
        if last {
            failpoint::pass("before-settle");
        }
        let mut change = self.engine.change_under(&self.lease).await?;
        let mut events = self.enter_pending(&mut change).await?;
        events.push(event);
        if let Some(batch) = batch {
            change.close_batch(batch.id).await?;
        }
        if let Some(review) = self.retrying {
            self.recount(&mut change, review, outcome).await?;
            return self.finish(change, &events).await;
        }
        for counted in &outcome.pieces {
            let Piece { unit, from, .. } = counted.piece;
            change.advance_unit(self.job.id, unit, from, &counted.delta).await?;
        }
        for held in &outcome.held_back {
            change.add_review(&self.review(held, now)).await?;
        }
        if last {
            // nothing is left to decide: a transaction of its own would only make the person wait
            events.push(self.write_end(&mut change, states::SETTLED, 0).await?);
        }
        self.finish(change, &events).await?;
        for counted in &outcome.pieces {
            self.positions[counted.piece.unit as usize] = counted.delta.to;
        }
        self.failed += outcome.held_back.len() as u64;
        if last { self.has_ended(states::SETTLED) } else { Ok(()) }
    }

    /// Whether this batch is the last of a job that has nothing to review.
    fn leaves_nothing(&self, outcome: &Outcome) -> bool {
        let here: u64 = outcome.pieces.iter().map(|counted| counted.piece.rows()).sum();
        self.settles
            && self.retrying.is_none()
            && self.failed == 0
            && outcome.held_back.is_empty()
            && self.left() == here
    }

    /// A row that was tried again moves from `failed` to where it belongs now.
    async fn recount(
        &self,
        change: &mut exeunt_store::Change<'_>,
        review: exeunt_base::BatchId,
        outcome: &Outcome,
    ) -> Result<(), Error> {
        for Counted { piece, delta } in &outcome.pieces {
            let to = match (delta.done, delta.gone) {
                (1.., _) => "done",
                (_, 1..) => "gone",
                _ => continue,
            };
            change.recount_unit(self.job.id, piece.unit, to).await?;
            change.end_review(review, "done", None).await?;
        }
        Ok(())
    }

    fn review(&self, held: &HeldBack, now: Timestamp) -> Review {
        let unit = &self.units[held.unit as usize];
        Review {
            id: self.engine.new_batch(),
            job: self.job.id,
            unit: held.unit,
            place: held.place,
            model: self.document.sets[unit.set].model.to_string(),
            fault: held.fault.clone(),
            words: held.words.clone(),
            state: String::from("open"),
            reason: None,
            at: now,
        }
    }
}

/// Sorts trouble by what can be done about it.
fn blame(error: Error) -> Result<Ended, Error> {
    match error {
        Error::Source { fault, .. } if fault.kind.blames_rows() => Ok(Ended::Refused(fault)),
        Error::Source { fault, .. } if fault.kind.is_passing() => Ok(Ended::Busy(fault)),
        other => Err(other),
    }
}
