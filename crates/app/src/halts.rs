//! Halts: work paused at a source, and the emergency stop of everything that destroys.

pub mod list;
pub mod pause;
pub mod stop;
