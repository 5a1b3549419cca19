//! Requests: somebody asks for a right.

pub(crate) mod bulk;
pub(crate) mod deadline;
pub(crate) mod decide;
pub(crate) mod hold;
pub(crate) mod import;
pub(crate) mod list;
pub(crate) mod package;
pub(crate) mod purge;
pub(crate) mod release;
pub(crate) mod restore;
pub(crate) mod show;
pub(crate) mod submit;
