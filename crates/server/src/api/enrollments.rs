//! Joining: a one-time token leads to a second factor and a password.

pub(crate) mod accept;
pub(crate) mod reset;
pub(crate) mod set_up;
pub(crate) mod show;
