//! Packages: the answer to access and portability.

pub(crate) mod download;
pub(crate) mod link;
pub(crate) mod links;
pub(crate) mod list;
pub(crate) mod remove;
pub(crate) mod show;
pub(crate) mod unlink;
