//! Keys that live for a stretch of time and then die as one: when the last window of an epoch has ended, its key is
//! destroyed and no backup of the control database can bring anybody back.

use std::fmt;
use std::path::PathBuf;

use exeunt_base::{EpochId, OrganizationId, Secret, Timestamp};

use crate::crypt;
use crate::error::Error;
use crate::files;
use crate::keyring::Keyring;
use crate::keyring::organization::OrganizationKey;
use crate::keyring::record::{Record, Role};

/// An epoch's key, lent for sealing or opening. Drop it soon: while it is in memory, destroying the file is not enough.
#[derive(Clone)]
pub struct EpochKey {
    pub(crate) organization: OrganizationId,
    pub(crate) epoch: EpochId,
    pub(crate) key: Secret<[u8; 32]>,
}

impl EpochKey {
    /// Which epoch it is.
    pub fn epoch(&self) -> EpochId {
        self.epoch
    }

    /// Whose it is.
    pub fn organization(&self) -> OrganizationId {
        self.organization
    }
}

impl fmt::Debug for EpochKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EpochKey({})", self.epoch)
    }
}

/// An epoch whose key still exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EpochInfo {
    /// Which.
    pub epoch: EpochId,
    /// Sealing into it began here.
    pub from: Timestamp,
    /// Sealing into it ends before this; its key may die when the last window of what was sealed has ended.
    pub until: Timestamp,
}

impl Keyring {
    /// The key to seal with now: that of the epoch `now` lies in, or a new one of `days` days. Two processes may make
    /// one each at the same moment; both are good, and both are listed by [`epochs`](Self::epochs).
    pub fn epoch_for(
        &self,
        organization: OrganizationId,
        now: Timestamp,
        days: u32,
        chance: &Secret<[u8; 32]>,
    ) -> Result<EpochKey, Error> {
        let keys = self.organization_keys(organization)?;
        for path in self.epoch_paths(organization)? {
            // a damaged epoch cannot be sealed into; it is reported when somebody needs it, and must not stop the work
            let Ok(Some(record)) = Record::read(&path) else { continue };
            let info = info(&record);
            let is_current =
                info.from <= now && now < info.until && path == self.epoch_path(organization, info.epoch);
            if is_current && let Ok(key) = unwrap(&keys, organization, info.epoch, &record) {
                return Ok(key);
            }
        }
        // whoever rotates must not end between our reading the key and our writing what it wraps
        let _alone = self.alone(organization)?;
        let by = self.newest(organization)?.key;
        let [a, b, c, d, e, f, g, h, i, j, ..] = *crypt::part_of(chance, "epoch id").expose();
        let epoch = EpochId::new(now, [a, b, c, d, e, f, g, h, i, j]);
        let key = crypt::part_of(chance, "epoch key");
        let mut record = Record::new(Role::Epoch);
        record.organization = organization.to_bytes();
        record.id = epoch.to_bytes();
        record.from = now.as_micros();
        record.until = now.plus_days(i64::from(days.max(1))).as_micros();
        record.wrapped = crypt::wrap(&by, &key, &record.context(), &crypt::part_of(chance, "epoch wrap"));
        // a home that was made from a backup has none yet
        files::make_dir(&self.epochs_dir(organization))?;
        if !files::write_once(&self.epoch_path(organization, epoch), &record.to_bytes())? {
            return Err(Error::Exists { what: format!("a key of {epoch}: the same chance was used twice") });
        }
        Ok(EpochKey { organization, epoch, key })
    }

    /// The key to open with. [`Error::MissingEpoch`] once it is destroyed.
    pub fn epoch_key(&self, organization: OrganizationId, epoch: EpochId) -> Result<EpochKey, Error> {
        let path = self.epoch_path(organization, epoch);
        let mut attempts = 3;
        loop {
            let record =
                Record::read(&path)?.ok_or(Error::MissingEpoch { epoch })?.expect_role(&path, Role::Epoch)?;
            attempts -= 1;
            match unwrap(&self.organization_keys(organization)?, organization, epoch, &record) {
                // somebody rotated the organization's key between our two reads
                Err(Error::WrongKey { .. }) if attempts > 0 => {}
                done => return done,
            }
        }
    }

    /// The organization's epochs whose keys exist, oldest first.
    pub fn epochs(&self, organization: OrganizationId) -> Result<Vec<EpochInfo>, Error> {
        let read = |path: PathBuf| Record::read(&path).transpose();
        let mut found = self
            .epoch_paths(organization)?
            .into_iter()
            .filter_map(read)
            .map(|record| record.map(|record| info(&record)))
            .collect::<Result<Vec<_>, _>>()?;
        found.sort_by_key(|info| (info.from, info.epoch));
        Ok(found)
    }

    /// Destroys an epoch's key: overwritten, overwritten again, taken away, each on the disk before the next. False when
    /// it was gone already. What else may hold a copy is said by [`Statement`](crate::Statement).
    pub fn destroy_epoch(
        &self,
        organization: OrganizationId,
        epoch: EpochId,
        chance: &Secret<[u8; 32]>,
    ) -> Result<bool, Error> {
        if !self.epochs_dir(organization).exists() {
            return Ok(false);
        }
        // whoever is wrapping it anew must not write it again afterwards
        let _alone = self.alone(organization)?;
        files::destroy(&self.epoch_path(organization, epoch), crypt::part_of(chance, "noise").expose())
    }

    fn epoch_path(&self, organization: OrganizationId, epoch: EpochId) -> PathBuf {
        self.epochs_dir(organization).join(format!("{epoch}.key"))
    }

    pub(super) fn epoch_paths(&self, organization: OrganizationId) -> Result<Vec<PathBuf>, Error> {
        let is_key = |path: &PathBuf| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.strip_suffix(".key").is_some_and(|name| name.parse::<EpochId>().is_ok())
        };
        Ok(files::list(&self.epochs_dir(organization))?.into_iter().filter(is_key).collect())
    }
}

fn info(record: &Record) -> EpochInfo {
    EpochInfo {
        epoch: EpochId::from_bytes(record.id),
        from: Timestamp::from_micros(record.from),
        until: Timestamp::from_micros(record.until),
    }
}

fn unwrap(
    by: &[OrganizationKey],
    organization: OrganizationId,
    epoch: EpochId,
    record: &Record,
) -> Result<EpochKey, Error> {
    let ours = record.role == Role::Epoch
        && record.organization == organization.to_bytes()
        && record.id == epoch.to_bytes();
    if !ours {
        return Err(Error::Damaged {
            what: format!("key of {epoch}"),
            why: "it is the key of something else",
        });
    }
    let open = |by: &OrganizationKey| crypt::unwrap(&by.key, &record.wrapped, &record.context());
    let key = by.iter().find_map(open).ok_or_else(|| Error::WrongKey { what: format!("key of {epoch}") })?;
    Ok(EpochKey { organization, epoch, key })
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

    fn organization(byte: u8) -> OrganizationId {
        OrganizationId::from_bytes([byte; 16])
    }

    fn keyring() -> (tempfile::TempDir, Keyring) {
        let home = tempfile::tempdir().expect("a directory");
        let keeper = KeyFile::create(&home.path().join("unseal.key"), &chance(1)).expect("keeper");
        let keyring = Keyring::create(home.path(), &keeper, &chance(2)).expect("keyring");
        keyring.add_organization(organization(1), &chance(3)).expect("added");
        keyring.add_organization(organization(2), &chance(4)).expect("added");
        (home, keyring)
    }

    #[test]
    fn an_epoch_lasts_its_days_and_then_a_new_one_begins() {
        let (_home, keyring) = keyring();
        let first = keyring.epoch_for(organization(1), NOW, 30, &chance(5)).expect("made");
        let same = keyring.epoch_for(organization(1), NOW.plus_days(29), 30, &chance(6)).expect("found");
        assert_eq!(same.epoch, first.epoch);
        assert_eq!(same.key.expose(), first.key.expose());
        let next = keyring.epoch_for(organization(1), NOW.plus_days(30), 30, &chance(7)).expect("made");
        assert_ne!(next.epoch, first.epoch);
        assert_ne!(next.key.expose(), first.key.expose());
        let other = keyring.epoch_for(organization(2), NOW, 30, &chance(8)).expect("made");
        assert_ne!(other.epoch, first.epoch);
        let listed: Vec<_> =
            keyring.epochs(organization(1)).expect("listed").iter().map(|info| info.epoch).collect();
        assert_eq!(listed, [first.epoch, next.epoch]);
        let opened = keyring.epoch_key(organization(1), first.epoch).expect("opened");
        assert_eq!(opened.key.expose(), first.key.expose());
        assert_eq!(format!("{opened:?}"), format!("EpochKey({})", first.epoch));
    }

    #[test]
    fn a_destroyed_epoch_is_gone_with_every_half_made_copy() {
        let (_home, keyring) = keyring();
        let made = keyring.epoch_for(organization(1), NOW, 30, &chance(5)).expect("made");
        let path = keyring.epoch_path(organization(1), made.epoch);
        let leftover = path.with_file_name(format!(".{}.key.77-0.tmp", made.epoch));
        fs::copy(&path, &leftover).expect("copied");
        // a second name of the same bytes shows that they were overwritten, not only unlinked
        let witness = path.with_file_name("witness");
        fs::hard_link(&path, &witness).expect("linked");
        assert!(keyring.destroy_epoch(organization(1), made.epoch, &chance(6)).expect("destroyed"));
        assert!(!path.exists());
        assert!(!leftover.exists());
        assert!(fs::read(&witness).expect("read").iter().all(|byte| *byte == 0));
        assert!(!keyring.destroy_epoch(organization(1), made.epoch, &chance(6)).expect("nothing left"));
        assert!(matches!(keyring.epoch_key(organization(1), made.epoch), Err(Error::MissingEpoch { .. })));
        assert_ne!(
            keyring.epoch_for(organization(1), NOW, 30, &chance(7)).expect("a new one").epoch,
            made.epoch
        );
    }

    #[test]
    fn an_epoch_key_opens_for_its_organization_alone() {
        let (_home, keyring) = keyring();
        let made = keyring.epoch_for(organization(1), NOW, 30, &chance(5)).expect("made");
        assert!(matches!(keyring.epoch_key(organization(2), made.epoch), Err(Error::MissingEpoch { .. })));
        fs::copy(
            keyring.epoch_path(organization(1), made.epoch),
            keyring.epoch_path(organization(2), made.epoch),
        )
        .expect("copied");
        assert!(matches!(keyring.epoch_key(organization(2), made.epoch), Err(Error::Damaged { .. })));
        let before = keyring.epochs(organization(2)).expect("listed").len();
        keyring
            .epoch_for(organization(2), NOW, 30, &chance(9))
            .expect("a stranger's file does not stop the work");
        assert_eq!(keyring.epochs(organization(2)).expect("listed").len(), before + 1);
    }
}
