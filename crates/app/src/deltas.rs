//! Delta tables of sources: how far each is, and pushing what waits.

pub mod push;
pub mod status;
mod tell;
mod users;

pub use crate::deltas::push::Pushes;
pub use crate::deltas::status::Status;
