//! Survival: the real program, killed at every fail point and at random times, on SQLite and PostgreSQL. After each
//! death it is started again, and everything must be as if it had never died: rows, counts, vault, log, and what a
//! restore gives back.
//!
//! `EXEUNT_TEST_SEED` repeats a run; `EXEUNT_CRASH_RUNS` multiplies the random kills.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop loudly")]
#![expect(clippy::disallowed_methods, reason = "tests start programs, measure time and wait for them")]
#![expect(clippy::print_stderr, reason = "a failing run is repeated by its seed")]

mod acts;
mod holds;
mod home;
mod kills;
mod pool;
mod signals;
mod workers;
