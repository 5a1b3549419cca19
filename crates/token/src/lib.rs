//! The root key in a PKCS#11 token (a smart card, a hardware security module, SoftHSM), which it never leaves.
//!
//! A [`Pkcs11`] logs in to one token of one module, finds the home's keys by their label, and has the token wrap and unwrap with
//! them: AES-256-GCM, with the context as associated data. A key that could leave the token is refused. The PIN is given once, kept
//! for logging in again after the token was away, and never tried a second time once the token said that it is wrong.
//!
//! The calls block, as those of the vault do: with a token on the machine for microseconds, with one in the network for as long as
//! that takes.

mod module;
pub mod place;
pub mod token;

mod trouble;

pub use crate::place::Place;
pub use crate::token::Pkcs11;
