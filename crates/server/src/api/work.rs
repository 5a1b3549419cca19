//! Halting work.

pub(crate) mod lift;
pub(crate) mod list;
pub(crate) mod pause;
pub(crate) mod resume;
pub(crate) mod stop;
