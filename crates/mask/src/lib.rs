//! Value-to-value anonymization and the exam it has to pass.
//!
//! A [`Method`] is planned for a column's [`Facts`] into a [`Masker`], which either refuses with a reason or honors
//! type, NOT NULL, UNIQUE, CHECK and length for every value to come. Labels are computed, never typed.

mod address;
mod change;
pub mod check;
mod date;
mod decimal;
pub mod exam;
pub mod facts;
mod fake;
mod fixed;
pub mod key;
pub mod label;
pub mod masker;
pub mod method;
mod plan;
pub mod refusal;
mod stand_in;
mod token;

pub use crate::facts::{Dialect, Facts};
pub use crate::key::MaskKey;
pub use crate::label::Label;
pub use crate::masker::{Constant, Masked, Masker, Place};
pub use crate::method::{Coarseness, FakeKind, Method, Scalar, Spread};
pub use crate::refusal::{Note, Reason, Refusal};
