//! The data map: what is in force, whether the databases agree, and the draft of the next one.

pub(crate) mod check;
pub(crate) mod draft;
pub(crate) mod publish;
pub(crate) mod show;
