//! Plans: what will be done, read before it is approved.

pub(crate) mod approve;
pub(crate) mod count;
pub(crate) mod make;
pub(crate) mod show;
