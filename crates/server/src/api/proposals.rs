//! What takes two people.

pub(crate) mod confirm;
pub(crate) mod list;
pub(crate) mod withdraw;
