//! API keys: programs let in.

pub(crate) mod list;
pub(crate) mod make;
pub(crate) mod revoke;
pub(crate) mod show;
