//! The engine on real databases: what is erased, what comes back, what a purge leaves.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on should stop loudly")]
#![expect(clippy::disallowed_methods, reason = "tests read the real clock")]

mod answers;
mod database;
mod house;
mod places;
mod returning;
mod reviews;
mod story;
mod wave;
