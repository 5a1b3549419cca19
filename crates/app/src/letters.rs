//! Letters by e-mail: sent from the queue, listed without saying to whom, sent again when they were given up.

pub(crate) mod account;
pub(crate) mod asked;
pub(crate) mod job;
pub mod list;
pub(crate) mod person;
pub mod resend;
pub(crate) mod retry;
pub(crate) mod send;
