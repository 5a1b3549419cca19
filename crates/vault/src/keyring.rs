//! Keys in files, outside the control database, so that no backup of it can bring back what was destroyed.
//!
//! ```text
//! root.key                                      wrapped by the keeper, or which key of a token it is
//! recovery.key                                  the same key, wrapped by one that is only in shares
//! root.next.key                                 only while the root key is being rotated: the one that follows
//! installation.key                              once it was rotated, or in a token: what purpose keys of the installation hang on
//! organizations/<org_…>/organization.key        wrapped by the root key
//! organizations/<org_…>/organization.next.key   only while that one is being rotated: the one that follows
//! organizations/<org_…>/purposes.key            only once it was rotated: what the organization's purpose keys hang on
//! organizations/<org_…>/epochs/<epo_…>.key      wrapped by the organization's key
//! …standby.key                                  what shares bring back where the root key is in a token (`standby`)
//! ```
//!
//! Only the root key, unless a token holds it, and what was derived from the first one, stay in memory. The others are read when
//! asked for: what another process destroyed is gone here too, at once.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{PoisonError, RwLock};

use exeunt_base::{OrganizationId, Secret};

use crate::crypt::{self, Key};
use crate::error::Error;
use crate::files;
use crate::keeper::Keeper;
use crate::keyring::record::{Record, Role};
use crate::keyring::root::{Root, RootKey};

pub mod epochs;
pub mod organization;
pub(crate) mod record;
pub mod recovery;
pub(crate) mod root;
pub mod rotation;
mod standby;

/// The keys of one installation. Its `Debug` shows the directory only.
pub struct Keyring {
    dir: PathBuf,
    /// For looking again once somebody rotated the root key.
    keeper: Option<Box<dyn Keeper>>,
    root: RwLock<Root>,
    /// What the installation's purpose keys are derived from; the same for ever.
    seed: Key,
}

impl Keyring {
    /// Makes a new root key from chance and has the keeper wrap it, or has the token make one. Never overwrites one.
    pub fn create(dir: &Path, keeper: &dyn Keeper, chance: &Secret<[u8; 32]>) -> Result<Self, Error> {
        files::make_dir(&dir.join("organizations"))?;
        let there = || Error::Exists { what: format!("a root key in `{}`", dir.display()) };
        if dir.join("root.key").exists() {
            return Err(there());
        }
        let root = rotation::make(keeper, 0, chance)?;
        let record = rotation::record_of(&root, keeper, 0, chance)?;
        if let RootKey::InToken(_) = root.key {
            let seed = Key::new(*crypt::part_of(chance, "installation").expose());
            rotation::put_installation(dir, &root, &seed, chance)?;
        }
        if !files::write_once(&dir.join("root.key"), &record.to_bytes())? {
            return Err(there());
        }
        Self::of(dir, keeper.again(), vec![root])
    }

    /// Has the keeper unwrap the root key.
    pub fn open(dir: &Path, keeper: &dyn Keeper) -> Result<Self, Error> {
        Self::of(dir, keeper.again(), rotation::roots(dir, keeper)?)
    }

    /// Of these root keys: the one in use, and the next one while it is being rotated.
    fn of(dir: &Path, keeper: Option<Box<dyn Keeper>>, roots: Vec<Root>) -> Result<Self, Error> {
        let seed = rotation::seed(dir, &roots)?;
        let root = roots.into_iter().next().ok_or(Error::Unusable("there is no root key"))?;
        Ok(Self { dir: dir.to_owned(), keeper, root: RwLock::new(root), seed })
    }

    /// The root key as it was last seen.
    pub(crate) fn root(&self) -> Root {
        self.root.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Makes the organization's key unless it has one. Safe to call from several processes at once.
    pub fn add_organization(
        &self,
        organization: OrganizationId,
        chance: &Secret<[u8; 32]>,
    ) -> Result<(), Error> {
        let path = self.organization_path(organization);
        if Record::read(&path)?.is_some() {
            return Ok(());
        }
        files::make_dir(&self.epochs_dir(organization))?;
        let mut record = Record::new(Role::Organization);
        record.organization = organization.to_bytes();
        let key = crypt::part_of(chance, "organization key");
        let salt = crypt::part_of(chance, "organization wrap");
        // somebody may have rotated it since this process began
        let root = self.look_again()?.pop().unwrap_or_else(|| self.root());
        record.id = root.version.to_be_bytes();
        record.wrapped = root.wrap(&key, &record.context(), &salt)?;
        // first, so that none is without it
        self.stand_by(&root, &record, &key, chance)?;
        files::write_once(&path, &record.to_bytes()).map(|_| ())
    }

    /// Whether an organization has its key here.
    pub fn has_organization(&self, organization: OrganizationId) -> Result<bool, Error> {
        Ok(Record::read(&self.organization_path(organization))?.is_some())
    }

    /// A key of the organization for one purpose (`"ledger"`, `"audit signing"`, `"packages"`): always the same one, and
    /// telling nothing about the others.
    pub fn purpose_key(
        &self,
        organization: OrganizationId,
        purpose: &str,
    ) -> Result<Secret<[u8; 32]>, Error> {
        let seed = self.purposes(organization)?;
        let info: [&[u8]; 3] = [b"exeunt purpose v1", &organization.to_bytes(), purpose.as_bytes()];
        Ok(Secret::new(*crypt::expand(&seed, &info)))
    }

    /// A key of the whole installation for one purpose, for what must be found before anybody knows whose it is
    /// (`"logins"`): always the same one, and telling nothing about the others.
    pub fn installation_key(&self, purpose: &str) -> Secret<[u8; 32]> {
        let derived = crypt::expand(&self.seed, &[b"exeunt installation purpose v1", purpose.as_bytes()]);
        Secret::new(*derived)
    }

    /// Seals a few bytes the control store keeps for an organization, such as a package's key or a credential, under the
    /// key of `purpose` and bound to `context` (the row they belong to). `chance` is fresh for every call.
    pub fn seal_for(
        &self,
        organization: OrganizationId,
        purpose: &str,
        context: &[u8],
        plain: &Secret<Vec<u8>>,
        chance: &Secret<[u8; 32]>,
    ) -> Result<Vec<u8>, Error> {
        let key = self.purpose_key(organization, purpose)?;
        Ok(crypt::wrap_bytes(&key, plain.expose(), context, chance))
    }

    /// Opens what [`seal_for`](Self::seal_for) made; [`Error::WrongKey`] when organization, purpose, context or a byte differ.
    pub fn open_for(
        &self,
        organization: OrganizationId,
        purpose: &str,
        context: &[u8],
        sealed: &[u8],
    ) -> Result<Secret<Vec<u8>>, Error> {
        let key = self.purpose_key(organization, purpose)?;
        match crypt::unwrap_bytes(&key, sealed, context) {
            Some(mut plain) => Ok(Secret::new(std::mem::take(&mut *plain))),
            None => Err(Error::WrongKey { what: format!("what was sealed for {purpose} of {organization}") }),
        }
    }

    /// Destroys the organization's key and all its epochs': nothing it ever sealed opens again. Doing it again finishes
    /// what a crash cut short.
    pub fn destroy_organization(
        &self,
        organization: OrganizationId,
        chance: &Secret<[u8; 32]>,
    ) -> Result<(), Error> {
        if !self.organization_dir(organization).exists() {
            return Ok(());
        }
        let _alone = self.alone(organization)?;
        // what its own key opens is out of reach without it, even if we die in the middle: so whatever opens that key goes first
        let noise = crypt::part_of(chance, "noise");
        self.forget_standby_of(organization, &noise)?;
        for path in [
            self.next_path(organization),
            self.organization_path(organization),
            self.purposes_path(organization),
        ] {
            files::destroy(&path, noise.expose())?;
        }
        for path in files::list(&self.epochs_dir(organization))? {
            files::destroy(&path, noise.expose())?;
        }
        Ok(())
    }

    fn organization_dir(&self, organization: OrganizationId) -> PathBuf {
        self.dir.join("organizations").join(organization.to_string())
    }

    fn organization_path(&self, organization: OrganizationId) -> PathBuf {
        self.organization_dir(organization).join("organization.key")
    }

    fn next_path(&self, organization: OrganizationId) -> PathBuf {
        self.organization_dir(organization).join("organization.next.key")
    }

    fn purposes_path(&self, organization: OrganizationId) -> PathBuf {
        self.organization_dir(organization).join("purposes.key")
    }

    fn standby_path(&self, organization: OrganizationId, version: i64) -> PathBuf {
        self.organization_dir(organization).join(format!("{}{version}.key", standby::OF_ORGANIZATION))
    }

    /// Keeps other processes from making, wrapping and destroying keys of the organization while it is held; nobody who reads
    /// waits. A process that dies lets go of it.
    fn alone(&self, organization: OrganizationId) -> Result<std::fs::File, Error> {
        files::lock(&self.organization_dir(organization).join("lock"))
    }

    fn epochs_dir(&self, organization: OrganizationId) -> PathBuf {
        self.organization_dir(organization).join("epochs")
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keyring").field("dir", &self.dir).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use exeunt_base::{OrganizationId, Secret};

    use super::Keyring;
    use crate::error::Error;
    use crate::keeper::Keeper;
    use crate::keeper::key_file::KeyFile;
    use crate::keeper::passphrase::Passphrase;

    fn chance(byte: u8) -> Secret<[u8; 32]> {
        Secret::new([byte; 32])
    }

    fn organization(byte: u8) -> OrganizationId {
        OrganizationId::from_bytes([byte; 16])
    }

    #[test]
    fn purpose_keys_are_steady_and_differ_by_purpose_and_organization() {
        let home = tempfile::tempdir().expect("a directory");
        let keeper = KeyFile::create(&home.path().join("unseal.key"), &chance(1)).expect("keeper");
        let keyring = Keyring::create(home.path(), &keeper, &chance(2)).expect("keyring");
        keyring.add_organization(organization(1), &chance(3)).expect("added");
        keyring.add_organization(organization(2), &chance(4)).expect("added");
        let ledger = *keyring.purpose_key(organization(1), "ledger").expect("key").expose();
        // adding it again changes nothing, whatever the chance
        keyring.add_organization(organization(1), &chance(9)).expect("added");
        let reopened = Keyring::open(home.path(), &keeper).expect("opened");
        assert_eq!(reopened.purpose_key(organization(1), "ledger").expect("key").expose(), &ledger);
        assert_ne!(reopened.purpose_key(organization(1), "packages").expect("key").expose(), &ledger);
        assert_ne!(reopened.purpose_key(organization(2), "ledger").expect("key").expose(), &ledger);
        assert!(matches!(reopened.purpose_key(organization(3), "ledger"), Err(Error::Missing { .. })));
        let logins = keyring.installation_key("logins");
        assert_eq!(reopened.installation_key("logins").expose(), logins.expose());
        assert_ne!(keyring.installation_key("ledger").expose(), logins.expose());
        assert_ne!(logins.expose(), &ledger);
        assert!(!format!("{keyring:?}").contains("root:"));
    }

    #[test]
    fn another_keeper_opens_only_after_the_hand_over() {
        let home = tempfile::tempdir().expect("a directory");
        let file = KeyFile::create(&home.path().join("unseal.key"), &chance(1)).expect("keeper");
        let phrase = Secret::new("a long passphrase".to_owned());
        let words =
            Passphrase::create(&home.path().join("unseal.salt"), &phrase, &chance(5)).expect("keeper");
        let keyring = Keyring::create(home.path(), &file, &chance(2)).expect("keyring");
        keyring.add_organization(organization(1), &chance(3)).expect("added");
        let before = *keyring.purpose_key(organization(1), "ledger").expect("key").expose();
        assert!(matches!(Keyring::open(home.path(), &words), Err(Error::WrongKey { .. })));
        keyring.hand_over(&words, &chance(6)).expect("handed over");
        assert!(matches!(Keyring::open(home.path(), &file), Err(Error::WrongKey { .. })));
        let after = Keyring::open(home.path(), &words).expect("opened");
        assert_eq!(after.purpose_key(organization(1), "ledger").expect("key").expose(), &before);
        file.destroy(&chance(7)).expect("destroyed");
    }

    #[test]
    fn a_keyring_is_never_overwritten_and_says_what_is_wrong_with_its_files() {
        let home = tempfile::tempdir().expect("a directory");
        let keeper = KeyFile::create(&home.path().join("unseal.key"), &chance(1)).expect("keeper");
        assert!(matches!(Keyring::open(home.path(), &keeper), Err(Error::Missing { .. })));
        let keyring = Keyring::create(home.path(), &keeper, &chance(2)).expect("keyring");
        assert!(matches!(Keyring::create(home.path(), &keeper, &chance(2)), Err(Error::Exists { .. })));

        let path = home.path().join("root.key");
        let good = fs::read(&path).expect("read");
        for cut in 0..good.len() {
            fs::write(&path, &good[..cut]).expect("written");
            let error = Keyring::open(home.path(), &keeper).expect_err("cut");
            assert!(matches!(error, Error::Truncated { .. }), "cut at {cut}: {error}");
        }
        for place in 0..good.len() {
            let mut changed = good.clone();
            changed[place] ^= 0x40;
            fs::write(&path, &changed).expect("written");
            let error = Keyring::open(home.path(), &keeper).expect_err("changed");
            assert!(
                matches!(error, Error::Damaged { .. } | Error::Truncated { .. }),
                "byte {place}: {error}"
            );
        }

        fs::write(&path, &good).expect("written");

        // one organization's key file in the place of another's
        keyring.add_organization(organization(1), &chance(3)).expect("added");
        keyring.add_organization(organization(2), &chance(4)).expect("added");
        fs::copy(keyring.organization_path(organization(1)), keyring.organization_path(organization(2)))
            .expect("copied");
        assert!(matches!(keyring.purpose_key(organization(2), "ledger"), Err(Error::Damaged { .. })));
    }

    #[test]
    fn what_is_sealed_for_one_purpose_and_place_opens_nowhere_else() {
        let home = tempfile::tempdir().expect("a directory");
        let keeper = KeyFile::create(&home.path().join("unseal.key"), &chance(1)).expect("keeper");
        let keyring = Keyring::create(home.path(), &keeper, &chance(2)).expect("keyring");
        keyring.add_organization(organization(1), &chance(3)).expect("added");
        keyring.add_organization(organization(2), &chance(4)).expect("added");
        let plain = Secret::new(b"AGE-SECRET-KEY-1".to_vec());
        let sealed =
            keyring.seal_for(organization(1), "packages", b"pkg 1", &plain, &chance(5)).expect("sealed");
        let open = |of, purpose, context: &[u8], bytes: &[u8]| {
            keyring.open_for(organization(of), purpose, context, bytes)
        };
        assert_eq!(open(1, "packages", b"pkg 1", &sealed).expect("opens").expose(), plain.expose());
        for error in [
            open(1, "packages", b"pkg 2", &sealed),
            open(1, "ledger", b"pkg 1", &sealed),
            open(2, "packages", b"pkg 1", &sealed),
            open(1, "packages", b"pkg 1", &sealed[1..]),
            open(1, "packages", b"pkg 1", &[]),
        ] {
            assert!(matches!(error, Err(Error::WrongKey { .. })));
        }
    }

    #[test]
    fn a_destroyed_organization_opens_nothing_any_more() {
        let home = tempfile::tempdir().expect("a directory");
        let keeper = KeyFile::create(&home.path().join("unseal.key"), &chance(1)).expect("keeper");
        let keyring = Keyring::create(home.path(), &keeper, &chance(2)).expect("keyring");
        keyring.add_organization(organization(1), &chance(3)).expect("added");
        keyring.destroy_organization(organization(1), &chance(4)).expect("destroyed");
        keyring.destroy_organization(organization(1), &chance(4)).expect("destroyed again");
        assert!(matches!(keyring.purpose_key(organization(1), "ledger"), Err(Error::Missing { .. })));
    }
}
