//! The way out, tried with addresses, name servers and servers that mean harm.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop loudly")]

mod addresses;
mod answers;
mod names;
mod server;
