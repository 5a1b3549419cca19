//! The suppression list.

pub(crate) mod add;
pub(crate) mod check;
pub(crate) mod remove;
pub(crate) mod show;
