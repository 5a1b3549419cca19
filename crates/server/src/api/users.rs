//! Users: those who work here.

pub(crate) mod disable;
pub(crate) mod invite;
pub(crate) mod list;
pub(crate) mod reset;
pub(crate) mod roles;
pub(crate) mod show;
