//! One customer as the sources have them now: looked up by any identifier, shown masked, revealed with a reason.
//!
//! A customer has no id of ours. Whoever looks one up holds a sealed handle that only they can open, and not for long: no address
//! and no log tells whom they looked up.

pub mod ask;
pub mod find;
pub mod handle;
pub mod remains;
pub mod reveal;

/// For how long a handle opens, in seconds.
pub const HANDLE_SECONDS: i64 = 1_800;
