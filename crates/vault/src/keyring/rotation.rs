//! Another root key, while everybody works: what it wraps is wrapped anew, and what lies below stays as it is (SEC-42).
//!
//! First the next key is written beside the one in use; then each key below is wrapped by it, one file after the other; last it
//! takes the other's name. Whoever reads in between tries both. A crash anywhere leaves a keyring that opens, and rotating again
//! finishes what was begun. A root key moves into a token, or to another keeper, the same way: the next one is there.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};

use exeunt_base::{OrganizationId, Secret, Timestamp};

use crate::crypt::{self, Key};
use crate::error::Error;
use crate::files;
use crate::keeper::Keeper;
use crate::keeper::token::Token;
use crate::keyring::record::{Record, Role};
use crate::keyring::root::{Root, RootKey};
use crate::keyring::{Keyring, recovery, standby};

fn current(dir: &Path) -> PathBuf {
    dir.join("root.key")
}

fn next(dir: &Path) -> PathBuf {
    dir.join("root.next.key")
}

fn installation(dir: &Path) -> PathBuf {
    dir.join("installation.key")
}

/// A root key of this version: from chance, or made in the token.
pub(super) fn make(keeper: &dyn Keeper, version: u128, chance: &Secret<[u8; 32]>) -> Result<Root, Error> {
    match keeper.token() {
        None => Ok(Root::held(version, crypt::part_of(chance, "root key"))),
        Some(token) => {
            token.make(version)?;
            Ok(Root::in_token(version, token))
        }
    }
}

/// The same after `old`. Where that is in a token, too, one that a crash left there, in no keyring, is taken: no other home has its
/// keys beside ours.
fn make_next(keeper: &dyn Keeper, old: &Root, chance: &Secret<[u8; 32]>) -> Result<Root, Error> {
    let version = old.version + 1;
    if let (RootKey::InToken(_), Some(token)) = (&old.key, keeper.token())
        && token.has(version)?
    {
        return Ok(Root::in_token(version, token));
    }
    make(keeper, version, chance)
}

/// What is written down of a root key: wrapped by the keeper, or something that only this key of the token opens.
pub(super) fn record_of(
    root: &Root,
    keeper: &dyn Keeper,
    from: i64,
    chance: &Secret<[u8; 32]>,
) -> Result<Record, Error> {
    let role = if matches!(root.key, RootKey::InToken(_)) { Role::Token } else { Role::Root };
    let mut record = Record::new(role);
    (record.id, record.from) = (root.version.to_be_bytes(), from);
    let salt = crypt::part_of(chance, "root wrap");
    record.wrapped = match &root.key {
        RootKey::Held(key) => keeper.wrap(key, &record.context(), &salt)?,
        RootKey::InToken(_) => root.wrap(&crypt::part_of(chance, "proof"), &record.context(), &salt)?,
    };
    Ok(record)
}

/// A root key from its file.
fn read(path: &Path, keeper: &dyn Keeper) -> Result<Option<Root>, Error> {
    let Some(record) = Record::read(path)? else { return Ok(None) };
    let version = u128::from_be_bytes(record.id);
    let named = |error| match error {
        Error::WrongKey { .. } => Error::WrongKey { what: format!("root key `{}`", path.display()) },
        other => other,
    };
    match (record.role, keeper.token()) {
        (Role::Token, Some(token)) => {
            token.unwrap(version, &record.wrapped, &record.context()).map_err(named)?;
            Ok(Some(Root::in_token(version, token)))
        }
        (Role::Token, None) => Err(Error::Unusable(
            "the root key of this home is in a token, and the settings name none: say which under `unseal: token:`",
        )),
        (_, Some(_)) => Err(Error::Unusable(
            "the settings name a token, and the root key of this home is not in it: `exeunt root-key move` takes one of its into \
             use",
        )),
        (_, None) => {
            let record = record.expect_role(path, Role::Root)?;
            let key = keeper.unwrap(&record.wrapped, &record.context()).map_err(named)?;
            Ok(Some(Root::held(version, key)))
        }
    }
}

/// The next root key, where it was begun with it.
pub(super) fn begun(dir: &Path, keeper: &dyn Keeper) -> Result<Option<Root>, Error> {
    read(&next(dir), keeper)
}

/// The root key in use, and the next one while it is being rotated.
pub(super) fn roots(dir: &Path, keeper: &dyn Keeper) -> Result<Vec<Root>, Error> {
    // the next one first: when the other took its name meanwhile, it is what is read then
    if let Some(begun) = Record::read(&next(dir))?
        && let Some(used) = Record::read(&current(dir))?
        && begun.role != used.role
    {
        return Err(Error::Unusable(
            "the root key is being moved into a token or out of it: finish that first, by the same command again",
        ));
    }
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
        return match roots.first() {
            Some(Root { key: RootKey::Held(first), .. }) => Ok(crypt::mac(b"", &[first.expose()])),
            _ => Err(Error::Missing { what: format!("key of the installation `{}`", path.display()) }),
        };
    };
    let record = record.expect_role(&path, Role::Installation)?;
    for root in roots {
        if let Some(seed) = root.unwrap(&record)? {
            return Ok(Key::new(*seed.expose()));
        }
    }
    Err(Error::WrongKey { what: String::from("key of the installation") })
}

/// Writes down what the installation's purpose keys hang on, wrapped by this root key.
pub(super) fn put_installation(
    dir: &Path,
    root: &Root,
    seed: &Key,
    chance: &Secret<[u8; 32]>,
) -> Result<(), Error> {
    let mut record = Record::new(Role::Installation);
    record.id = root.version.to_be_bytes();
    let salt = crypt::part_of(chance, "installation wrap");
    record.wrapped = root.wrap(&Secret::new(**seed), &record.context(), &salt)?;
    files::replace(&installation(dir), &record.to_bytes())
}

/// Refuses while a rotation is not finished.
pub(super) fn must_be_whole(dir: &Path) -> Result<(), Error> {
    if next(dir).exists() {
        return Err(Error::Unusable("the root key is being rotated: finish that first, by rotating again"));
    }
    Ok(())
}

/// Writes the root key in use down again, for another keeper.
pub(super) fn put_current(
    dir: &Path,
    root: &Root,
    keeper: &dyn Keeper,
    chance: &Secret<[u8; 32]>,
) -> Result<(), Error> {
    files::replace(&current(dir), &record_of(root, keeper, 0, chance)?.to_bytes())
}

impl Keyring {
    /// Which root key this is: 0 for the first.
    pub fn root_version(&self) -> u128 {
        self.root().version
    }

    /// The token that holds the root key; none where it is in memory.
    pub fn token(&self) -> Option<Arc<dyn Token>> {
        match self.root().key {
            RootKey::InToken(token) => Some(token),
            RootKey::Held(_) => None,
        }
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
        // somebody may have died over it: then everything below may be wrapped by that one already
        let new = self.next_root(found.get(1).cloned(), old, keeper, now, chance)?;
        // the old one stays in its token: backups of before hang on it
        self.adopt(old, None, &new, chance)?;
        Ok(new.version)
    }

    /// Takes another root key into use that is in a token, or at another keeper: `from` keeps the one in use. No other process may
    /// have the home open, for it would know neither. Cut short, the same again finishes it.
    pub fn move_root(
        dir: &Path,
        from: &dyn Keeper,
        to: &dyn Keeper,
        now: Timestamp,
        chance: &Secret<[u8; 32]>,
    ) -> Result<Self, Error> {
        let missing = || Error::Missing { what: format!("root key `{}`", current(dir).display()) };
        let used = Record::read(&current(dir))?.ok_or_else(missing)?;
        if used.role == Role::Token && to.token().is_some() && !next(dir).exists() {
            // it took the other's name already
            return Self::open(dir, to);
        }
        let old = read(&current(dir), from)?.ok_or_else(missing)?;
        let begun = read(&next(dir), to)?;
        let known: Vec<Root> = [old.clone()].into_iter().chain(begun.clone()).collect();
        let moved = Self::of(dir, None, known)?;
        let new = moved.next_root(begun, &old, to, now, chance)?;
        moved.adopt(&old, None, &new, chance)?;
        Self::open(dir, to)
    }

    /// The root key that follows, written down beside the one in use.
    pub(super) fn next_root(
        &self,
        begun: Option<Root>,
        old: &Root,
        keeper: &dyn Keeper,
        now: Timestamp,
        chance: &Secret<[u8; 32]>,
    ) -> Result<Root, Error> {
        if let Some(begun) = begun {
            return Ok(begun);
        }
        let chance = crypt::part_of(chance, "next root");
        let new = make_next(keeper, old, &chance)?;
        let record = record_of(&new, keeper, now.as_micros(), &chance)?;
        files::replace(&next(&self.dir), &record.to_bytes())?;
        Ok(new)
    }

    /// Wraps everything that hangs on the root key by the next one, which then takes the other's name. What the one in use opens no
    /// more, `standby` does.
    pub(super) fn adopt(
        &self,
        old: &Root,
        standby: Option<&Secret<[u8; 32]>>,
        new: &Root,
        chance: &Secret<[u8; 32]>,
    ) -> Result<(), Error> {
        put_installation(&self.dir, new, &self.seed, chance)?;
        for organization in self.organizations()? {
            let _alone = self.alone(organization)?;
            for path in [self.next_path(organization), self.organization_path(organization)] {
                self.wrap_anew((&path, organization), old, standby, new, chance)?;
            }
        }
        // whoever is coming back by shares needs them until the end
        if standby.is_none() {
            files::remove(&recovery::path(&self.dir))?;
        }
        files::rename(&next(&self.dir), &current(&self.dir))
            .map_err(|error| Error::io(String::from("taking the next root key into use"), error))?;
        files::sync_dir(&self.dir)?;
        *self.root.write().unwrap_or_else(PoisonError::into_inner) = new.clone();
        files::remove(&recovery::path(&self.dir))?;
        self.forget_standby(chance)
    }

    fn wrap_anew(
        &self,
        (path, organization): (&Path, OrganizationId),
        old: &Root,
        standby: Option<&Secret<[u8; 32]>>,
        new: &Root,
        chance: &Secret<[u8; 32]>,
    ) -> Result<(), Error> {
        // one whose key was destroyed has none
        let Some(record) = Record::read(path)? else { return Ok(()) };
        let mut record = record.expect_role(path, Role::Organization)?;
        if new.unwrap(&record)?.is_some() {
            return Ok(());
        }
        let key = match standby {
            Some(standby) => standby::of(&self.standby_path(organization, record.from), standby)?,
            None => old.unwrap(&record)?,
        };
        let key = key.ok_or_else(|| Error::WrongKey { what: format!("key of {organization}") })?;
        record.id = new.version.to_be_bytes();
        let salt = crypt::part_of(chance, &format!("wrap {} of {organization}", record.from));
        record.wrapped = new.wrap(&key, &record.context(), &salt)?;
        files::replace(path, &record.to_bytes())
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
