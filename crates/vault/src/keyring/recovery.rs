//! The way back when the unseal secret is lost: the root key, wrapped a second time under a key that is nowhere, only in shares
//! that several people keep.

use std::path::{Path, PathBuf};

use exeunt_base::{Secret, Timestamp};

use crate::crypt;
use crate::error::Error;
use crate::files;
use crate::keyring::record::{Record, Role};
use crate::keyring::rotation;
use crate::keyring::{Keyring, Root};
use crate::shares::{self, Share};

/// What is known of the shares without having any.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recovery {
    /// When they were made.
    pub made_at: Timestamp,
    /// When it was last tried whether they still work.
    pub drilled_at: Option<Timestamp>,
}

pub(super) fn path(dir: &Path) -> PathBuf {
    dir.join("recovery.key")
}

fn read(dir: &Path) -> Result<Option<Record>, Error> {
    let path = path(dir);
    Record::read(&path)?.map(|record| record.expect_role(&path, Role::Root)).transpose()
}

/// The file of the root key's second wrapping, what it is wrapped by, and the root key.
struct Opened {
    record: Record,
    by: Secret<[u8; 32]>,
    root: Secret<[u8; 32]>,
}

fn opened(dir: &Path, given: &[Share]) -> Result<Opened, Error> {
    let record = read(dir)?.ok_or_else(|| Error::Missing {
        what: String::from("recovery key in the key directory: no shares were made"),
    })?;
    let by = shares::combine(given)?;
    let root = crypt::unwrap(&by, &record.wrapped, &record.context())
        .ok_or_else(|| Error::WrongKey { what: String::from("recovery key") })?;
    Ok(Opened { record, by, root })
}

impl Keyring {
    /// Makes shares, of which `needed` bring the root key back. Those made before count no more.
    pub fn make_shares(
        &self,
        needed: u8,
        count: u8,
        now: Timestamp,
        chance: &Secret<[u8; 32]>,
    ) -> Result<Vec<Share>, Error> {
        rotation::must_be_whole(&self.dir)?;
        let by = crypt::part_of(chance, "recovery key");
        let made = shares::split(&by, needed, count, &crypt::part_of(chance, "shares"))?;
        let mut record = Record::new(Role::Root);
        record.from = now.as_micros();
        self.put_recovery(record, &by, &crypt::part_of(chance, "recovery wrap"))?;
        Ok(made)
    }

    /// Tries whether these shares would bring this home's root key back, and writes down that it was tried. Nothing of any key
    /// leaves this function.
    pub fn drill(&self, given: &[Share], now: Timestamp, chance: &Secret<[u8; 32]>) -> Result<(), Error> {
        let Opened { mut record, by, root } = opened(&self.dir, given)?;
        let current = self.root();
        if !crypt::same(root.expose(), current.key.expose()) {
            return Err(Error::WrongKey { what: String::from("recovery key") });
        }
        record.until = now.as_micros();
        self.put_recovery(record, &by, chance)
    }

    /// What is known of the shares; none when there are none.
    pub fn recovery(&self) -> Result<Option<Recovery>, Error> {
        let at = Timestamp::from_micros;
        Ok(read(&self.dir)?.map(|record| Recovery {
            made_at: at(record.from),
            drilled_at: (record.until != 0).then(|| at(record.until)),
        }))
    }

    /// Opens the keyring by shares. Hand it over to a new keeper at once: [`Keyring::hand_over`].
    pub fn recover(dir: &Path, given: &[Share]) -> Result<Self, Error> {
        let Opened { record, root, .. } = opened(dir, given)?;
        Self::of(dir, None, vec![Root { version: u128::from_be_bytes(record.id), key: root }])
    }

    fn put_recovery(
        &self,
        mut record: Record,
        by: &Secret<[u8; 32]>,
        chance: &Secret<[u8; 32]>,
    ) -> Result<(), Error> {
        let root = self.root();
        record.id = root.version.to_be_bytes();
        record.wrapped = crypt::wrap(by, &root.key, &record.context(), chance);
        files::replace(&path(&self.dir), &record.to_bytes())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use exeunt_base::{OrganizationId, Secret, Timestamp};

    use crate::error::Error;
    use crate::keeper::key_file::KeyFile;
    use crate::keyring::Keyring;

    fn chance(byte: u8) -> Secret<[u8; 32]> {
        Secret::new([byte; 32])
    }

    #[test]
    fn two_of_three_shares_bring_back_what_the_lost_key_file_opened() {
        let home = tempfile::tempdir().expect("a directory");
        let at = Timestamp::from_micros;
        let organization = OrganizationId::from_bytes([1; 16]);
        let lost = KeyFile::create(&home.path().join("unseal.key"), &chance(1)).expect("keeper");
        let keyring = Keyring::create(home.path(), &lost, &chance(2)).expect("keyring");
        keyring.add_organization(organization, &chance(3)).expect("added");
        let ledger = *keyring.purpose_key(organization, "ledger").expect("key").expose();
        assert_eq!(keyring.recovery().expect("read"), None);
        let older = keyring.make_shares(2, 3, at(5), &chance(4)).expect("shares");
        assert!(keyring.drill(&older[..2], at(6), &chance(5)).is_ok());
        let shares = keyring.make_shares(2, 3, at(7), &chance(6)).expect("shares");
        let known = keyring.recovery().expect("read").expect("made");
        assert_eq!((known.made_at, known.drilled_at), (at(7), None));
        // older shares count no more, one is not enough
        assert!(matches!(keyring.drill(&older[..2], at(8), &chance(7)), Err(Error::WrongKey { .. })));
        assert!(keyring.drill(&shares[..1], at(8), &chance(7)).is_err());
        keyring.drill(&shares[1..], at(9), &chance(7)).expect("drilled");
        assert_eq!(keyring.recovery().expect("read").expect("made").drilled_at, Some(at(9)));

        fs::remove_file(home.path().join("unseal.key")).expect("lost");
        let recovered = Keyring::recover(home.path(), &[shares[2].clone(), shares[0].clone()]).expect("back");
        let new = KeyFile::create(&home.path().join("unseal.key"), &chance(8)).expect("keeper");
        recovered.hand_over(&new, &chance(9)).expect("handed over");
        let opened = Keyring::open(home.path(), &new).expect("opened");
        assert_eq!(opened.purpose_key(organization, "ledger").expect("key").expose(), &ledger);
        assert!(matches!(Keyring::open(home.path(), &lost), Err(Error::WrongKey { .. })));
    }
}
