//! Fides datasets in and out. What a Fides dataset says and a map does not is kept under `extra:` and given back.
//!
//! Fides tells where personal data is and how tables join; it does not tell what erasure does to a row. An import writes
//! `delete` and says so, for a person to review.

mod export;
mod import;

pub use crate::fides::export::export;
pub use crate::fides::import::{Imported, import};
