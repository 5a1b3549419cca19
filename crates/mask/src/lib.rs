//! Value-to-value anonymization and the exam it has to pass.

pub mod method;

pub use crate::method::{Coarseness, FakeKind, Method, Scalar, Spread};
