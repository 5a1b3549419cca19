//! The command line, as whoever types it sees it: the real binary, real databases, a home of its own for each test.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]
#![expect(clippy::disallowed_methods, reason = "UPDATE_CASES writes the cases anew")]

mod anonymize;
mod backups;
mod bad_input;
mod canaries;
mod cases;
mod deltas;
mod desk;
mod errors;
mod evidence;
mod kept;
mod letters;
mod packaging;
mod people;
mod remote;
mod residency;
mod rollback;
mod root_key;
mod storage;
mod story;
mod token;
mod witnesses;
mod work;
