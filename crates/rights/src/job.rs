//! A job's life: a plan being carried out. One table of allowed steps.

use std::fmt;
use std::str::FromStr;

use crate::state::{BadWord, Right, from_word};

/// What a job does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum JobKind {
    /// Gathers a package; changes nothing.
    Export,
    /// Deletes and anonymizes rows; can be undone until it is purged.
    Erase,
}

/// How far a job has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum JobState {
    /// Waits for a worker.
    Queued,
    /// A worker has it.
    Running,
    /// Stands still until somebody lets it go on.
    Paused,
    /// Stops after the batch in hand.
    Cancelling,
    /// Stopped; what was done stays done and can be restored.
    Cancelled,
    /// Cannot go on without somebody; what was done stays done and can be restored.
    Failed,
    /// Export: the package is written.
    Completed,
    /// Erase: every row is struck and sealed, the window is open.
    Settled,
    /// Erase: rows are being put back.
    Restoring,
    /// Erase: everything is back.
    Restored,
    /// Erase: keys, images and residue are being destroyed. Goes only forward; trouble is retried, never undone.
    Purging,
    /// Erase: nothing is left.
    Purged,
}

/// A step that is not in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a job cannot go from {from} to {to}")]
pub struct BadStep {
    /// Where it is.
    pub from: JobState,
    /// Where it should have gone.
    pub to: JobState,
}

use JobKind::{Erase, Export};
use JobState as S;

const BOTH: &[JobKind] = &[Export, Erase];

/// Every allowed step.
const STEPS: &[(S, S, &[JobKind])] = &[
    (S::Queued, S::Running, BOTH),
    (S::Queued, S::Cancelled, BOTH),
    (S::Running, S::Queued, BOTH), // the lease was lost or given back
    (S::Running, S::Paused, BOTH),
    (S::Running, S::Cancelling, BOTH),
    (S::Running, S::Failed, BOTH),
    (S::Paused, S::Queued, BOTH),
    (S::Paused, S::Cancelled, BOTH),
    (S::Cancelling, S::Cancelled, BOTH),
    (S::Failed, S::Queued, BOTH), // tried again
    (S::Failed, S::Cancelled, BOTH),
    (S::Running, S::Completed, &[Export]),
    (S::Running, S::Settled, &[Erase]),
    (S::Cancelled, S::Restoring, &[Erase]),
    (S::Failed, S::Restoring, &[Erase]),
    (S::Settled, S::Restoring, &[Erase]),
    (S::Restoring, S::Restored, &[Erase]),
    (S::Restoring, S::Settled, &[Erase]), // some rows are back, the rest waits
    (S::Restoring, S::Cancelled, &[Erase]), // likewise, of a job that was cancelled
    (S::Restoring, S::Failed, &[Erase]),
    (S::Settled, S::Purging, &[Erase]),
    (S::Cancelled, S::Purging, &[Erase]), // what was struck before the cancellation
    (S::Purging, S::Purged, &[Erase]),
];

impl JobKind {
    /// What a right is carried out by.
    pub const fn of(right: Right) -> Self {
        if right.changes_rows() { Erase } else { Export }
    }

    /// The word for stores and wires.
    pub const fn as_str(self) -> &'static str {
        match self {
            Export => "export",
            Erase => "erase",
        }
    }
}

impl JobState {
    /// Every state.
    pub const ALL: [Self; 12] = [
        S::Queued,
        S::Running,
        S::Paused,
        S::Cancelling,
        S::Cancelled,
        S::Failed,
        S::Completed,
        S::Settled,
        S::Restoring,
        S::Restored,
        S::Purging,
        S::Purged,
    ];

    /// The word for stores and wires.
    pub const fn as_str(self) -> &'static str {
        match self {
            S::Queued => "queued",
            S::Running => "running",
            S::Paused => "paused",
            S::Cancelling => "cancelling",
            S::Cancelled => "cancelled",
            S::Failed => "failed",
            S::Completed => "completed",
            S::Settled => "settled",
            S::Restoring => "restoring",
            S::Restored => "restored",
            S::Purging => "purging",
            S::Purged => "purged",
        }
    }

    /// Whether a job of this kind may take this step.
    pub fn may_become(self, to: Self, kind: JobKind) -> bool {
        STEPS.iter().any(|(from, next, kinds)| *from == self && *next == to && kinds.contains(&kind))
    }

    /// The new state, if the step is allowed.
    pub fn advance(self, to: Self, kind: JobKind) -> Result<Self, BadStep> {
        if self.may_become(to, kind) { Ok(to) } else { Err(BadStep { from: self, to }) }
    }

    /// Where a job of this kind may go from here.
    pub fn next(self, kind: JobKind) -> Vec<Self> {
        let steps = STEPS.iter().filter(|(from, _, kinds)| *from == self && kinds.contains(&kind));
        steps.map(|(_, to, _)| *to).collect()
    }

    /// Whether a job of this kind is over for ever.
    pub fn is_end(self, kind: JobKind) -> bool {
        self.next(kind).is_empty()
    }

    /// Whether a worker may hold a lease on it.
    pub const fn is_work(self) -> bool {
        matches!(self, S::Queued | S::Running | S::Cancelling | S::Restoring | S::Purging)
    }

    /// Whether struck rows may still be brought back.
    pub const fn is_restorable(self) -> bool {
        matches!(self, S::Settled | S::Cancelled | S::Failed)
    }
}

impl fmt::Display for JobKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for JobState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for JobKind {
    type Err = BadWord;

    fn from_str(word: &str) -> Result<Self, BadWord> {
        from_word(word, BOTH, Self::as_str)
    }
}

impl FromStr for JobState {
    type Err = BadWord;

    fn from_str(word: &str) -> Result<Self, BadWord> {
        from_word(word, &Self::ALL, Self::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::{BOTH, JobKind, JobState as S};

    #[test]
    fn an_erasure_settles_waits_and_is_purged() {
        let path = [S::Queued, S::Running, S::Settled, S::Purging, S::Purged];
        assert!(path.windows(2).all(|step| step[0].may_become(step[1], JobKind::Erase)));
        assert!(S::Purged.is_end(JobKind::Erase) && S::Restored.is_end(JobKind::Erase));
        assert!(S::Completed.is_end(JobKind::Export) && S::Cancelled.is_end(JobKind::Export));
    }

    #[test]
    fn purging_goes_only_forward() {
        assert_eq!(S::Purging.next(JobKind::Erase), [S::Purged]);
        assert!(S::Purging.advance(S::Restoring, JobKind::Erase).is_err());
    }

    #[test]
    fn an_export_never_settles_and_never_purges() {
        for state in S::ALL {
            for never in [S::Settled, S::Restoring, S::Restored, S::Purging, S::Purged] {
                assert!(!state.may_become(never, JobKind::Export));
            }
        }
    }

    #[test]
    fn what_can_be_restored_leads_to_restoring() {
        for state in S::ALL {
            assert_eq!(state.is_restorable(), state.may_become(S::Restoring, JobKind::Erase), "{state}");
            assert_eq!(state.as_str().parse(), Ok(state));
            let ends = BOTH.iter().all(|kind| state.is_end(*kind));
            assert!(!(ends && state.is_work()), "{state}");
        }
    }
}
