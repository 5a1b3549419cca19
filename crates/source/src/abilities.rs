//! What a source can do, as data that the planner reads.

use serde::Serialize;

/// A source's abilities. Add one before adding a method.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Abilities {
    /// `sqlite`, `postgres`, …
    pub kind: &'static str,
    /// Rows of tables without a key can be told apart for the length of a job.
    pub whole_row_identity: bool,
    /// Can say after a crash whether a transaction with a marker was committed.
    pub remembers_transactions: bool,
    /// Can run a transaction and roll it back, so a dry run deletes and changes the rows in truth.
    pub rolls_back: bool,
    /// Can put a row back without its triggers firing (with the rights it was given).
    pub quiet_triggers: bool,
    /// What it answers to an update tells also what triggers made of the rows that fire after the change.
    pub images_are_final: bool,
    /// Deletes rows along the way they were found for less than by their keys.
    pub deletes_along_ways: bool,
    /// Each transaction reads one consistent state.
    pub snapshots: bool,
    /// Most rows it takes well in one strike.
    pub rows_per_strike: u32,
}
