//! Coming in and going out.

pub(crate) mod join;
pub(crate) mod sign_in;
