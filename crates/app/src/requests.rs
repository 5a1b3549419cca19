//! Requests: somebody asks for a right.

pub mod hold;
pub mod intake;
pub mod list;
pub mod purge;
pub mod restore;
pub mod show;
pub mod submit;
