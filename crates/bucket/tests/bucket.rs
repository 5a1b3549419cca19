//! A bucket against a real server, and one suite for every kind of storage.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop loudly")]
#![expect(clippy::print_stderr, reason = "a failing test tells on which kind")]
#![expect(clippy::disallowed_methods, reason = "tests read the clock: it is signed into every call")]

#[path = "bucket/kinds.rs"]
mod kinds;
#[path = "bucket/promises.rs"]
mod promises;
#[path = "bucket/rules.rs"]
mod rules;
#[path = "bucket/tls.rs"]
mod tls;
#[path = "bucket/trouble.rs"]
mod trouble;
