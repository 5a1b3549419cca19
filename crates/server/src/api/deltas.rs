//! Delta tables.

pub(crate) mod list;
pub(crate) mod push;
