//! The data map: read from its files, held against the live schemas, drawn, and written first.

pub mod check;
pub mod discover;
pub mod draw;
pub mod kept;
pub mod read;

pub use crate::maps::read::Map;
