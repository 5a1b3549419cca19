//! Tasks: work that was asked for.

pub(crate) mod show;
