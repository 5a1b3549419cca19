//! The log of what was done.

pub(crate) mod checkpoint;
pub(crate) mod export;
