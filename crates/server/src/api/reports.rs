//! Reports.

pub(crate) mod metrics;
pub(crate) mod processing;
pub(crate) mod retention;
