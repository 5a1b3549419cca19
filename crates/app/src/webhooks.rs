//! Webhooks: addresses of the organization's own systems that are told what happens to requests, so that nobody has to ask again
//! and again. What is told are ids and words, never anything about a person.

mod body;
pub(crate) mod deliver;
pub mod keep;
pub mod kinds;
mod retry;
mod secret;
pub(crate) mod tell;
pub mod told;

pub use crate::webhooks::keep::{Changed, Listed, Made, NewWebhook};
