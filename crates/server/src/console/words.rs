//! How states, times and numbers are said on pages.

pub(crate) mod badge;
pub(crate) mod moment;
pub(crate) mod number;
pub(crate) mod week;
