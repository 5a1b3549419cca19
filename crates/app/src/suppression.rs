//! The suppression list: whoever was erased is not brought back by an import, whoever objected to marketing is not written to.
//!
//! It holds keyed digests and no names. Whoever asks learns *match* or *no match* for what they brought along themselves; nobody
//! can read out who is on it, we neither (decision 0036).

pub mod add;
pub mod check;
mod identifiers;
pub mod remove;
pub mod show;
mod sweep;

use exeunt_base::{RequestId, Timestamp};

pub use exeunt_store::suppressions::Purpose;

/// Most identifiers one call asks about.
pub const MOST: usize = 1_000;
/// Most identifiers of one person that are entered together.
pub const MOST_ADDED: usize = 64;

/// What reasons of this list are kept about.
const SUBJECT: &str = "suppression";
/// Why somebody was entered by hand.
pub const ADD: &str = "add";
/// Why somebody was taken out.
pub const REMOVE: &str = "remove";

/// Somebody's place in the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// What for.
    pub purpose: Purpose,
    /// Since when.
    pub since: Timestamp,
    /// Until when, as the settings are now.
    pub until: Timestamp,
    /// The request it came of, if any.
    pub request: Option<RequestId>,
}
