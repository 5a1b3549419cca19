//! The log: exported, verified offline, proven entry by entry, served as files, watched by witnesses; and the store held against it.

pub mod acknowledge;
pub mod evidence;
pub mod export;
pub mod prove;
pub mod publication;
mod tiles;
pub mod verify;
pub mod witnesses;
