//! The way back when the unseal secret is lost: the root key, wrapped a second time under a key that is nowhere, only in shares
//! that several people keep.

use std::path::{Path, PathBuf};
use std::sync::RwLock;

use exeunt_base::{Secret, Timestamp};

use crate::crypt;
use crate::error::Error;
use crate::files;
use crate::keeper::Keeper;
use crate::keyring::record::{Record, Role};
use crate::keyring::root::{Root, RootKey};
use crate::keyring::{Keyring, rotation, standby};
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
    let Some(record) = Record::read(&path)? else { return Ok(None) };
    if record.role == Role::Standby {
        return Ok(Some(record));
    }
    record.expect_role(&path, Role::Root).map(Some)
}

/// The file of what shares bring back, what it is wrapped by, and what it is: the root key, or what stands by for one in a token.
struct Opened {
    record: Record,
    by: Secret<[u8; 32]>,
    key: Secret<[u8; 32]>,
}

fn opened(dir: &Path, given: &[Share]) -> Result<Opened, Error> {
    let record = read(dir)?.ok_or_else(|| Error::Missing {
        what: String::from("recovery key in the key directory: no shares were made"),
    })?;
    let by = shares::combine(given)?;
    let key = crypt::unwrap(&by, &record.wrapped, &record.context())
        .ok_or_else(|| Error::WrongKey { what: String::from("recovery key") })?;
    Ok(Opened { record, by, key })
}

/// A keyring that was opened by shares, and has no keeper yet.
#[derive(Debug)]
pub struct Recovered {
    keyring: Keyring,
    /// What stood by for a root key in a token.
    standby: Option<Secret<[u8; 32]>>,
}

impl Recovered {
    /// Hands the root key to a keeper. One that was in a token is lost with it: another one follows, at this keeper, and the shares
    /// count no more. Cut short, the same again finishes it.
    pub fn hand_over(
        &self,
        keeper: &dyn Keeper,
        now: Timestamp,
        chance: &Secret<[u8; 32]>,
    ) -> Result<(), Error> {
        let Self { keyring, standby } = self;
        if standby.is_none() && keeper.token().is_none() {
            return keyring.hand_over(keeper, chance);
        }
        let begun = match rotation::begun(&keyring.dir, keeper) {
            // of a rotation that the token did not live through; what stands by opens whatever it wrapped
            Err(Error::Unusable(_) | Error::WrongKey { .. } | Error::Missing { .. }) if standby.is_some() => {
                None
            }
            begun => begun?,
        };
        let old = keyring.root();
        let new = keyring.next_root(begun, &old, keeper, now, chance)?;
        keyring.adopt(&old, standby.as_ref(), &new, chance)
    }
}

impl Keyring {
    /// Hands the root key to another keeper, as when a passphrase changes. Nothing below is touched. The former keeper opens no more
    /// than copies of the old `root.key`: destroy it where those may exist.
    pub fn hand_over(&self, keeper: &dyn Keeper, chance: &Secret<[u8; 32]>) -> Result<(), Error> {
        rotation::must_be_whole(&self.dir)?;
        let root = self.root();
        if matches!(root.key, RootKey::InToken(_)) || keeper.token().is_some() {
            return Err(Error::Unusable("a root key moves into a token, and none out of it"));
        }
        rotation::put_current(&self.dir, &root, keeper, chance)
    }

    /// Makes shares, of which `needed` bring the root key back, or what stands by for one in a token. Those made before count no
    /// more.
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
        let (role, key) = match self.root().key {
            RootKey::Held(key) => (Role::Root, key),
            RootKey::InToken(_) => {
                // the former shares would bring back what opens only a part of it by then
                files::remove(&path(&self.dir))?;
                (Role::Standby, self.make_standby(chance)?)
            }
        };
        let mut record = Record::new(role);
        record.from = now.as_micros();
        self.put_recovery(record, &by, &key, &crypt::part_of(chance, "recovery wrap"))?;
        Ok(made)
    }

    /// Tries whether these shares would bring this home's root key back, and writes down that it was tried. Nothing of any key
    /// leaves this function.
    pub fn drill(&self, given: &[Share], now: Timestamp, chance: &Secret<[u8; 32]>) -> Result<(), Error> {
        let Opened { mut record, by, key } = opened(&self.dir, given)?;
        let same = match (record.role, &self.root().key) {
            (Role::Root, RootKey::Held(root)) => crypt::same(key.expose(), root.expose()),
            (Role::Standby, RootKey::InToken(_)) => self.stands_by(&key)?,
            _ => false,
        };
        if !same {
            return Err(Error::WrongKey { what: String::from("recovery key") });
        }
        record.until = now.as_micros();
        self.put_recovery(record, &by, &key, chance)
    }

    /// What is known of the shares; none when there are none.
    pub fn recovery(&self) -> Result<Option<Recovery>, Error> {
        let at = Timestamp::from_micros;
        Ok(read(&self.dir)?.map(|record| Recovery {
            made_at: at(record.from),
            drilled_at: (record.until != 0).then(|| at(record.until)),
        }))
    }

    /// Opens the keyring by shares. Hand it over to a new keeper at once: [`Recovered::hand_over`].
    pub fn recover(dir: &Path, given: &[Share]) -> Result<Recovered, Error> {
        let Opened { record, key, .. } = opened(dir, given)?;
        let version = u128::from_be_bytes(record.id);
        let root = Root::held(version, key.clone());
        if record.role == Role::Root {
            return Ok(Recovered { keyring: Self::of(dir, None, vec![root])?, standby: None });
        }
        let seed = standby::installation(dir, &key)?;
        let keyring = Self { dir: dir.to_owned(), keeper: None, root: RwLock::new(root), seed };
        Ok(Recovered { keyring, standby: Some(key) })
    }

    fn put_recovery(
        &self,
        mut record: Record,
        by: &Secret<[u8; 32]>,
        key: &Secret<[u8; 32]>,
        chance: &Secret<[u8; 32]>,
    ) -> Result<(), Error> {
        record.id = self.root().version.to_be_bytes();
        record.wrapped = crypt::wrap(by, key, &record.context(), chance);
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
        recovered.hand_over(&new, at(10), &chance(9)).expect("handed over");
        let opened = Keyring::open(home.path(), &new).expect("opened");
        assert_eq!(opened.purpose_key(organization, "ledger").expect("key").expose(), &ledger);
        assert!(matches!(Keyring::open(home.path(), &lost), Err(Error::WrongKey { .. })));
    }
}
