//! Holds beyond one request.

pub(crate) mod list;
pub(crate) mod place;
