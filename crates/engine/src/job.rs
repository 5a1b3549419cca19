//! A job at work: what one process holds while it carries a plan out.

pub mod decide;
mod ended;
mod lease;
pub mod pace;
pub mod prepare;
pub mod queue;
pub mod run;
pub mod settle;

use exeunt_mask::MaskKey;
use exeunt_plan::document::Document;
use exeunt_store::jobs::{Job, Lease};
use exeunt_vault::{EpochKey, Salt};

use crate::batch::again::Again;
use crate::batch::ghosts::Ghosts;
use crate::cabinet::Engine;
use crate::census::keys::Reading;
use crate::census::{Census, Entry};
use crate::error::Error;
use crate::people::Claimant;
use crate::units::Unit;

/// How long a lease lasts. It is renewed every third of that, and a process that died is followed by the next one
/// as soon as it has run out.
pub const LEASE_SECONDS: i64 = 3;

/// A job at work.
pub struct Work<'a> {
    /// What it works with.
    pub engine: &'a Engine,
    /// The job as it was when it was taken.
    pub job: Job,
    /// The right to write for it.
    pub lease: Lease,
    /// Its plan.
    pub document: &'a Document,
    /// Its people, by number.
    pub claimants: Vec<Claimant>,
    /// Its units.
    pub units: Vec<Unit>,
    /// Rows of each unit that have had their turn.
    pub positions: Vec<u64>,
    /// Rows waiting for review.
    pub failed: u64,
    /// Batches so far.
    pub number: u64,
    /// Its census.
    pub census: Census,
    /// The key of its epoch.
    pub epoch_key: EpochKey,
    /// The key of its masks.
    pub mask_key: MaskKey,
    /// Ghosts made so far.
    pub ghosts: Ghosts,
    /// What the census is to enter into the store, not written yet: it goes with the first thing that is.
    pub(crate) pending: Option<prepare::Pending>,
    /// Rows that stay by law, from the census to its entry.
    pub(crate) kept: crate::kept::Remembered,
    /// The batch that leaves nothing to do may settle the job in the transaction that closes it.
    pub(crate) settles: bool,
    /// How the job ended, once it has.
    pub(crate) ended: Option<&'static str>,
    /// What several of its units mask alike.
    pub again: Again,
    /// Rows came between those of a batch, or its source was busy: from now on rows are looked for by key alone.
    pub(crate) off_the_ways: bool,
    /// Rows of the batch at hand are struck by the way they were found.
    pub(crate) on_a_way: bool,
    /// The review whose row is being tried again: it is counted there, not by position.
    pub retrying: Option<exeunt_base::BatchId>,
}

impl std::fmt::Debug for Work<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Work({})", self.job.id)
    }
}

impl Work<'_> {
    /// Rows of a set's census.
    pub(crate) fn entries(&self, set: usize, from: u64, to: u64) -> Result<Vec<Entry>, Error> {
        let salt = self.job_salt();
        Reading::new(&self.census, &self.engine.shelf, &self.epoch_key, self.job.id, salt)
            .entries(set, from, to)
    }

    /// The job's own salt.
    pub(crate) fn job_salt(&self) -> Option<Salt> {
        self.job.salt.as_deref().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok()).map(Salt::new)
    }

    /// Rows left to do.
    pub(crate) fn left(&self) -> u64 {
        let total: u64 = self.units.iter().map(|unit| self.census.sets[unit.set].total).sum();
        total - self.positions.iter().sum::<u64>()
    }
}
