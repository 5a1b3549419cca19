//! Regimes: laws as data.

pub(crate) mod list;
