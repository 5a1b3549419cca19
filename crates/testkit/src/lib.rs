//! Throw-away servers, fixtures and canaries for tests. Never linked into what is shipped.
//!
//! Everything here is synchronous and may be called from async tests too. What cannot be set up is an error with the
//! server's own words, never a skipped test.
#![expect(
    clippy::disallowed_methods,
    reason = "tests may read the clock and the environment, and wait for a server to come up"
)]

pub mod canary;
pub mod collector;
pub mod contract;
pub mod dice;
pub mod identity;
pub mod postgres;
pub mod proxy;
pub mod s3;
pub mod search;
pub mod shop;
pub mod smtp;
pub mod snapshot;
pub mod softhsm;
pub mod tls;
pub mod victim;
pub mod web;

pub use postgres::{Database, Postgres};
pub use snapshot::{Snapshot, postgres_hash, sqlite_hash};
