//! The log: exported, verified offline, proven entry by entry, served as files, watched by witnesses; and the store held against it.

pub mod acknowledge;
pub mod check;
pub mod evidence;
pub mod export;
pub mod list;
pub mod prove;
pub mod publication;
pub mod sample;
mod tiles;
pub mod verify;
pub mod witnesses;
