//! One act on many requests: first what would happen to each, then exactly that.
//!
//! The preview rehearses the very acts that people do one at a time, each in a change that is undone. What it lets through is
//! bound by a keyed digest: the act with its reasons, who asked, when, and each request with the version it was seen in. A
//! request that is another one by then is told and left alone, and the same digest does nothing to a request twice.

pub mod choose;
pub mod commit;
pub mod deed;
pub mod preview;
pub mod said;
mod units;
mod verdict;

pub use crate::requests::bulk::verdict::{Item, Verdict};

/// Most requests at a time.
pub const MOST: usize = 400;
/// Hours for which a preview counts. Shorter than the day for which calls are remembered, so that none is done twice.
pub const PREVIEW_HOURS: i64 = 12;
