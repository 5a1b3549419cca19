//! One process's workers: they take the organizations in turn, so that a large one makes nobody else wait.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use exeunt_base::{OrganizationId, Timestamp};
use exeunt_store::tasks::{Task, Turn};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tracing::field::Empty;
use tracing::{Instrument, error_span, info, warn};

use crate::error::Error;
use crate::house::House;
use crate::tasks::Wanted;
use crate::watch::meters::Left;
use crate::work::aside::{Hand, Hands};
use crate::work::carry_out::carry_out;
use crate::work::others::Others;
use crate::work::outcome::{End, end_of, end_of_look};
use crate::work::{hooks, post, watched};

/// How long a turn lasts; it is renewed every third of that, and a worker that died is followed when it has run out.
pub const TURN_SECONDS: i64 = 6;

/// How often the store is asked when nobody rang.
const ASK: Duration = Duration::from_millis(500);

/// How often it is looked who waits while every place is taken.
const ROOM: Duration = Duration::from_millis(250);

/// How often it is looked for what has become due.
const LOOK: Duration = Duration::from_secs(15);

/// How often the storage is swept of what nobody needs, in seconds.
const SWEEP_SECONDS: i64 = 3_600;

/// Asks everybody to stop at the next good place.
#[derive(Debug, Clone, Default)]
pub struct Stop {
    /// Set when it is time.
    pub flag: Arc<AtomicBool>,
    told: Arc<Notify>,
}

impl Stop {
    /// Says it.
    pub fn now(&self) {
        self.flag.store(true, Ordering::SeqCst);
        self.told.notify_waiters();
    }

    /// Whether it was said.
    pub fn is_said(&self) -> bool {
        self.flag.load(Ordering::SeqCst)
    }

    /// Waits until it is said.
    pub async fn said(&self) {
        loop {
            let told = self.told.notified();
            tokio::pin!(told);
            // heard from here on, so that nothing is said between looking and waiting
            told.as_mut().enable();
            if self.is_said() {
                return;
            }
            told.await;
        }
    }
}

/// The workers of one process.
pub struct Worker {
    /// Whose work.
    pub house: House,
    /// What this process is called in leases.
    pub owner: String,
    /// Tasks at a time.
    pub at_once: usize,
    /// Ends it: tasks in hand get to their next good place and go back.
    pub stop: Stop,
    /// Tasks that are for workers elsewhere.
    pub others: Others,
}

impl std::fmt::Debug for Worker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Worker({}, {} at once)", self.owner, self.at_once)
    }
}

impl Worker {
    /// Works until it is told to stop, and then until everything in hand is done or put back.
    pub async fn run(self) {
        let worker = Arc::new(self);
        let places = Arc::new(Semaphore::new(worker.at_once.max(1)));
        worker.house.meters.has_places(worker.at_once.max(1));
        let in_hand = Arc::new(Hands::default());
        let mut hands = JoinSet::new();
        let mut last = None;
        let looking = tokio::spawn(Arc::clone(&worker).look_again_and_again());
        let mut posting = JoinSet::new();
        for office in worker.house.offices().filter(|office| office.post.is_some()) {
            posting.spawn(post::again_and_again(office.clone(), worker.stop.clone()));
        }
        for office in worker.house.offices().filter(|office| !office.publication.witnesses.is_empty()) {
            posting.spawn(watched::again_and_again(office.clone(), worker.stop.clone()));
        }
        for office in worker.house.offices() {
            posting.spawn(hooks::again_and_again(office.clone(), worker.stop.clone()));
        }
        let all = Arc::clone(&in_hand);
        let stopping = worker.stop.clone();
        let stopping = tokio::spawn(async move {
            stopping.said().await;
            all.stop_all();
        });
        while !worker.stop.is_said() {
            let Some(place) = worker.place(&places, &in_hand).await else { break };
            while hands.try_join_next().is_some() {}
            match worker.next(&mut last).await {
                Ok(Some((task, turn))) => {
                    let (worker, in_hand) = (Arc::clone(&worker), Arc::clone(&in_hand));
                    hands.spawn(async move {
                        worker.serve(task, turn, &in_hand).await;
                        drop(place);
                    });
                }
                Ok(None) => {
                    drop(place);
                    worker.idle().await;
                }
                Err(error) => {
                    drop(place);
                    warn!(error.code = error.code(), "could not look for tasks: {error}");
                    worker.idle().await;
                }
            }
        }
        // whatever was taken in the moment it was said stops too
        in_hand.stop_all();
        while hands.join_next().await.is_some() {}
        while posting.join_next().await.is_some() {}
        stopping.abort();
        let _ = looking.await;
    }

    /// A free place. While there is none, it is looked whether somebody should make room.
    async fn place(&self, places: &Arc<Semaphore>, in_hand: &Hands) -> Option<OwnedSemaphorePermit> {
        let mut wanted = std::pin::pin!(Arc::clone(places).acquire_owned());
        loop {
            tokio::select! {
                biased;
                place = &mut wanted => return place.ok(),
                () = self.house.world.wait(ROOM) => {}
            }
            let now = self.house.world.now();
            match self.who_waits(now).await {
                Ok(waiting) => in_hand.make_room(&waiting, now),
                Err(error) => warn!(error.code = error.code(), "could not look who waits: {error}"),
            }
        }
    }

    /// Organizations that have a task whose turn it is, and may have it done.
    async fn who_waits(&self, now: Timestamp) -> Result<BTreeSet<OrganizationId>, Error> {
        let mut waiting = BTreeSet::new();
        for (organization, _) in self.house.store.backlog_but_for(&self.others.list(now), now).await? {
            let Ok(office) = self.house.office(organization) else { continue };
            let room = match office.engine.settings.jobs_at_a_time {
                // room that it must not take helps nobody
                Some(most) => self.house.store.live_tasks(organization, now).await? < u64::from(most),
                None => true,
            };
            if room {
                waiting.insert(organization);
            }
        }
        Ok(waiting)
    }

    /// Of its own: what is due does not wait for a large job.
    async fn look_again_and_again(self: Arc<Self>) {
        let mut swept = None;
        while !self.stop.is_said() {
            self.look().await;
            let now = self.house.world.now();
            if swept.is_none_or(|at: Timestamp| at.plus_seconds(SWEEP_SECONDS) <= now) {
                swept = Some(now);
                self.sweep().await;
            }
            tokio::select! {
                () = self.stop.said() => {}
                () = self.house.world.wait(LOOK) => {}
            }
        }
    }

    async fn idle(&self) {
        tokio::select! {
            () = self.stop.said() => {}
            () = self.house.bell.notified() => {}
            () = self.house.world.wait(ASK) => {}
        }
    }

    /// What has become due becomes a task. Trouble of one organization stops no other.
    pub(super) async fn look(&self) {
        for office in self.house.offices() {
            if let Err(error) = office.ask_for_what_is_due().await {
                let organization = office.organization.id;
                warn!(%organization, error.code = error.code(), "could not look for what is due: {error}");
            }
        }
    }

    /// What nobody needs is taken out of the storage.
    async fn sweep(&self) {
        match self.house.sweep_storage().await {
            Ok(swept) if swept.is_nothing() => {}
            Ok(swept) => {
                info!(swept.blobs, swept.packages, swept.unfinished, "swept the storage");
            }
            Err(error) => warn!(error.code = error.code(), "could not sweep the storage: {error}"),
        }
    }

    /// The next task: of the organization after the one that had the last.
    pub(super) async fn next(
        &self,
        last: &mut Option<OrganizationId>,
    ) -> Result<Option<(Task, Turn)>, Error> {
        let now = self.house.world.now();
        let except = self.others.list(now);
        let waiting = self.house.store.backlog_but_for(&except, now).await?;
        let waiting: BTreeSet<OrganizationId> =
            waiting.into_iter().map(|(organization, _)| organization).collect();
        let (before, after): (Vec<_>, Vec<_>) =
            waiting.into_iter().partition(|organization| last.is_some_and(|last| *organization <= last));
        for organization in after.into_iter().chain(before) {
            // one that the settings no longer know waits until they do
            let Ok(office) = self.house.office(organization) else { continue };
            let most = office.engine.settings.jobs_at_a_time;
            let until = now.plus_seconds(TURN_SECONDS);
            let mut change = self.house.store.begin().await?;
            match change.take_task(organization, &self.owner, most, &except, (now, until)).await? {
                Some(taken) => {
                    change.commit_bookkeeping().await?;
                    *last = Some(organization);
                    return Ok(Some(taken));
                }
                None => change.rollback().await?,
            }
        }
        Ok(None)
    }

    /// Carries a task out and ends it, or puts it back for later.
    pub(super) async fn serve(&self, task: Task, turn: Turn, in_hand: &Hands) {
        let Ok(office) = self.house.office(task.organization) else { return };
        let stop = Arc::new(AtomicBool::new(self.stop.is_said()));
        in_hand.add(Hand {
            task: task.id,
            organization: task.organization,
            kind: task.kind.clone(),
            since: self.house.world.now(),
            stop: Arc::clone(&stop),
        });
        info!(%task.id, task.kind, task.tries, "took a task");
        let _place = self.house.meters.occupy();
        // a turn that could not be renewed belongs to somebody else; their fence keeps us from ending it
        let beat = self.beat(turn);
        let span = error_span!(
            "task",
            %task.id, task.kind, task.organization = %task.organization, task.tries, task.left = Empty, error.code = Empty
        );
        let done = carry_out(office, &task, &self.owner, &stop).instrument(span.clone()).await;
        beat.abort();
        in_hand.remove(task.id);
        let now = self.house.world.now();
        if done.as_ref().is_err_and(Error::is_elsewhere) {
            self.others.add(task.id, now);
        }
        let end = match Wanted::is_look(&task.kind) {
            true => end_of_look(&done, now),
            false => end_of(&done, task.tries, now),
        };
        let left = match &end {
            End::Done(_) => Left::Done,
            End::Failed(_) => Left::Failed,
            End::Later(..) | End::Aside(..) => Left::PutBack,
        };
        span.record("task.left", left.as_str());
        if let (Err(error), End::Failed(_) | End::Later(..)) = (&done, &end) {
            span.record("error.code", error.code());
        }
        let ended = async {
            let letter = match &end {
                End::Later(..) => None,
                // that somebody is told is no reason not to end a task
                _ => office.letter_about_job(&task, &done).await.unwrap_or_default(),
            };
            let mut change = self.house.store.begin().await?;
            match end {
                End::Done(outcome) => {
                    change.end_task(&turn, exeunt_store::tasks::DONE, &outcome, now).await?;
                }
                End::Failed(outcome) => {
                    change.end_task(&turn, exeunt_store::tasks::FAILED, &outcome, now).await?;
                }
                End::Later(outcome, not_before) => {
                    change.put_task_back(&turn, outcome.as_deref(), not_before).await?;
                }
                End::Aside(outcome, not_before) => {
                    change.put_task_aside(&turn, outcome.as_deref(), not_before).await?;
                }
            }
            if let Some(letter) = letter {
                change.add_letter(&letter).await?;
            }
            change.commit_bookkeeping().await
        };
        let ended = ended.await;
        if ended.is_ok() {
            self.house.meters.left(left);
        }
        match (done, ended) {
            (Ok(_), Ok(())) => info!(%task.id, task.kind, "did a task"),
            (Err(error), Ok(())) => {
                warn!(%task.id, task.kind, error.code = error.code(), "could not do a task: {error}");
            }
            (_, Err(error)) => {
                warn!(%task.id, task.kind, error.code = error.code(), "could not write down how a task ended: {error}");
            }
        }
    }

    fn beat(&self, turn: Turn) -> tokio::task::AbortHandle {
        let house = self.house.clone();
        let beating = tokio::spawn(async move {
            loop {
                house.world.wait(Duration::from_secs(TURN_SECONDS as u64 / 3)).await;
                let until = house.world.now().plus_seconds(TURN_SECONDS);
                let Ok(mut change) = house.store.begin().await else { continue };
                if change.hold_turn(&turn, until).await.is_ok() {
                    let _ = change.commit_bookkeeping().await;
                }
            }
        });
        beating.abort_handle()
    }
}
