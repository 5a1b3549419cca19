//! Rows that stayed by law when somebody was erased: they are looked at again, and go when their time is over (LAW-131).

pub mod check;
mod dates;
mod follow;
mod judge;
mod list;
pub mod show;
