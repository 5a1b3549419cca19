//! Jobs: a plan being carried out.

pub mod cancel;
pub mod review;
pub mod run;
pub mod start;
pub mod status;
