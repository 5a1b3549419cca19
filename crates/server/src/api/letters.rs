//! Letters.

pub(crate) mod list;
pub(crate) mod places;
pub(crate) mod resend;
