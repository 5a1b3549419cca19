//! Who keeps the unseal secret: the one joint between the vault and key files, passphrases, tokens, key services.

use std::sync::Arc;

use exeunt_base::Secret;

use crate::error::Error;
use crate::keeper::token::Token;

pub mod key_file;
pub mod passphrase;
pub mod token;

/// Wraps, unwraps, and can be destroyed. Everything below the root key is ours; how the root key is guarded is theirs.
pub trait Keeper: Send + Sync {
    /// Wraps a key so that it opens only with the same `context`. `chance` is fresh for every call; a keeper with its
    /// own source of randomness may leave it aside.
    fn wrap(
        &self,
        key: &Secret<[u8; 32]>,
        context: &[u8],
        chance: &Secret<[u8; 32]>,
    ) -> Result<Vec<u8>, Error>;

    /// Opens what [`wrap`](Self::wrap) made. [`Error::WrongKey`] when the secret, the context or a byte is another.
    fn unwrap(&self, wrapped: &[u8], context: &[u8]) -> Result<Secret<[u8; 32]>, Error>;

    /// Another one like it, for a process that must look at the root key again after somebody rotated it. Without one such a
    /// process must be started anew.
    fn again(&self) -> Option<Box<dyn Keeper>> {
        None
    }

    /// The token that holds the root key itself, where this keeper is one: then nothing is ever wrapped or unwrapped here, and the
    /// token does it for whatever hangs on the root key.
    fn token(&self) -> Option<Arc<dyn Token>> {
        None
    }

    /// Destroys what is needed to unwrap, for ever and for everything it wrapped. Doing it twice is no error.
    fn destroy(&self, chance: &Secret<[u8; 32]>) -> Result<(), Error>;
}
