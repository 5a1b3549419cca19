//! The log: read in words, checked, taken away, drawn from.

pub(crate) mod check;
pub(crate) mod entry;
pub(crate) mod export;
pub(crate) mod list;
pub(crate) mod sample;
mod strip;
