//! Work in the background: workers take tasks in turn from all organizations, and what has become due becomes a task.

mod again;
mod aside;
mod carry_out;
mod due;
mod hooks;
pub mod others;
pub(crate) mod outcome;
mod post;
mod round;
mod watched;
pub mod worker;

pub use crate::work::worker::{Stop, Worker};
