//! Sessions: people who signed in.

pub(crate) mod end;
pub(crate) mod list;
pub(crate) mod sign_in;
pub(crate) mod sign_out;
pub(crate) mod step_up;
