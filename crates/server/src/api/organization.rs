//! The organization itself.

pub(crate) mod rotate_key;
