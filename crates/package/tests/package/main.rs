//! Packages made, opened, read by other readers, and attacked.

#![expect(clippy::unwrap_used, reason = "in tests a failed step is a failed test")]

mod hostile;
mod opening;
mod portions;
mod reading;
mod rights;
mod scratch;
mod support;
