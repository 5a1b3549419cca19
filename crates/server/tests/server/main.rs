//! The service, called as programs call it: a real home, a real database, real workers; no socket.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop loudly")]
#![expect(clippy::disallowed_methods, reason = "tests have a clock")]

mod home;

mod bad_input;
mod deadlines;
mod deltas;
mod document;
mod letters;
mod links;
mod once;
mod people;
mod posted;
mod story;
mod strangers;
mod watching;
mod work;
