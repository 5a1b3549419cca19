//! Jobs: a plan being carried out.

pub(crate) mod cancel;
pub(crate) mod events;
pub(crate) mod list;
pub(crate) mod review;
pub(crate) mod run;
pub(crate) mod show;
pub(crate) mod start;
