//! Identity tokens and providers, honest ones and others.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop loudly")]

mod evil;
mod provider;
mod real;
mod signer;
mod tokens;
