//! What stands by for a root key in a token, which nobody can bring back when the token is lost.
//!
//! ```text
//! standby.key                                a key, wrapped by the root key: for what is added later
//! standby.installation.key                   what the installation's purpose keys hang on, wrapped by it
//! organizations/<org_…>/standby-<n>.key      the organization's key of version n, wrapped by it
//! recovery.key                               it, wrapped by a key that is only in shares
//! ```
//!
//! They are made with shares, and only then. What is destroyed is destroyed here, too, and first.

use std::path::{Path, PathBuf};

use exeunt_base::{OrganizationId, Secret};

use crate::crypt::{self, Key};
use crate::error::Error;
use crate::files;
use crate::keyring::Keyring;
use crate::keyring::record::{Record, Role};
use crate::keyring::root::{Root, RootKey};

/// How the files of organizations begin.
pub(super) const OF_ORGANIZATION: &str = "standby-";

fn itself(dir: &Path) -> PathBuf {
    dir.join("standby.key")
}

fn of_installation(dir: &Path) -> PathBuf {
    dir.join("standby.installation.key")
}

/// What this file holds, when it opens with what stands by.
pub(super) fn of(path: &Path, standby: &Secret<[u8; 32]>) -> Result<Option<Secret<[u8; 32]>>, Error> {
    let Some(record) = Record::read(path)? else { return Ok(None) };
    let record = record.expect_role(path, Role::Standby)?;
    Ok(crypt::unwrap(standby, &record.wrapped, &record.context()))
}

/// What the installation's purpose keys hang on.
pub(super) fn installation(dir: &Path, standby: &Secret<[u8; 32]>) -> Result<Key, Error> {
    let wrong = || Error::WrongKey { what: String::from("key of the installation") };
    let seed = of(&of_installation(dir), standby)?.ok_or_else(wrong)?;
    Ok(Key::new(*seed.expose()))
}

fn put(
    path: &Path,
    mut record: Record,
    standby: &Secret<[u8; 32]>,
    key: &Secret<[u8; 32]>,
    chance: &Secret<[u8; 32]>,
) -> Result<(), Error> {
    let salt = crypt::part_of(chance, &format!("standby wrap of {}", path.display()));
    record.wrapped = crypt::wrap(standby, key, &record.context(), &salt);
    files::replace(path, &record.to_bytes())
}

impl Keyring {
    /// Makes what stands by from chance, for all that is there.
    pub(super) fn make_standby(&self, chance: &Secret<[u8; 32]>) -> Result<Secret<[u8; 32]>, Error> {
        let standby = crypt::part_of(chance, "standby");
        let root = self.root();
        let mut record = Record::new(Role::Standby);
        record.id = root.version.to_be_bytes();
        let salt = crypt::part_of(chance, "standby wrap");
        record.wrapped = root.wrap(&standby, &record.context(), &salt)?;
        // first: an organization that is added from now on has it
        files::replace(&itself(&self.dir), &record.to_bytes())?;
        let seed = Secret::new(*self.seed);
        put(&of_installation(&self.dir), Record::new(Role::Standby), &standby, &seed, chance)?;
        for organization in self.organizations()? {
            let _alone = self.alone(organization)?;
            if !self.organization_path(organization).exists() {
                continue;
            }
            for key in self.organization_keys(organization)? {
                let mut record = Record::new(Role::Standby);
                (record.organization, record.from) = (organization.to_bytes(), key.version);
                let path = self.standby_path(organization, key.version);
                put(&path, record, &standby, &key.key, chance)?;
            }
        }
        Ok(standby)
    }

    /// Lets it bring back an organization's key that is being made, too, where there is one.
    pub(super) fn stand_by(
        &self,
        root: &Root,
        made: &Record,
        key: &Secret<[u8; 32]>,
        chance: &Secret<[u8; 32]>,
    ) -> Result<(), Error> {
        if matches!(root.key, RootKey::Held(_)) {
            return Ok(());
        }
        let path = itself(&self.dir);
        let Some(record) = Record::read(&path)? else { return Ok(()) };
        let record = record.expect_role(&path, Role::Standby)?;
        let wrong = || Error::WrongKey { what: format!("key `{}`", path.display()) };
        let standby = self.open_by_root(&record)?.ok_or_else(wrong)?;
        let mut record = Record::new(Role::Standby);
        (record.organization, record.from) = (made.organization, made.from);
        let path = self.standby_path(OrganizationId::from_bytes(made.organization), made.from);
        put(&path, record, &standby, key, chance)
    }

    /// Whether this is what stands by, and brings back everything that is there.
    pub(super) fn stands_by(&self, standby: &Secret<[u8; 32]>) -> Result<bool, Error> {
        let same = |found: Option<Secret<[u8; 32]>>, is: &[u8]| {
            found.is_some_and(|found| crypt::same(found.expose(), is))
        };
        if !same(of(&of_installation(&self.dir), standby)?, self.seed.as_slice()) {
            return Ok(false);
        }
        for organization in self.organizations()? {
            if !self.organization_path(organization).exists() {
                continue;
            }
            for key in self.organization_keys(organization)? {
                let found = of(&self.standby_path(organization, key.version), standby)?;
                if !same(found, key.key.expose()) {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    /// Destroys it.
    pub(super) fn forget_standby(&self, chance: &Secret<[u8; 32]>) -> Result<(), Error> {
        let noise = crypt::part_of(chance, "noise");
        for path in [itself(&self.dir), of_installation(&self.dir)] {
            files::destroy(&path, noise.expose())?;
        }
        for organization in self.organizations()? {
            self.forget_standby_of(organization, &noise)?;
        }
        Ok(())
    }

    /// Destroys an organization's part of it.
    pub(super) fn forget_standby_of(
        &self,
        organization: OrganizationId,
        noise: &Secret<[u8; 32]>,
    ) -> Result<(), Error> {
        for path in files::list(&self.organization_dir(organization))? {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if name.starts_with(OF_ORGANIZATION) || name.starts_with(&format!(".{OF_ORGANIZATION}")) {
                files::destroy(&path, noise.expose())?;
            }
        }
        Ok(())
    }

    /// Whose folders are here, also those whose keys were destroyed.
    pub(crate) fn organizations(&self) -> Result<Vec<OrganizationId>, Error> {
        let names = files::list(&self.dir.join("organizations"))?;
        let of = |path: PathBuf| path.file_name().unwrap_or_default().to_string_lossy().parse().ok();
        Ok(names.into_iter().filter_map(of).collect())
    }
}
