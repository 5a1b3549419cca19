//! The log of what was done.

pub(crate) mod checkpoint;
