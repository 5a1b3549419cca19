//! The root key: in memory, or in a token that wraps and unwraps with it and never gives it out.

use std::sync::Arc;

use exeunt_base::Secret;

use crate::crypt;
use crate::error::Error;
use crate::keeper::token::Token;
use crate::keyring::record::Record;

/// A root key, and which one it is: 0 for the first.
#[derive(Clone)]
pub(crate) struct Root {
    pub(crate) version: u128,
    pub(crate) key: RootKey,
}

/// Where it is.
#[derive(Clone)]
pub(crate) enum RootKey {
    /// Here.
    Held(Secret<[u8; 32]>),
    /// In a token.
    InToken(Arc<dyn Token>),
}

impl Root {
    /// One that is here.
    pub(crate) fn held(version: u128, key: Secret<[u8; 32]>) -> Self {
        Self { version, key: RootKey::Held(key) }
    }

    /// One in a token.
    pub(crate) fn in_token(version: u128, token: Arc<dyn Token>) -> Self {
        Self { version, key: RootKey::InToken(token) }
    }

    /// Wraps a key for storage, bound to `context`.
    pub(crate) fn wrap(
        &self,
        key: &Secret<[u8; 32]>,
        context: &[u8],
        chance: &Secret<[u8; 32]>,
    ) -> Result<Vec<u8>, Error> {
        match &self.key {
            RootKey::Held(by) => Ok(crypt::wrap(by, key, context, chance)),
            RootKey::InToken(token) => token.wrap(self.version, key, context, chance),
        }
    }

    /// Opens a record that names the root key that wraps it; none when it does not open with this one.
    pub(crate) fn unwrap(&self, record: &Record) -> Result<Option<Secret<[u8; 32]>>, Error> {
        match &self.key {
            RootKey::Held(by) => Ok(crypt::unwrap(by, &record.wrapped, &record.context())),
            // what says that it is another one's is not tried: a token is slow, and may be far
            RootKey::InToken(_) if record.id != self.version.to_be_bytes() => Ok(None),
            RootKey::InToken(token) => match token.unwrap(self.version, &record.wrapped, &record.context()) {
                Ok(key) => Ok(Some(key)),
                Err(Error::WrongKey { .. }) => Ok(None),
                Err(error) => Err(error),
            },
        }
    }
}
