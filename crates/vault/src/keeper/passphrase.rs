//! The unseal secret as a passphrase: argon2id over it and a salt that lies in a file.

use std::path::{Path, PathBuf};

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use exeunt_base::Secret;
use zeroize::Zeroizing;

use crate::crypt;
use crate::error::Error;
use crate::files;
use crate::keeper::Keeper;

/// OWASP's first choice for argon2id: 19 MiB, two passes, one lane; some 20 ms.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// More than any header of ours asks for: a changed file must not make us fill the memory.
const MOST_MEMORY_KIB: u32 = 1 << 20;

/// A passphrase. Which one it was is nowhere written; the file holds the salt and the cost alone.
#[derive(Debug, Clone)]
pub struct Passphrase {
    path: PathBuf,
    key: Secret<[u8; 32]>,
}

impl Passphrase {
    /// Writes the salt file (`$argon2id$v=19$m=19456,t=2,p=1$<salt>`) and derives the key. Never overwrites one.
    pub fn create(
        path: &Path,
        passphrase: &Secret<String>,
        chance: &Secret<[u8; 32]>,
    ) -> Result<Self, Error> {
        files::make_dir(files::parent(path))?;
        let salt = crypt::part_of(chance, "passphrase salt");
        let header =
            Header { memory: MEMORY_KIB, passes: PASSES, lanes: LANES, salt: salt.expose().to_vec() };
        let key = header.stretch(passphrase)?;
        if !files::write_once(path, header.render().as_bytes())? {
            return Err(Error::Exists { what: format!("a passphrase salt `{}`", path.display()) });
        }
        Ok(Self { path: path.to_owned(), key })
    }

    /// Derives the key again. A wrong passphrase shows only when something is unwrapped with it.
    pub fn open(path: &Path, passphrase: &Secret<String>) -> Result<Self, Error> {
        let what = || format!("passphrase salt `{}`", path.display());
        let bytes = files::read(path, 1024)?.ok_or_else(|| Error::Missing { what: what() })?;
        let header = std::str::from_utf8(&bytes).ok().and_then(Header::parse).ok_or_else(|| {
            Error::Damaged {
                what: what(), why: "it is not of the form `$argon2id$v=19$m=…,t=…,p=…$salt`"
            }
        })?;
        Ok(Self { path: path.to_owned(), key: header.stretch(passphrase)? })
    }
}

impl Keeper for Passphrase {
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
            .ok_or_else(|| Error::WrongKey { what: "what the passphrase guards".into() })
    }

    fn again(&self) -> Option<Box<dyn Keeper>> {
        Some(Box::new(self.clone()))
    }

    fn destroy(&self, chance: &Secret<[u8; 32]>) -> Result<(), Error> {
        files::destroy(&self.path, crypt::part_of(chance, "noise").expose()).map(|_| ())
    }
}

struct Header {
    memory: u32,
    passes: u32,
    lanes: u32,
    salt: Vec<u8>,
}

impl Header {
    fn render(&self) -> String {
        let Self { memory, passes, lanes, salt } = self;
        format!("$argon2id$v=19$m={memory},t={passes},p={lanes}${}\n", STANDARD_NO_PAD.encode(salt))
    }

    fn parse(text: &str) -> Option<Self> {
        let rest = text.strip_suffix('\n').unwrap_or(text).strip_prefix("$argon2id$v=19$m=")?;
        let (memory, rest) = rest.split_once(",t=")?;
        let (passes, rest) = rest.split_once(",p=")?;
        let (lanes, salt) = rest.split_once('$')?;
        let header = Self {
            memory: memory.parse().ok()?,
            passes: passes.parse().ok()?,
            lanes: lanes.parse().ok()?,
            salt: STANDARD_NO_PAD.decode(salt).ok()?,
        };
        let sane = header.memory <= MOST_MEMORY_KIB
            && (1..=64).contains(&header.passes)
            && (1..=16).contains(&header.lanes)
            && header.salt.len() == 32;
        sane.then_some(header)
    }

    fn stretch(&self, passphrase: &Secret<String>) -> Result<Secret<[u8; 32]>, Error> {
        if passphrase.expose().is_empty() {
            return Err(Error::Unusable("the passphrase is empty"));
        }
        let cost = Params::new(self.memory, self.passes, self.lanes, Some(32))
            .map_err(|_| Error::Unusable("the cost in the passphrase salt file is out of range"))?;
        let mut key = Zeroizing::new([0; 32]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, cost)
            .hash_password_into(passphrase.expose().as_bytes(), &self.salt, key.as_mut_slice())
            .map_err(|_| {
                Error::Unusable("the passphrase cannot be used: it is too long, or memory is short")
            })?;
        Ok(Secret::new(*key))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use exeunt_base::Secret;

    use super::Passphrase;
    use crate::error::Error;
    use crate::keeper::Keeper;

    fn phrase(text: &str) -> Secret<String> {
        Secret::new(text.to_owned())
    }

    #[test]
    fn the_same_passphrase_opens_and_another_does_not() {
        let home = tempfile::tempdir().expect("a directory");
        let path = home.path().join("unseal.salt");
        let key = Secret::new([9; 32]);
        let made =
            Passphrase::create(&path, &phrase("correct horse"), &Secret::new([1; 32])).expect("created");
        let wrapped = made.wrap(&key, b"root", &Secret::new([2; 32])).expect("wrapped");
        assert!(fs::read_to_string(&path).expect("text").starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        let again = Passphrase::open(&path, &phrase("correct horse")).expect("opened");
        assert_eq!(again.unwrap(&wrapped, b"root").expect("unwraps").expose(), key.expose());
        let wrong = Passphrase::open(&path, &phrase("correct horsf")).expect("opened");
        assert!(matches!(wrong.unwrap(&wrapped, b"root"), Err(Error::WrongKey { .. })));
        assert!(matches!(again.unwrap(&wrapped, b"leaf"), Err(Error::WrongKey { .. })));
        assert!(matches!(Passphrase::open(&path, &phrase("")), Err(Error::Unusable(_))));
        again.destroy(&Secret::new([3; 32])).expect("destroyed");
        assert!(matches!(Passphrase::open(&path, &phrase("correct horse")), Err(Error::Missing { .. })));
    }

    #[test]
    fn a_changed_salt_file_is_refused_before_it_costs_memory() {
        let home = tempfile::tempdir().expect("a directory");
        let path = home.path().join("unseal.salt");
        for bad in [
            "",
            "$argon2i$v=19$m=19456,t=2,p=1$AAAA",
            "$argon2id$v=19$m=4294967295,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            "$argon2id$v=19$m=19456,t=0,p=1$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            "$argon2id$v=19$m=19456,t=2,p=1$AAAA",
        ] {
            fs::write(&path, bad).expect("written");
            assert!(matches!(Passphrase::open(&path, &phrase("x")), Err(Error::Damaged { .. })), "{bad}");
        }
    }
}
