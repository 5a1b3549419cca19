//! A root key in a token (a smart card, a hardware security module): the token wraps and unwraps with it, and never gives it out.
//!
//! Other keepers wrap a root key that is in memory while a process runs. A token *is* where the root key is: organizations' keys
//! are wrapped in it directly, and whoever copies memory and disk of the machine has no root key.

use std::fmt;
use std::sync::Arc;

use exeunt_base::Secret;

use crate::error::Error;
use crate::keeper::Keeper;

/// A device that holds root keys, each known by its version.
///
/// Whatever goes wrong is told apart: [`Error::TokenGone`] when it does not answer, [`Error::TokenRefused`] when it does not let
/// us in, [`Error::Missing`] when it has no such key, [`Error::WrongKey`] when bytes or context are not what that key wrapped.
pub trait Token: fmt::Debug + Send + Sync {
    /// Makes a key that cannot leave the token. [`Error::Exists`] when it has one of this version.
    fn make(&self, version: u128) -> Result<(), Error>;

    /// Whether it has a key of this version.
    fn has(&self, version: u128) -> Result<bool, Error>;

    /// Wraps a key so that it opens only with the same `context`.
    fn wrap(
        &self,
        version: u128,
        key: &Secret<[u8; 32]>,
        context: &[u8],
        chance: &Secret<[u8; 32]>,
    ) -> Result<Vec<u8>, Error>;

    /// Opens what [`wrap`](Self::wrap) made.
    fn unwrap(&self, version: u128, wrapped: &[u8], context: &[u8]) -> Result<Secret<[u8; 32]>, Error>;

    /// Destroys a key in the token, for ever. False when there was none.
    fn destroy(&self, version: u128) -> Result<bool, Error>;
}

/// Keeps the root key in a token.
#[derive(Debug, Clone)]
pub struct InToken(pub Arc<dyn Token>);

const KEEPS_NONE: Error = Error::Unusable(
    "a token holds its own root key, and keeps none that was made elsewhere: `exeunt root-key move` takes one of its into use",
);

impl Keeper for InToken {
    fn wrap(&self, _: &Secret<[u8; 32]>, _: &[u8], _: &Secret<[u8; 32]>) -> Result<Vec<u8>, Error> {
        Err(KEEPS_NONE)
    }

    fn unwrap(&self, _: &[u8], _: &[u8]) -> Result<Secret<[u8; 32]>, Error> {
        Err(KEEPS_NONE)
    }

    fn again(&self) -> Option<Box<dyn Keeper>> {
        Some(Box::new(self.clone()))
    }

    fn token(&self) -> Option<Arc<dyn Token>> {
        Some(Arc::clone(&self.0))
    }

    /// Nothing: which of its keys are this home's is in the keyring.
    fn destroy(&self, _: &Secret<[u8; 32]>) -> Result<(), Error> {
        Ok(())
    }
}
