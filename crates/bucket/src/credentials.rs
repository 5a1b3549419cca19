//! Who we are to the bucket. Read where they are kept, and again when they are no longer believed.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use exeunt_base::Secret;

/// An access key. Cannot be printed.
#[derive(Clone)]
pub struct Keys {
    /// Its id.
    pub id: String,
    /// Its secret.
    pub secret: Secret<String>,
    /// The token of a session that ends, where there is one.
    pub token: Option<Secret<String>>,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keys")
    }
}

/// Reads the keys where they are kept; an error is what stands in the way, in words.
pub type Reading = Arc<dyn Fn() -> Result<Keys, String> + Send + Sync>;

/// The keys as last read.
pub(crate) struct Kept {
    reading: Reading,
    keys: Mutex<Option<Keys>>,
}

impl Kept {
    pub(crate) fn new(reading: Reading) -> Self {
        Self { reading, keys: Mutex::new(None) }
    }

    pub(crate) fn keys(&self) -> Result<Keys, String> {
        let mut kept = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(keys) = &*kept {
            return Ok(keys.clone());
        }
        let keys = (self.reading)()?;
        *kept = Some(keys.clone());
        Ok(keys)
    }

    /// Reads again, because `refused` are not believed; whether there are others now.
    pub(crate) fn renew(&self, refused: &Keys) -> bool {
        let Ok(keys) = (self.reading)() else { return false };
        let token = |keys: &Keys| keys.token.as_ref().map(|token| token.expose().clone());
        let is_new = (&keys.id, keys.secret.expose()) != (&refused.id, refused.secret.expose())
            || token(&keys) != token(refused);
        *self.keys.lock().unwrap_or_else(PoisonError::into_inner) = Some(keys);
        is_new
    }
}
