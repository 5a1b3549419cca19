//! The census: the keys of every row a plan will touch, found once, counted, and kept sealed.

pub mod anchors;
pub mod find;
pub mod keys;
mod merge;
pub mod once;
pub mod yields;

pub use crate::census::find::{Caps, Finder};
pub use crate::census::keys::{Census, Entry, Keeping, KeysOf};
