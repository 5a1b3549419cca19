//! Reports: what a period came to, and the record of processing.

mod metrics;
pub mod processing;

pub use crate::reports::metrics::Report;
