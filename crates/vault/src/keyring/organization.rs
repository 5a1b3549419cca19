//! An organization's key: read when it is asked for, and rotated while everybody works (SEC-42).
//!
//! As with the root key, the next one is written beside the one in use, what hangs on it is wrapped by it, one file after the
//! other, and last it takes the other's name. Whoever reads in between tries both; whoever makes an epoch wraps its key by the next
//! one as soon as there is one. A crash anywhere leaves keys that open, and rotating again finishes what was begun. Keys of epochs
//! stay the same, so nothing is encrypted anew; a key that was destroyed is never written again, for whoever wraps anew and
//! whoever destroys take turns.

use std::path::Path;

use exeunt_base::{OrganizationId, Secret};

use crate::crypt::{self, Key};
use crate::error::Error;
use crate::files;
use crate::keyring::Keyring;
use crate::keyring::record::{Record, Role};

/// An organization's key, and which one it is: 0 for the first.
pub(crate) struct OrganizationKey {
    pub(crate) version: i64,
    pub(crate) key: Secret<[u8; 32]>,
}

impl Keyring {
    /// Which key of its own an organization uses: 0 for the first.
    pub fn organization_version(&self, organization: OrganizationId) -> Result<i64, Error> {
        Ok(self.newest(organization)?.version)
    }

    /// Takes another key of the organization into use, or finishes doing so; tells which one it is now. One process at a time: the
    /// caller holds whatever keeps others from it, and from rotating the root key.
    pub fn rotate_organization(
        &self,
        organization: OrganizationId,
        chance: &Secret<[u8; 32]>,
    ) -> Result<i64, Error> {
        let seed = self.purposes(organization)?;
        let new = self.begin(organization, chance)?;
        let mut record = Record::new(Role::Purposes);
        (record.organization, record.from) = (organization.to_bytes(), new.version);
        let salt = crypt::part_of(chance, "purposes wrap");
        record.wrapped = crypt::wrap(&new.key, &Secret::new(*seed), &record.context(), &salt);
        {
            let _alone = self.alone(organization)?;
            self.must_be_there(organization)?;
            files::replace(&self.purposes_path(organization), &record.to_bytes())?;
        }
        let keys = self.organization_keys(organization)?;
        for path in self.epoch_paths(organization)? {
            // a purge that wants to destroy it waits no longer than this one takes
            let _alone = self.alone(organization)?;
            wrap_epoch_anew(&path, &keys, &new, chance)?;
        }
        let _alone = self.alone(organization)?;
        self.must_be_there(organization)?;
        files::rename(&self.next_path(organization), &self.organization_path(organization))
            .map_err(|error| Error::io(format!("taking the next key of {organization} into use"), error))?;
        files::sync_dir(&self.organization_dir(organization))?;
        // shares need not bring back what opens nothing any more
        for version in (0..new.version).rev().map_while(|version| {
            let path = self.standby_path(organization, version);
            path.exists().then_some(path)
        }) {
            files::destroy(&version, crypt::part_of(chance, "noise").expose())?;
        }
        Ok(new.version)
    }

    /// The next key: the one that was begun with, or a new one.
    fn begin(
        &self,
        organization: OrganizationId,
        chance: &Secret<[u8; 32]>,
    ) -> Result<OrganizationKey, Error> {
        let _alone = self.alone(organization)?;
        self.must_be_there(organization)?;
        let path = self.next_path(organization);
        if let Some(begun) = self.read_organization(organization, &path)? {
            return Ok(begun);
        }
        let version = self.newest(organization)?.version + 1;
        let key = crypt::part_of(chance, "next organization key");
        let root = self.look_again()?.pop().unwrap_or_else(|| self.root());
        let mut record = Record::new(Role::Organization);
        (record.organization, record.from) = (organization.to_bytes(), version);
        record.id = root.version.to_be_bytes();
        let salt = crypt::part_of(chance, "next organization wrap");
        record.wrapped = root.wrap(&key, &record.context(), &salt)?;
        // what shares bring back must open what this one will wrap, before anything is
        self.stand_by(&root, &record, &key, chance)?;
        files::replace(&path, &record.to_bytes())?;
        Ok(OrganizationKey { version, key })
    }

    /// Refuses once the organization's key was destroyed: nothing may be written for it then.
    fn must_be_there(&self, organization: OrganizationId) -> Result<(), Error> {
        if self.organization_path(organization).exists() { Ok(()) } else { Err(missing(organization)) }
    }

    /// The key that new keys of the organization are wrapped by.
    pub(crate) fn newest(&self, organization: OrganizationId) -> Result<OrganizationKey, Error> {
        self.organization_keys(organization)?.into_iter().next().ok_or_else(|| missing(organization))
    }

    /// The organization's key, after the next one while it is being rotated.
    pub(crate) fn organization_keys(
        &self,
        organization: OrganizationId,
    ) -> Result<Vec<OrganizationKey>, Error> {
        // the next one first: when it took the other's name meanwhile, it is what is read then
        let next = self.read_organization(organization, &self.next_path(organization))?;
        let current = self
            .read_organization(organization, &self.organization_path(organization))?
            .ok_or_else(|| missing(organization))?;
        Ok(next.into_iter().chain([current]).collect())
    }

    fn read_organization(
        &self,
        organization: OrganizationId,
        path: &Path,
    ) -> Result<Option<OrganizationKey>, Error> {
        // another process may be rotating the root key: what was read a moment ago may be of another moment than what opens it
        for _ in 0..3 {
            let Some(record) = Record::read(path)? else { return Ok(None) };
            let record = record.expect_role(path, Role::Organization)?;
            if record.organization != organization.to_bytes() {
                return Err(Error::Damaged {
                    what: format!("key of {organization}"),
                    why: "it is another organization's",
                });
            }
            if let Some(key) = self.open_by_root(&record)? {
                return Ok(Some(OrganizationKey { version: record.from, key }));
            }
        }
        Err(Error::WrongKey { what: format!("key of {organization}") })
    }

    /// Opens what a root key wraps: the one known, or those that are there now.
    pub(crate) fn open_by_root(&self, record: &Record) -> Result<Option<Secret<[u8; 32]>>, Error> {
        if let Some(key) = self.root().unwrap(record)? {
            return Ok(Some(key));
        }
        for root in self.look_again()? {
            if let Some(key) = root.unwrap(record)? {
                return Ok(Some(key));
            }
        }
        Ok(None)
    }

    /// What the organization's purpose keys hang on: kept since the first rotation, before it what is extracted from its key.
    pub(crate) fn purposes(&self, organization: OrganizationId) -> Result<Key, Error> {
        let path = self.purposes_path(organization);
        // as above: somebody may be rotating
        for _ in 0..3 {
            let record = Record::read(&path)?;
            let keys = self.organization_keys(organization)?;
            let Some(record) = record else {
                match keys.iter().find(|key| key.version == 0) {
                    Some(first) => return Ok(crypt::mac(b"", &[first.key.expose()])),
                    None => continue,
                }
            };
            let record = record.expect_role(&path, Role::Purposes)?;
            if record.organization != organization.to_bytes() {
                break;
            }
            let open = |by: &OrganizationKey| crypt::unwrap(&by.key, &record.wrapped, &record.context());
            if let Some(seed) = keys.iter().find_map(open) {
                return Ok(Key::new(*seed.expose()));
            }
        }
        Err(Error::WrongKey { what: format!("purpose keys of {organization}") })
    }
}

fn wrap_epoch_anew(
    path: &Path,
    keys: &[OrganizationKey],
    new: &OrganizationKey,
    chance: &Secret<[u8; 32]>,
) -> Result<(), Error> {
    let mut record = match Record::read(path) {
        Ok(Some(record)) => record,
        // one that was destroyed meanwhile stays so; a damaged one opens for nobody, and is reported when somebody needs it
        Ok(None) | Err(Error::Damaged { .. } | Error::Truncated { .. }) => return Ok(()),
        Err(error) => return Err(error),
    };
    let open = |by: &OrganizationKey| crypt::unwrap(&by.key, &record.wrapped, &record.context());
    if open(new).is_some() {
        return Ok(());
    }
    let Some(key) = keys.iter().find_map(open) else { return Ok(()) };
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let salt = crypt::part_of(chance, &format!("wrap of {name}"));
    record.wrapped = crypt::wrap(&new.key, &key, &record.context(), &salt);
    files::replace(path, &record.to_bytes())
}

pub(crate) fn missing(organization: OrganizationId) -> Error {
    Error::Missing { what: format!("key for {organization} in the key directory") }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::sync::atomic::{AtomicBool, Ordering};

    use exeunt_base::{OrganizationId, Secret, Timestamp};

    use crate::error::Error;
    use crate::keeper::key_file::KeyFile;
    use crate::keyring::Keyring;

    const NOW: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

    fn chance(byte: u8) -> Secret<[u8; 32]> {
        Secret::new([byte; 32])
    }

    fn numbered(of: u8, number: u32) -> Secret<[u8; 32]> {
        let mut bytes = [of; 32];
        bytes[..4].copy_from_slice(&number.to_le_bytes());
        Secret::new(bytes)
    }

    #[test]
    fn a_rotated_key_opens_what_the_former_one_wrapped_and_the_former_one_opens_nothing_new() {
        let home = tempfile::tempdir().expect("a directory");
        let id = OrganizationId::from_bytes([1; 16]);
        let keeper = KeyFile::create(&home.path().join("unseal.key"), &chance(1)).expect("keeper");
        let keyring = Keyring::create(home.path(), &keeper, &chance(2)).expect("keyring");
        keyring.add_organization(id, &chance(3)).expect("added");
        let working = Keyring::open(home.path(), &keeper).expect("another process");
        let ledger = *working.purpose_key(id, "ledger").expect("key").expose();
        let epoch = working.epoch_for(id, NOW, 30, &chance(4)).expect("an epoch");
        let file = home.path().join("organizations").join(id.to_string()).join("organization.key");
        let before = fs::read(&file).expect("read");

        for version in 1..4 {
            let chance = numbered(5, version);
            let now = keyring.rotate_organization(id, &chance).expect("rotated");
            assert_eq!(now, i64::from(version));
            assert_eq!(working.organization_version(id).expect("seen"), now);
        }
        keyring.rotate_root(&keeper, NOW, &chance(6)).expect("the root key, too");
        assert_eq!(working.purpose_key(id, "ledger").expect("steady").expose(), &ledger);
        let opened = working.epoch_key(id, epoch.epoch()).expect("opens");
        assert_eq!(opened.key.expose(), epoch.key.expose());

        // whoever kept the first key has nothing that opens what is there now
        fs::write(&file, before).expect("put back");
        assert!(matches!(working.epoch_key(id, epoch.epoch()), Err(Error::WrongKey { .. })));
        assert!(matches!(working.purpose_key(id, "ledger"), Err(Error::WrongKey { .. })));
    }

    #[test]
    fn rotations_under_load_disturb_nobody_lose_no_epoch_and_bring_none_back() {
        let home = tempfile::tempdir().expect("a directory");
        let id = OrganizationId::from_bytes([1; 16]);
        let keeper = KeyFile::create(&home.path().join("unseal.key"), &chance(1)).expect("keeper");
        let rotating = Keyring::create(home.path(), &keeper, &chance(2)).expect("keyring");
        rotating.add_organization(id, &chance(3)).expect("added");
        let ledger = *rotating.purpose_key(id, "ledger").expect("key").expose();
        let done = AtomicBool::new(false);
        let work = |of: u8| {
            let keyring = Keyring::open(home.path(), &keeper).expect("another process");
            let (mut kept, mut destroyed) = (Vec::new(), BTreeSet::new());
            let mut round = 0u32;
            while !done.load(Ordering::Relaxed) {
                let now = NOW.plus_days(i64::from(round) * 100 + i64::from(of));
                let epoch = keyring.epoch_for(id, now, 1, &numbered(of, round)).expect("an epoch");
                assert_eq!(keyring.purpose_key(id, "ledger").expect("key").expose(), &ledger);
                keyring.epoch_key(id, epoch.epoch()).expect("opens while it is rotated");
                if round.is_multiple_of(2) {
                    keyring.destroy_epoch(id, epoch.epoch(), &numbered(of, round)).expect("destroyed");
                    destroyed.insert(epoch.epoch());
                } else {
                    kept.push(epoch);
                }
                round += 1;
            }
            (kept, destroyed)
        };
        let (first, second) = std::thread::scope(|scope| {
            let workers = [scope.spawn(|| work(10)), scope.spawn(|| work(20))];
            for round in 0..15 {
                rotating.rotate_organization(id, &numbered(30, round)).expect("rotated");
                if round.is_multiple_of(5) {
                    rotating.rotate_root(&keeper, NOW, &numbered(40, round)).expect("rotated");
                }
            }
            done.store(true, Ordering::Relaxed);
            let [first, second] = workers.map(|worker| worker.join().expect("it worked"));
            (first, second)
        });
        let opened = Keyring::open(home.path(), &keeper).expect("opened");
        assert_eq!(opened.organization_version(id).expect("a version"), 15);
        for (kept, destroyed) in [first, second] {
            for epoch in kept {
                let found = opened.epoch_key(id, epoch.epoch()).expect("nothing was lost");
                assert_eq!(found.key.expose(), epoch.key.expose());
            }
            for epoch in destroyed {
                assert!(matches!(opened.epoch_key(id, epoch), Err(Error::MissingEpoch { .. })));
            }
        }
    }
}
