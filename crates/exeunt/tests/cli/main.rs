//! The command line, as whoever types it sees it: the real binary, real databases, a home of its own for each test.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]
#![expect(clippy::disallowed_methods, reason = "UPDATE_CASES writes the cases anew")]

mod backups;
mod bad_input;
mod canaries;
mod cases;
mod deltas;
mod desk;
mod errors;
mod kept;
mod letters;
mod packaging;
mod people;
mod rollback;
mod root_key;
mod story;
mod work;
