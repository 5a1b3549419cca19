//! Reports: what a period came to, the record of processing, and what is kept.

mod metrics;
pub mod period;
pub mod processing;
pub mod retention;

pub use crate::reports::metrics::Report;
pub use crate::reports::period::Period;
