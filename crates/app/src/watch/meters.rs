//! What this process counts while it works.

use std::sync::atomic::{AtomicU64, Ordering};

/// The counts of one process, since it began.
#[derive(Debug, Default)]
pub struct Meters {
    places: AtomicU64,
    busy: AtomicU64,
    done: AtomicU64,
    failed: AtomicU64,
    put_back: AtomicU64,
}

/// How a task left this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    /// Done.
    Done,
    /// Given up.
    Failed,
    /// Put back, for later or for somebody else.
    PutBack,
}

impl Left {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Done, Self::Failed, Self::PutBack];

    /// Its word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed",
            Self::PutBack => "put_back",
        }
    }
}

impl Meters {
    /// So many tasks may be worked on at a time.
    pub(crate) fn has_places(&self, places: usize) {
        self.places.store(places as u64, Ordering::Relaxed);
    }

    /// A place is taken until what is given back is dropped.
    pub(crate) fn occupy(&self) -> Occupied<'_> {
        self.busy.fetch_add(1, Ordering::Relaxed);
        Occupied(&self.busy)
    }

    /// A task left.
    pub(crate) fn left(&self, how: Left) {
        self.of(how).fetch_add(1, Ordering::Relaxed);
    }

    /// Tasks this process may work on at a time; none when it has no workers.
    pub fn places(&self) -> u64 {
        self.places.load(Ordering::Relaxed)
    }

    /// Tasks it works on.
    pub fn busy(&self) -> u64 {
        self.busy.load(Ordering::Relaxed)
    }

    /// Tasks that left so.
    pub fn count(&self, how: Left) -> u64 {
        self.of(how).load(Ordering::Relaxed)
    }

    fn of(&self, how: Left) -> &AtomicU64 {
        match how {
            Left::Done => &self.done,
            Left::Failed => &self.failed,
            Left::PutBack => &self.put_back,
        }
    }
}

/// A place in use.
pub(crate) struct Occupied<'a>(&'a AtomicU64);

impl Drop for Occupied<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
