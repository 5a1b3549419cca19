//! Deadlines: when a request must be answered, and what may move that day under its law.

mod acknowledge;
pub mod calendar;
mod extend;
mod open;
mod pause;
mod received;
mod standing;

pub(crate) use crate::deadlines::open::day;
pub use crate::deadlines::standing::Standing;
