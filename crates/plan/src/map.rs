//! The map against the live schema: [`check::check`] compares the two, [`discover::discover`] writes a first map.
//!
//! Here rather than in `exeunt-datamap` because both sides are needed. Pure, like the rest of this crate.

pub mod check;
pub mod discover;
pub mod finding;
pub mod joins;
mod live;

pub use crate::map::finding::{Finding, Severity};
