//! A connection on a thread of its own, and a small pool of those at rest.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use exeunt_base::{Fault, FaultKind};
use exeunt_source::{PageSender, Pages};
use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::connect;
use crate::settings::Settings;
use crate::shapes::Shapes;

/// Most connections kept open while nobody uses them.
const AT_REST: usize = 2;

/// How long a connection keeps its page cache while nobody asks anything of it.
const IDLE: Duration = Duration::from_secs(10);

/// What a thread holds.
pub(crate) struct Held {
    /// The connection.
    pub(crate) connection: Connection,
    /// What is known of its tables.
    pub(crate) shapes: Shapes,
    /// Why its transaction may not be committed any more.
    pub(crate) broken: Option<Fault>,
}

type Job = Box<dyn FnOnce(&mut Held) + Send>;

/// The threads at rest of one source.
pub(crate) struct Pool {
    settings: Settings,
    resting: Mutex<Vec<Resting>>,
}

struct Resting {
    jobs: Sender<Job>,
    file: (u64, u64),
}

/// A thread in use. When it goes, its transaction is rolled back and the thread rests.
pub(crate) struct Lease {
    jobs: Sender<Job>,
    file: Option<(u64, u64)>,
    pool: Arc<Pool>,
}

impl Pool {
    pub(crate) fn new(settings: Settings) -> Arc<Self> {
        Arc::new(Self { settings, resting: Mutex::new(Vec::new()) })
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// A thread with an open connection.
    pub(crate) async fn lease(self: &Arc<Self>) -> Result<Lease, Fault> {
        let file = connect::identity(&self.settings.path);
        {
            let mut resting = self.resting.lock().unwrap_or_else(PoisonError::into_inner);
            // A file that was replaced, by a restored backup perhaps, is another file.
            resting.retain(|rested| Some(rested.file) == file);
            if let Some(Resting { jobs, .. }) = resting.pop() {
                return Ok(Lease { jobs, file, pool: Arc::clone(self) });
            }
        }
        let (jobs, queue) = channel::<Job>();
        let (opened, is_open) = oneshot::channel();
        let settings = self.settings.clone();
        std::thread::Builder::new()
            .name("exeunt-sqlite".into())
            .spawn(move || work(&settings, opened, queue))
            .map_err(|_| Fault::new(FaultKind::Full, "could not start a thread for a connection"))?;
        is_open.await.unwrap_or_else(|_| Err(gone()))?;
        Ok(Lease { jobs, file, pool: Arc::clone(self) })
    }

    /// Closes the connections at rest: the last one to close a file also empties its write-ahead log.
    pub(crate) fn close_resting(&self) {
        self.resting.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

impl Lease {
    /// Does something on the thread and waits for it.
    pub(crate) async fn call<R: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Held) -> Result<R, Fault> + Send + 'static,
    ) -> Result<R, Fault> {
        let (answer, is_done) = oneshot::channel();
        let job = Box::new(move |held: &mut Held| {
            let _ = answer.send(job(held));
        });
        self.jobs.send(job).map_err(|_| gone())?;
        is_done.await.unwrap_or_else(|_| Err(gone()))
    }

    /// Does something on the thread that answers with rows.
    pub(crate) fn stream(
        &self,
        job: impl FnOnce(&mut Held, &PageSender) -> Result<(), Fault> + Send + 'static,
    ) -> Result<Pages, Fault> {
        let (sender, pages) = Pages::channel();
        let job = Box::new(move |held: &mut Held| match job(held, &sender) {
            Ok(()) => sender.blocking_finish(),
            Err(fault) => sender.blocking_fail(fault),
        });
        self.jobs.send(job).map_err(|_| gone())?;
        Ok(pages)
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let (jobs, pool) = (self.jobs.clone(), Arc::downgrade(&self.pool));
        let file = self.file;
        // The thread itself goes to rest once all before is done: whoever leases it next never waits for old pages.
        let rest = Box::new(move |held: &mut Held| {
            let clean = held.connection.is_autocommit() || held.connection.execute_batch("ROLLBACK").is_ok();
            held.broken = None;
            if let (true, Some(file), Some(pool)) = (clean, file, pool.upgrade()) {
                let mut resting = pool.resting.lock().unwrap_or_else(PoisonError::into_inner);
                if resting.len() < AT_REST {
                    resting.push(Resting { jobs, file });
                }
            }
        });
        // A thread that is gone has closed its connection, and so rolled back.
        let _ = self.jobs.send(rest);
    }
}

fn work(settings: &Settings, opened: oneshot::Sender<Result<(), Fault>>, queue: Receiver<Job>) {
    let connection = match connect::open(settings) {
        Ok(connection) => connection,
        Err(fault) => {
            let _ = opened.send(Err(fault));
            return;
        }
    };
    let mut held = Held { connection, shapes: Shapes::default(), broken: None };
    if opened.send(Ok(())).is_ok() {
        while let Some(job) = next(&queue, &held) {
            job(&mut held);
        }
    }
}

/// The next job. A connection that waits for one gives its page cache back: of many sources, few work at a time.
fn next(queue: &Receiver<Job>, held: &Held) -> Option<Job> {
    match queue.recv_timeout(IDLE) {
        Err(RecvTimeoutError::Timeout) => {
            // what cannot be given back is kept: nothing depends on it
            let _ = held.connection.execute_batch("PRAGMA shrink_memory");
            queue.recv().ok()
        }
        received => received.ok(),
    }
}

fn gone() -> Fault {
    Fault::new(FaultKind::Unreachable, "the connection's thread ended")
}
