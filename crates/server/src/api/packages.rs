//! Packages: the answer to access and portability.

pub(crate) mod download;
pub(crate) mod list;
pub(crate) mod remove;
pub(crate) mod show;
