//! The data map: read from its files or from what was published, held against the live schemas, drawn, proposed, worked on,
//! tried out, and published.
//!
//! Either files hold the map, which the settings name, or the store does: never both. Where files hold it they are the map, and
//! a draft made in the console is for somebody to carry into them (decision 0032).

pub mod check;
pub mod diff;
pub mod discover;
pub mod draft;
pub mod draw;
pub mod joins;
pub mod kept;
pub mod live;
pub mod propose;
pub mod publish;
pub mod read;
pub mod see;
pub mod try_out;

pub use crate::maps::read::Map;

/// What a map is called in what is said about its lines, where it is in no file.
pub const NAME: &str = "map.yaml";
