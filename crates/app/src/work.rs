//! Work in the background: workers take tasks in turn from all organizations, and what has become due becomes a task.

mod aside;
mod carry_out;
mod due;
mod outcome;
mod post;
pub mod worker;

pub use crate::work::worker::{Stop, Worker};
