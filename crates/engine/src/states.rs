//! States of jobs and of erasure requests, as the store keeps them.

/// Made, nobody took it yet.
pub const QUEUED: &str = "queued";
/// Somebody works on it, or a process died over it and it waits to be resumed.
pub const RUNNING: &str = "running";
/// Everything had its turn, but rows wait for review.
pub const REVIEW: &str = "review";
/// Done; the windows of its requests run.
pub const SETTLED: &str = "settled";
/// Stopped between batches because somebody asked; what is done stays done.
pub const CANCELLED: &str = "cancelled";
/// Could not go on; may be run again when the cause is gone.
pub const FAILED: &str = "failed";

/// States from which a job may be run.
pub const RUNNABLE: &[&str] = &[QUEUED, RUNNING, FAILED];

/// An erasure request whose rows wait in the vault.
pub const HIDDEN: &str = "hidden";
/// Being destroyed for ever.
pub const PURGING: &str = "purging";
/// Destroyed, and looked for again.
pub const COMPLETED: &str = "completed";
/// Destroyed, but the engine still saw something when it looked again.
pub const COMPLETED_WITH_EXCEPTIONS: &str = "completed_with_exceptions";
/// Nothing of the person was held, and nothing is seen when the engine looks again.
pub const NO_DATA: &str = "no_data";
/// Brought back whole.
pub const RESTORED: &str = "restored";
/// Asked back whole, and not all of it could come: rows or values still wait in the vault.
pub const PARTLY_RESTORED: &str = "partly_restored";
/// Erasure requests that the vault still holds rows of, which a restore may bring back or a purge destroy.
pub const WAITING: &[&str] = &[HIDDEN, PARTLY_RESTORED];
/// Erasure requests of which nothing can come back any more.
pub const PURGED: &[&str] = &[COMPLETED, COMPLETED_WITH_EXCEPTIONS, NO_DATA];
/// Its job runs or waits to.
pub const APPROVED: &str = "approved";
