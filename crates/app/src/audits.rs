//! The log: exported, verified offline, proven entry by entry; and the store held against it.

pub mod acknowledge;
pub mod export;
pub mod prove;
pub mod verify;
