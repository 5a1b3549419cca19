//! The sources, and connecting them where the settings let the API do it.

pub(crate) mod add;
pub(crate) mod check;
pub(crate) mod list;
pub(crate) mod remove;
