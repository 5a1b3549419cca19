//! Running a job from wherever it stands: take the lease, recover, count, strike batch by batch, settle.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use exeunt_base::{Fault, JobId, Name};
use exeunt_mask::MaskKey;
use exeunt_plan::document::Document;
use exeunt_source::catalog::Catalog;
use exeunt_store::jobs::Lease;
use tracing::field::Empty;
use tracing::{Instrument, error_span};

use crate::batch::Piece;
use crate::batch::again::Again;
use crate::batch::ghosts::Ghosts;
use crate::batch::protocol::Ended;
use crate::batch::strike::Ready;
use crate::cabinet::Engine;
use crate::census::Census;
use crate::error::Error;
use crate::job::Work;
use crate::job::decide::{Order, View, decide};
use crate::job::pace::Pace;
use crate::job::prepare::Confirmed;
use crate::progress::{Progress, Watcher};
use crate::{gate, sealing, states};

/// Tries of one batch before a busy source stops the job.
const TRIES: u32 = 10;

/// For so long at most nobody looks whether to stop.
const A_WHILE: Duration = Duration::from_millis(250);

/// How a caller steers a running job.
#[derive(Debug, Clone, Default)]
pub struct Control {
    /// Set to stop between two batches.
    pub stop: Arc<AtomicBool>,
    /// What people confirmed over the guards.
    pub confirmed: Confirmed,
}

impl Engine {
    /// Runs a job until it is settled, waits for review, is cancelled, is stopped or cannot go on. Gives its state.
    /// Running a job that another live process runs is refused; one whose process died is taken over.
    pub async fn run_job(
        &self,
        id: JobId,
        owner: &str,
        control: &Control,
        watcher: &dyn Watcher,
    ) -> Result<&'static str, Error> {
        let lease = self.take_job(id, owner).await?;
        let beat = self.beat(lease);
        let span = error_span!("job", job.id = %id, job.state = Empty);
        let result = self.run_leased(id, lease, control, watcher).instrument(span.clone()).await;
        beat.abort();
        match &result {
            Ok(state) => {
                span.record("job.state", *state);
            }
            Err(error) => self.stopped(&lease, error).await,
        }
        result
    }

    async fn run_leased(
        &self,
        id: JobId,
        lease: Lease,
        control: &Control,
        watcher: &dyn Watcher,
    ) -> Result<&'static str, Error> {
        let plan = self.store.plan(self.store.job(id).await?.plan).await?;
        if plan.approved.is_none() {
            return Err(Error::NotApproved(id));
        }
        let document = exeunt_plan::digest::read(&plan.document, &plan.digest)
            .map_err(|error| Error::Damaged { what: "a plan", why: error.to_string() })?;
        let catalogs = self.catalogs(&document).await?;
        let mut work = self.open_work(id, lease, &document).await?;
        work.ghosts = Ghosts::new(&document, &catalogs);
        // closing a batch of a process that is gone needs the units, not the keys
        let mut counted = work.reopen_census().await? || work.reopen_counts().await?;
        work.sweep().await?;
        let mut unsettled = !self.store.batches(id, "sealed").await?.is_empty();
        loop {
            let view = View {
                unsettled,
                counted,
                left: if counted { work.left() } else { 0 },
                failed: work.failed,
                cancel: self.store.job(id).await?.cancel_asked,
                stop: control.stop.load(Ordering::Relaxed),
            };
            let end = match decide(view) {
                Order::Recover => {
                    work.recover().await?;
                    unsettled = false;
                    // one that was counted in memory was the whole job: counting again would count it twice
                    counted = counted || work.all_had_their_turn();
                    continue;
                }
                Order::Count => {
                    self.may_destroy(&gate::sources_of(&document)).await?;
                    work.count(control.confirmed).await?;
                    counted = true;
                    continue;
                }
                Order::Stop => return Err(Error::Stopped(id)),
                Order::Cancel => states::CANCELLED,
                Order::Batch => {
                    work.recall_ghosts().await?;
                    let units = work.units.clone();
                    let ready = self.make_ready(&units, &document, &catalogs)?;
                    self.strike_all(&mut work, &ready, control, watcher).await?;
                    match work.ended {
                        Some(end) => return Ok(end),
                        None => continue,
                    }
                }
                Order::Review => states::REVIEW,
                Order::Settle => states::SETTLED,
            };
            work.end(end).await?;
            return Ok(end);
        }
    }

    /// A job at work, as the store knows it; its census is not yet at hand.
    pub(crate) async fn open_work<'a>(
        &'a self,
        id: JobId,
        lease: Lease,
        document: &'a Document,
    ) -> Result<Work<'a>, Error> {
        let job = self.store.job(id).await?;
        let claimants = self.claimants(id).await?;
        let epoch_key = self.keyring.epoch_key(self.organization, job.epoch)?;
        let salt = job.salt.clone().unwrap_or_default();
        let purpose = self.keyring.purpose_key(self.organization, "masks")?;
        Ok(Work {
            engine: self,
            number: job.batches,
            job,
            lease,
            document,
            claimants,
            units: Vec::new(),
            positions: Vec::new(),
            failed: 0,
            census: Census::default(),
            epoch_key,
            mask_key: MaskKey::new(&sealing::derive(&purpose, &salt, "exeunt masks v1")),
            ghosts: Ghosts::default(),
            again: Again::default(),
            pending: None,
            kept: crate::kept::Remembered::default(),
            settles: false,
            ended: None,
            off_the_ways: false,
            on_a_way: false,
            retrying: None,
        })
    }

    /// Units made ready against the live catalogs.
    pub(crate) fn make_ready<'a>(
        &self,
        units: &'a [crate::units::Unit],
        document: &'a Document,
        catalogs: &BTreeMap<Name, Catalog>,
    ) -> Result<Vec<Ready<'a>>, Error> {
        units
            .iter()
            .map(|unit| {
                let abilities = self.source(&unit.source)?.abilities();
                let catalog =
                    catalogs.get(&unit.source).ok_or_else(|| Error::NoSource(unit.source.clone()))?;
                Ready::new(unit, document, catalog, &abilities)
            })
            .collect()
    }

    /// Batch after batch until nothing is left, or somebody asks to cancel or stop.
    async fn strike_all(
        &self,
        work: &mut Work<'_>,
        ready: &[Ready<'_>],
        control: &Control,
        watcher: &dyn Watcher,
    ) -> Result<(), Error> {
        let mut pace = self.pace(ready)?;
        work.settles = true;
        let mut queue: VecDeque<Vec<Piece>> = VecDeque::new();
        let mut tries = 0;
        let started = self.world.now();
        let mut here = 0;
        loop {
            if work.ended.is_some() {
                return Ok(());
            }
            if queue.is_empty() {
                queue.extend(next_batch(work, ready, pace.rows()));
            }
            let asked =
                control.stop.load(Ordering::Relaxed) || self.store.job(work.job.id).await?.cancel_asked;
            let Some(pieces) = queue.pop_front().filter(|_| !asked) else { return Ok(()) };
            // the batch in flight was the last one
            self.may_destroy(&sources_at(ready, &pieces)).await?;
            let rows: u64 = pieces.iter().map(Piece::rows).sum();
            let begun = self.world.now();
            let source = &ready[pieces[0].unit as usize].unit.source;
            let span = error_span!("batch", batch.rows = rows, batch.source = %source, batch.ended = Empty);
            let ended = work.carry(ready, &pieces).instrument(span.clone()).await?;
            span.record("batch.ended", word(&ended));
            drop(span);
            match ended {
                Ended::Closed(_) => {
                    tries = 0;
                    here += rows;
                    let now = self.world.now();
                    let total = work.job.rows_total;
                    let done = total.saturating_sub(work.left());
                    watcher.on(&Progress::new(done, total, work.failed, here, started, now));
                    // the rate is the organization's: jobs that run side by side share it
                    let sharing = match self.settings.rows_per_second {
                        Some(_) => self.store.live_jobs(self.organization, now).await?.max(1),
                        None => 1,
                    };
                    let wait = pace.took(rows, now.seconds_since(begun), sharing);
                    if work.left() > 0 {
                        self.wait_or_stop(wait, control).await;
                    }
                }
                // a row beside those that were counted may be to blame: only by key it is sure which
                Ended::Refused(_) if work.on_a_way => {
                    work.off_the_ways = true;
                    queue.push_front(pieces);
                }
                Ended::Refused(fault) => {
                    // halves are batches of their own: the keys must survive a crash between them
                    work.keep_census().await?;
                    if let Some((left, right)) = work.isolate(ready, &pieces, &fault).await? {
                        queue.push_front(right);
                        queue.push_front(left);
                    }
                }
                Ended::Busy(fault) => {
                    work.off_the_ways = true;
                    tries += 1;
                    if tries > TRIES {
                        return Err(Error::at(&ready[pieces[0].unit as usize].unit.source)(fault));
                    }
                    pace.was_busy();
                    self.world.wait(backoff(tries, &fault)).await;
                    queue.push_front(pieces);
                }
            }
        }
    }

    /// Waits, unless somebody asks to stop meanwhile.
    async fn wait_or_stop(&self, time: Duration, control: &Control) {
        let mut left = time;
        while !left.is_zero() && !control.stop.load(Ordering::Relaxed) {
            let some = left.min(A_WHILE);
            self.world.wait(some).await;
            left -= some;
        }
    }

    fn pace(&self, ready: &[Ready<'_>]) -> Result<Pace, Error> {
        let mut most = u64::from(u32::MAX);
        for ready in ready {
            most = most.min(u64::from(self.source(&ready.unit.source)?.abilities().rows_per_strike));
        }
        let settings = &self.settings;
        let most = settings.batch_rows.map_or(most, |rows| most.min(rows));
        Ok(Pace::new(settings.first_batch, most, settings.batch_seconds, settings.rows_per_second))
    }
}

/// Waits longer each time, or as long as the source asks.
pub(crate) fn backoff(tries: u32, fault: &Fault) -> Duration {
    fault.retry_after.unwrap_or_else(|| Duration::from_millis(50 * 2u64.pow(tries.min(7))))
}

/// One word for how a batch ended.
fn word(ended: &Ended) -> &'static str {
    match ended {
        Ended::Closed(_) => "closed",
        Ended::Refused(_) => "refused",
        Ended::Busy(_) => "busy",
    }
}

fn sources_at(ready: &[Ready<'_>], pieces: &[Piece]) -> BTreeSet<Name> {
    pieces.iter().map(|piece| ready[piece.unit as usize].unit.source.clone()).collect()
}

/// The next pieces: units in order, of one source, up to `rows` rows; what must go together goes whole.
fn next_batch(work: &Work<'_>, ready: &[Ready<'_>], rows: u64) -> Option<Vec<Piece>> {
    let mut pieces: Vec<Piece> = Vec::new();
    // a job counted in memory was promised one batch
    let mut room = if work.census.blob.is_none() { u64::MAX } else { rows.max(1) };
    let mut source = None;
    let mut bound_to: Option<u32> = None;
    for (ready, position) in ready.iter().zip(&work.positions) {
        let unit = ready.unit;
        let total = work.census.sets[unit.set].total;
        if *position >= total {
            continue;
        }
        if *source.get_or_insert(&unit.source) != &unit.source {
            break;
        }
        let left = total - position;
        // units that go together and follow each other are one: their references run in a ring
        let bound = unit.together && bound_to == Some(unit.number);
        if !bound && (room == 0 || (unit.together && left > room && !pieces.is_empty())) {
            break;
        }
        let take = if unit.together { left } else { left.min(room) };
        pieces.push(Piece { unit: unit.number, from: *position, to: position + take });
        room = room.saturating_sub(take);
        bound_to = unit.together.then_some(unit.number + 1);
        if room == 0 && bound_to.is_none() {
            break;
        }
    }
    (!pieces.is_empty()).then_some(pieces)
}
