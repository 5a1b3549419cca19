//! Tasks: work that somebody asked for and a worker does, so that whoever asked need not wait.

pub mod ask;
pub mod show;
pub mod wanted;

pub use crate::tasks::wanted::Wanted;
