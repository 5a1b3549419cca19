//! Letters.

pub(crate) mod list;
pub(crate) mod resend;
