//! Requests: looking through them, taking them in, and acting on many.

pub(crate) mod bulk;
pub(crate) mod calendar;
pub(crate) mod chips;
pub(crate) mod import;
pub(crate) mod list;
pub(crate) mod new;
pub(crate) mod table;
pub(crate) mod views;
