//! Signing in by somebody else's word: OpenID Connect, the authorization code flow with PKCE, and nothing else of it.
//!
//! A [`Provider`] is asked for its [discovery document](Directory) and its keys, sends people back with a code, gives an
//! [identity token](Claims) for the code, and what that says is believed only after everything about it was checked:
//! signature by one of the provider's own keys under an algorithm fit for that key, issuer, audience, time and nonce. All
//! calls go out by [`exeunt_outbound`]. Signatures are checked by aws-lc-rs (decision 0022).
//!
//! No error holds anything that a provider or a person said.

mod attempt;
mod claims;
mod directory;
mod exchange;
mod jws;
mod keys;
mod provider;
mod trouble;

pub use attempt::Attempt;
pub use claims::{Claims, Expected};
pub use directory::Directory;
pub use jws::verify;
pub use keys::Keys;
pub use provider::{Client, Known, Provider, Returned};
pub use trouble::{Flaw, Trouble};
