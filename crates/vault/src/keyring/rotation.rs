//! Another root key, while everybody works: what it wraps is wrapped anew, and what lies below stays as it is (SEC-42).
//!
//! First the next key is written beside the one in use; then each key below is wrapped by it, one file after the other; last it
//! takes the other's name. Whoever reads in between tries both. A crash anywhere leaves a keyring that opens, and rotating again
//! finishes what was begun.

use std::path::{Path, PathBuf};
use std::sync::PoisonError;

use exeunt_base::{OrganizationId, Secret, Timestamp};

use crate::crypt::{self, Key};
use crate::error::Error;
use crate::files;
use crate::keeper::Keeper;
use crate::keyring::record::{Record, Role};
use crate::keyring::{Keyring, Root, recovery};

fn current(dir: &Path) -> PathBuf {
    dir.join("root.key")
}

fn next(dir: &Path) -> PathBuf {
    dir.join("root.next.key")
}

fn installation(dir: &Path) -> PathBuf {
    dir.join("installation.key")
}

fn read(path: &Path, keeper: &dyn Keeper) -> Result<Option<Root>, Error> {
    let Some(record) = Record::read(path)? else { return Ok(None) };
    let record = record.expect_role(path, Role::Root)?;
    let key = keeper.unwrap(&record.wrapped, &record.context()).map_err(|error| match error {
        Error::WrongKey { .. } => Error::WrongKey { what: format!("root key `{}`", path.display()) },
        other => other,
    })?;
    Ok(Some(Root { version: u128::from_be_bytes(record.id), key }))
}

/// The root key in use, and the next one while it is being rotated.
pub(super) fn roots(dir: &Path, keeper: &dyn Keeper) -> Result<Vec<Root>, Error> {
    // the next one first: when the other took its name meanwhile, it is what is read then
    let following = read(&next(dir), keeper)?;
    let path = current(dir);
    let first = read(&path, keeper)?
        .ok_or_else(|| Error::Missing { what: format!("root key `{}`", path.display()) })?;
    Ok([first].into_iter().chain(following).collect())
}

/// What the installation's purpose keys hang on: kept since the first rotation, before it what is extracted from the root key.
pub(super) fn seed(dir: &Path, roots: &[Root]) -> Result<Key, Error> {
    let path = installation(dir);
    let Some(record) = Record::read(&path)? else {
        let first = roots.first().ok_or(Error::Unusable("there is no root key"))?;
        return Ok(crypt::mac(b"", &[first.key.expose()]));
    };
    let record = record.expect_role(&path, Role::Installation)?;
    let opened = roots.iter().find_map(|root| crypt::unwrap(&root.key, &record.wrapped, &record.context()));
    let seed = opened.ok_or_else(|| Error::WrongKey { what: String::from("key of the installation") })?;
    Ok(Key::new(*seed.expose()))
}

/// Refuses while a rotation is not finished.
pub(super) fn must_be_whole(dir: &Path) -> Result<(), Error> {
    if next(dir).exists() {
        return Err(Error::Unusable("the root key is being rotated: finish that first, by rotating again"));
    }
    Ok(())
}

impl Keyring {
    /// Which root key this is: 0 for the first.
    pub fn root_version(&self) -> u128 {
        self.root().version
    }

    /// Reads the root key again, and the next one while there is one. Nothing when there is no keeper to ask.
    pub(super) fn look_again(&self) -> Result<Vec<Root>, Error> {
        let Some(keeper) = &self.keeper else { return Ok(Vec::new()) };
        let roots = roots(&self.dir, &**keeper)?;
        if let Some(first) = roots.first() {
            *self.root.write().unwrap_or_else(PoisonError::into_inner) = first.clone();
        }
        Ok(roots)
    }

    /// Takes another root key into use, or finishes doing so; tells which one it is. Shares of the old one count no more. One
    /// process at a time: the caller holds whatever keeps others from it.
    pub fn rotate_root(
        &self,
        keeper: &dyn Keeper,
        now: Timestamp,
        chance: &Secret<[u8; 32]>,
    ) -> Result<u128, Error> {
        let found = roots(&self.dir, keeper)?;
        let old = found.first().ok_or(Error::Unusable("there is no root key"))?;
        let new = match found.get(1) {
            // somebody died over it: everything below may be wrapped by this one already
            Some(begun) => begun.clone(),
            None => {
                let new = Root { version: old.version + 1, key: crypt::part_of(chance, "next root key") };
                let mut record = Record::new(Role::Root);
                (record.id, record.from) = (new.version.to_be_bytes(), now.as_micros());
                let salt = crypt::part_of(chance, "next root wrap");
                record.wrapped = keeper.wrap(&new.key, &record.context(), &salt)?;
                files::replace(&next(&self.dir), &record.to_bytes())?;
                new
            }
        };
        let mut record = Record::new(Role::Installation);
        record.id = new.version.to_be_bytes();
        let salt = crypt::part_of(chance, "installation wrap");
        record.wrapped = crypt::wrap(&new.key, &Secret::new(*self.seed), &record.context(), &salt);
        files::replace(&installation(&self.dir), &record.to_bytes())?;
        for path in files::list(&self.dir.join("organizations"))? {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let Ok(organization) = name.parse::<OrganizationId>() else { continue };
            self.wrap_anew(organization, old, &new, chance)?;
        }
        files::remove(&recovery::path(&self.dir))?;
        files::rename(&next(&self.dir), &current(&self.dir))
            .map_err(|error| Error::io(String::from("taking the next root key into use"), error))?;
        files::sync_dir(&self.dir)?;
        *self.root.write().unwrap_or_else(PoisonError::into_inner) = new.clone();
        Ok(new.version)
    }

    fn wrap_anew(
        &self,
        organization: OrganizationId,
        old: &Root,
        new: &Root,
        chance: &Secret<[u8; 32]>,
    ) -> Result<(), Error> {
        let path = self.organization_path(organization);
        // one whose key was destroyed has none
        let Some(record) = Record::read(&path)? else { return Ok(()) };
        let mut record = record.expect_role(&path, Role::Organization)?;
        if crypt::unwrap(&new.key, &record.wrapped, &record.context()).is_some() {
            return Ok(());
        }
        let key = crypt::unwrap(&old.key, &record.wrapped, &record.context())
            .ok_or_else(|| Error::WrongKey { what: format!("key of {organization}") })?;
        record.id = new.version.to_be_bytes();
        let salt = crypt::part_of(chance, &format!("wrap of {organization}"));
        record.wrapped = crypt::wrap(&new.key, &key, &record.context(), &salt);
        files::replace(&path, &record.to_bytes())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use exeunt_base::{OrganizationId, Secret, Timestamp};

    use crate::error::Error;
    use crate::keeper::key_file::KeyFile;
    use crate::keyring::Keyring;

    const NOW: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

    fn chance(byte: u8) -> Secret<[u8; 32]> {
        Secret::new([byte; 32])
    }

    #[test]
    fn whoever_works_while_the_root_key_is_rotated_goes_on_and_copies_of_before_open_nothing_new() {
        let home = tempfile::tempdir().expect("a directory");
        let [first, second, third] = [1, 2, 3].map(|byte| OrganizationId::from_bytes([byte; 16]));
        let keeper = KeyFile::create(&home.path().join("unseal.key"), &chance(1)).expect("keeper");
        let keyring = Keyring::create(home.path(), &keeper, &chance(2)).expect("keyring");
        keyring.add_organization(first, &chance(3)).expect("added");
        let working = Keyring::open(home.path(), &keeper).expect("another process");
        let ledger = *working.purpose_key(first, "ledger").expect("key").expose();
        let logins = *working.installation_key("logins").expose();
        let shares = keyring.make_shares(2, 3, NOW, &chance(4)).expect("shares");
        let before = fs::read(home.path().join("root.key")).expect("read");
        let epoch = working.epoch_for(first, NOW, 30, &chance(5)).expect("an epoch");

        assert_eq!(keyring.rotate_root(&keeper, NOW, &chance(6)).expect("rotated"), 1);
        assert_eq!(working.purpose_key(first, "ledger").expect("goes on").expose(), &ledger);
        working.epoch_key(first, epoch.epoch()).expect("what was sealed opens");
        working.add_organization(second, &chance(7)).expect("added under the new one");
        assert_eq!(working.root_version(), 1);
        assert_eq!(keyring.rotate_root(&keeper, NOW, &chance(8)).expect("again"), 2);
        working.add_organization(third, &chance(9)).expect("also when nothing had to be looked up before");
        let opened = Keyring::open(home.path(), &keeper).expect("opened");
        assert_eq!(opened.purpose_key(first, "ledger").expect("key").expose(), &ledger);
        for organization in [second, third] {
            opened.purpose_key(organization, "ledger").expect("key");
        }
        assert_eq!(opened.installation_key("logins").expose(), &logins);
        assert!(matches!(opened.drill(&shares[..2], NOW, &chance(9)), Err(Error::Missing { .. })));

        // whoever kept the old root key and the unseal secret has nothing that opens what is there now
        fs::write(home.path().join("root.key"), before).expect("put back");
        assert!(matches!(Keyring::open(home.path(), &keeper), Err(Error::WrongKey { .. })));
    }
}
