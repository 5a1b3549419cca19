//! The data map: where people's data lives, as text that a data engineer reviews, checked and then trusted.
//!
//! [`parse::parse`] is the only way text becomes a [`DataMap`]; it reports every error it can find, with file, line,
//! column and advice. What it returns holds no dangling reference, so nobody downstream checks again. Comparing a map
//! with a live catalog needs the catalog's types and lives one floor up, in `exeunt-plan`.

mod anonymize;
pub mod categories;
pub mod fides;
pub mod graph;
pub mod kept;
pub mod model;
pub mod parse;
pub mod reach;
pub mod region;
pub mod render;
pub mod suggest;
pub mod yaml;

pub use crate::model::{DataMap, Model, SourceMap};
pub use crate::parse::parse;
