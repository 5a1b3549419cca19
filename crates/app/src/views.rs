//! Searches of the list of requests that people keep by a name, for themselves or for everybody of the organization.

mod list;
mod remove;
mod save;

pub use crate::views::save::{LONGEST_NAME, MOST, NewView};
