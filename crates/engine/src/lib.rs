//! The hands: they take the census, seal and strike in batches, restore, purge, look again, and make packages.
//!
//! Deciding is pure ([`job::decide`]); doing an order is dull and may be repeated. Time and chance are an argument
//! ([`world::World`]). What a batch guarantees stands in [`batch::protocol`].

pub mod batch;
pub mod cabinet;
pub mod census;
pub mod delta;
mod drift;
pub mod dry_run;
pub mod error;
pub mod export;
pub mod failpoint;
pub mod gate;
pub mod holds;
pub mod hours;
pub mod image;
pub mod job;
pub mod kept;
pub mod ledger;
pub mod letters;
pub mod look;
pub mod people;
pub mod progress;
pub mod purge;
pub mod restore;
pub mod review;
pub mod sealing;
pub mod states;
pub mod suppression;
pub mod units;
pub mod world;

pub use crate::cabinet::{Engine, Settings};
pub use crate::error::Error;
pub use crate::world::World;
