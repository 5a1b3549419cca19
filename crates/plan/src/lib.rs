//! From request, map and catalog to ordered steps: build, lint, explain, diff, digest. No I/O at all.
//!
//! [`build::build`] makes a [`Plan<Draft>`]; [`Plan::lint`] finds what an officer must know; [`Plan::approve`] binds an
//! approval to the digest of exactly these steps. `docs/planning.md` tells the rules.

pub mod build;
pub mod diff;
pub mod digest;
pub mod document;
pub mod explain;
pub mod facts;
pub mod inputs;
pub mod lint;
pub mod map;
pub mod plan;
pub mod problem;
pub mod residency;
pub mod table;

pub use crate::build::build;
pub use crate::inputs::{Inputs, Policy};
pub use crate::plan::{Approved, Draft, Linted, Plan};
pub use crate::problem::Problem;
