//! Modules: loaded once in a process, and initialized once, as PKCS#11 wants it, whoever asks for them. When nobody uses one any
//! more it is finished with, and begins anew for the next: some look for tokens only then.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error as Trouble, RvError};
use exeunt_vault::Error;

/// Each module in use, and how many use it.
static LOADED: Mutex<BTreeMap<PathBuf, (Pkcs11, usize)>> = Mutex::new(BTreeMap::new());

/// A module in use, until it is dropped. Sessions must be gone before.
pub(crate) struct Module {
    path: PathBuf,
    pub(crate) calls: Pkcs11,
}

impl Module {
    /// The module of this file.
    pub(crate) fn load(path: &Path) -> Result<Self, Error> {
        let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((calls, users)) = loaded.get_mut(path) {
            *users += 1;
            return Ok(Self { path: path.to_owned(), calls: calls.clone() });
        }
        let gone = |why: String| Error::TokenGone {
            doing: format!("loading its module `{}`", path.display()),
            why: format!("{why}; look whether the file is there, and is a PKCS#11 module"),
        };
        if !path.is_absolute() {
            // a bare name would be looked for wherever the system's loader looks
            return Err(gone(String::from("its path is not a whole one")));
        }
        let calls = Pkcs11::new(path).map_err(|error| gone(error.to_string()))?;
        match calls.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
            Ok(()) | Err(Trouble::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => {}
            Err(error) => return Err(gone(error.to_string())),
        }
        loaded.insert(path.to_owned(), (calls.clone(), 1));
        Ok(Self { path: path.to_owned(), calls })
    }
}

impl Drop for Module {
    fn drop(&mut self) {
        let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
        let Some((_, users)) = loaded.get_mut(&self.path) else { return };
        *users -= 1;
        if *users == 0
            && let Some((calls, _)) = loaded.remove(&self.path)
        {
            // one that does not want to end is looked at again as it is
            let _ = calls.finalize();
        }
    }
}
