//! Packages: made for access and portability requests, listed, opened, removed.

pub mod list;
pub mod open;
pub mod remove;
