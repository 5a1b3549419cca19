//! Those who work here: let in, shown out, and what they may meanwhile. A simulated clock, a real store.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop loudly")]
#![expect(
    clippy::disallowed_methods,
    reason = "which database to try, and how long things take, comes from outside"
)]

mod home;

mod api_keys;
mod canaries;
mod joining;
mod leaving;
mod neighbors;
mod resets;
mod sessions;
mod signing_in;
