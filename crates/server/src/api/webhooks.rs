//! Webhooks: addresses that are told what happens to requests.

pub(crate) mod add;
pub(crate) mod change;
pub(crate) mod deliveries;
pub(crate) mod list;
pub(crate) mod remove;
pub(crate) mod resend;
pub(crate) mod rotate;
pub(crate) mod show;
pub(crate) mod test;
