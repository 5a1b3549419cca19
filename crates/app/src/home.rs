//! A home: the folder in which one installation lives, and how it is made and opened.

pub mod checkpoint;
pub mod create;
pub(crate) mod files;
pub(crate) mod gate;
pub mod layout;
pub mod notary;
pub mod open;

pub use crate::home::layout::Layout;
