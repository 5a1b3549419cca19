//! The register of sub-processors, and who is told of them.

pub(crate) mod list;
pub(crate) mod register;
pub(crate) mod show;
pub(crate) mod subscribers;
