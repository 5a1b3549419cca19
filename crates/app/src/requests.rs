//! Requests: somebody asks for a right.

pub mod details;
pub mod hold;
mod identify;
pub mod import;
pub mod intake;
pub mod list;
pub mod purge;
mod refuse;
pub mod restore;
pub mod show;
mod statement;
pub mod submit;
