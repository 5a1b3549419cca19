//! Signs the heads of logs and keeps the last one outside the store, so that a rolled-back store is noticed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use exeunt_audit::checkpoint::Checkpoint;
use exeunt_audit::merkle::Hash;
use exeunt_audit::note::{Note, SigningKey, VerifyingKey};
use exeunt_base::OrganizationId;
use exeunt_vault::Keyring;

use crate::error::Error;
use crate::home::files;
use crate::home::layout::Layout;

/// What the signing keys are derived for.
const PURPOSE: &str = "audit signing";

/// The notary of a home.
pub struct Notary {
    layout: Layout,
    keyring: Arc<Keyring>,
    keys: Mutex<HashMap<OrganizationId, Arc<SigningKey>>>,
    kept: Mutex<HashMap<OrganizationId, u64>>,
}

impl std::fmt::Debug for Notary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Notary")
    }
}

/// Derives the key that signs an organization's log under this name.
pub(crate) fn signing_key(
    keyring: &Keyring,
    organization: OrganizationId,
    origin: &str,
) -> Result<SigningKey, Error> {
    let seed = keyring.purpose_key(organization, PURPOSE)?;
    SigningKey::new(origin, seed).map_err(|error| Error::Damaged {
        what: format!("name of the log of {organization}"),
        why: error.to_string(),
    })
}

impl Notary {
    /// A notary that keeps heads where the layout says.
    pub fn new(layout: Layout, keyring: Arc<Keyring>) -> Self {
        Self { layout, keyring, keys: Mutex::default(), kept: Mutex::default() }
    }

    /// The key that checks an organization's log, as published beside its checkpoints.
    pub fn public_key(&self, organization: OrganizationId) -> Result<VerifyingKey, Error> {
        Ok(self.key(organization)?.public().clone())
    }

    fn key(&self, organization: OrganizationId) -> Result<Arc<SigningKey>, Error> {
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(key) = keys.get(&organization) {
            return Ok(Arc::clone(key));
        }
        let path = self.layout.log_key(organization);
        let damaged = |why: &str| Error::Damaged {
            what: format!("public key of the log, `{}`,", path.display()),
            why: why.to_owned(),
        };
        let text = files::read(&path)?.ok_or_else(|| damaged("it is not there"))?;
        let public: VerifyingKey = text.trim().parse().map_err(|_| damaged("it is not a note key"))?;
        let key = signing_key(&self.keyring, organization, public.name())?;
        if *key.public() != public {
            return Err(damaged("it is not the key this home signs with"));
        }
        let key = Arc::new(key);
        keys.insert(organization, Arc::clone(&key));
        Ok(key)
    }
}

impl exeunt_store::Notary for Notary {
    fn sign(&self, organization: OrganizationId, size: u64, root: &Hash) -> Result<String, String> {
        let key = self.key(organization).map_err(|error| error.to_string())?;
        let origin = key.public().name().to_owned();
        let checkpoint = Checkpoint { origin, size, root: *root };
        checkpoint.sign(&key).map(|note: Note| note.to_string()).map_err(|error| error.to_string())
    }

    fn committed(&self, organization: OrganizationId, size: u64, checkpoint: &str) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let last = kept.entry(organization).or_default();
        if size <= *last {
            return;
        }
        *last = size;
        // Not waiting for the disk here keeps commits quick: after a power cut an older head is there, which is no
        // harm, for it is only ever held against a log that must have grown from it.
        if let Err(error) = files::replace(&self.layout.log_head(organization), checkpoint.as_bytes()) {
            tracing::warn!(error = %error, "could not keep the log's checkpoint outside the store");
        }
    }
}

impl Drop for Notary {
    fn drop(&mut self) {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        for organization in kept.keys() {
            let _ = files::settle(&self.layout.log_head(*organization));
        }
    }
}
