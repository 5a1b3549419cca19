//! The unseal secret as a file: 32 bytes of chance that only its owner may read.

use std::fs::File;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use exeunt_base::Secret;
use zeroize::Zeroizing;

use crate::crypt;
use crate::error::Error;
use crate::files;
use crate::keeper::Keeper;

/// A key file. Lose it and everything sealed below it is lost; copy it and whoever has the copy can read.
#[derive(Debug, Clone)]
pub struct KeyFile {
    path: PathBuf,
    key: Secret<[u8; 32]>,
}

impl KeyFile {
    /// Makes the file from 32 bytes of chance, for its owner alone. Never overwrites one.
    pub fn create(path: &Path, chance: &Secret<[u8; 32]>) -> Result<Self, Error> {
        files::make_dir(files::parent(path))?;
        if !files::write_once(path, chance.expose())? {
            return Err(Error::Exists { what: format!("a key file `{}`", path.display()) });
        }
        Ok(Self { path: path.to_owned(), key: chance.clone() })
    }

    /// Reads the file. Refuses one that its group or the world may touch, and one of another length.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let what = || format!("key file `{}`", path.display());
        let doing = || format!("reading the key file `{}`", path.display());
        let mut file = File::open(path).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => Error::Missing { what: what() },
            _ => Error::io(doing(), error),
        })?;
        // asked of the open file, not of the path, so that nobody can swap it in between
        let about = file.metadata().map_err(|error| Error::io(doing(), error))?;
        if !about.is_file() {
            return Err(Error::Damaged { what: what(), why: "it is not a plain file" });
        }
        let mode = about.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(Error::Exposed { path: path.to_owned(), mode });
        }
        match about.len() {
            32 => {}
            0..32 => return Err(Error::Truncated { what: what() }),
            _ => return Err(Error::Damaged { what: what(), why: "it is longer than 32 bytes" }),
        }
        let mut key = Zeroizing::new([0; 32]);
        file.read_exact(key.as_mut_slice()).map_err(|error| Error::io(doing(), error))?;
        Ok(Self { path: path.to_owned(), key: Secret::new(*key) })
    }
}

impl Keeper for KeyFile {
    fn wrap(
        &self,
        key: &Secret<[u8; 32]>,
        context: &[u8],
        chance: &Secret<[u8; 32]>,
    ) -> Result<Vec<u8>, Error> {
        Ok(crypt::wrap(&self.key, key, context, chance))
    }

    fn unwrap(&self, wrapped: &[u8], context: &[u8]) -> Result<Secret<[u8; 32]>, Error> {
        crypt::unwrap(&self.key, wrapped, context)
            .ok_or_else(|| Error::WrongKey { what: "what the key file guards".into() })
    }

    fn again(&self) -> Option<Box<dyn Keeper>> {
        Some(Box::new(self.clone()))
    }

    fn destroy(&self, chance: &Secret<[u8; 32]>) -> Result<(), Error> {
        files::destroy(&self.path, crypt::part_of(chance, "noise").expose()).map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt;

    use exeunt_base::{FaultKind, Secret};

    use super::KeyFile;
    use crate::error::Error;
    use crate::keeper::Keeper;

    #[test]
    fn a_key_file_is_for_its_owner_alone() {
        let home = tempfile::tempdir().expect("a directory");
        let path = home.path().join("keys/unseal.key");
        KeyFile::create(&path, &Secret::new([7; 32])).expect("created");
        assert_eq!(fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o600);
        KeyFile::open(&path).expect("opens");
        for mode in [0o640, 0o604, 0o660, 0o644, 0o610] {
            fs::set_permissions(&path, Permissions::from_mode(mode)).expect("set");
            let error = KeyFile::open(&path).expect_err("refused");
            assert_eq!(error.kind(), FaultKind::Denied);
            assert!(error.to_string().contains(&format!("mode {mode:o}")), "{error}");
            assert!(error.to_string().contains("chmod 600"), "{error}");
        }
    }

    #[test]
    fn a_key_file_is_never_overwritten_and_its_length_is_checked() {
        let home = tempfile::tempdir().expect("a directory");
        let path = home.path().join("unseal.key");
        assert!(matches!(KeyFile::open(&path), Err(Error::Missing { .. })));
        KeyFile::create(&path, &Secret::new([7; 32])).expect("created");
        assert!(matches!(KeyFile::create(&path, &Secret::new([8; 32])), Err(Error::Exists { .. })));
        assert_eq!(fs::read(&path).expect("read"), [7; 32]);
        fs::write(&path, [7; 31]).expect("written");
        assert!(matches!(KeyFile::open(&path), Err(Error::Truncated { .. })));
        fs::write(&path, [7; 33]).expect("written");
        assert!(matches!(KeyFile::open(&path), Err(Error::Damaged { .. })));
        assert!(matches!(KeyFile::open(home.path()), Err(Error::Damaged { .. })));
    }

    #[test]
    fn a_destroyed_key_file_is_gone_and_destroying_it_again_is_fine() {
        let home = tempfile::tempdir().expect("a directory");
        let path = home.path().join("unseal.key");
        let keeper = KeyFile::create(&path, &Secret::new([7; 32])).expect("created");
        keeper.destroy(&Secret::new([1; 32])).expect("destroyed");
        keeper.destroy(&Secret::new([1; 32])).expect("destroyed again");
        assert!(!path.exists());
    }
}
