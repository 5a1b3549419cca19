//! Rotations, moves and recoveries that die anywhere: what hangs on the keys stays the same, and the same command finishes them.

use std::path::Path;
use std::sync::Arc;

use exeunt_base::{OrganizationId, Secret};

use super::{FAULT, Fault, NOW, at_every_place, chance, keyring, killed_at_every_place, organization, setup};
use crate::error::Error;
use crate::keeper::key_file::KeyFile;
use crate::keeper::token::{InToken, Token};
use crate::keyring::Keyring;

/// Everything that hangs on keys and must stay the same whatever is rotated.
#[derive(PartialEq)]
struct Below {
    ledgers: Vec<[u8; 32]>,
    logins: [u8; 32],
    epoch: [u8; 32],
}

fn below(keyring: &Keyring) -> Below {
    let all = keyring.organizations().expect("listed");
    let epochs = keyring.epochs(organization()).expect("listed");
    let key = keyring.epoch_key(organization(), epochs[0].epoch).expect("the epoch's key");
    Below {
        ledgers: all.iter().map(|id| *keyring.purpose_key(*id, "ledger").expect("key").expose()).collect(),
        logins: *keyring.installation_key("logins").expose(),
        epoch: *key.key.expose(),
    }
}

/// With a second organization and an epoch; what comes next is what may meet a fault.
fn prepared<T>(home: &Path, work: impl FnOnce(Keyring) -> Result<T, Error>) -> Result<T, Error> {
    FAULT.with(|fault| {
        let planned = fault.replace(Fault::Never);
        let keyring = keyring(home)?;
        keyring.add_organization(OrganizationId::from_bytes([2; 16]), &chance(4))?;
        keyring.epoch_for(organization(), NOW, 30, &chance(5))?;
        fault.set(planned);
        work(keyring)
    })
}

fn untouched() -> Below {
    let home = tempfile::tempdir().expect("a directory");
    setup(home.path());
    below(&prepared(home.path(), Ok).expect("prepared"))
}

#[test]
fn a_rotation_of_an_organizations_key_that_dies_anywhere_loses_no_epoch_and_can_be_finished() {
    let before = untouched();
    let work =
        |home: &Path| prepared(home, |keyring| keyring.rotate_organization(organization(), &chance(6)));
    at_every_place(work, |home, outcome| {
        let opened = keyring(home).expect("it opens");
        assert!(below(&opened) == before, "the keys below are others");
        // whoever works goes on, and what they make now lives through the rest of it
        let made = opened.epoch_for(organization(), NOW.plus_days(31), 30, &chance(7)).expect("an epoch");
        let version = opened.organization_version(organization()).expect("a version");
        let again = opened.rotate_organization(organization(), &chance(8)).expect("finished");
        // one that was begun is finished; a whole one is followed by the next
        assert!(again == version || outcome.is_ok() || again == version + 1);
        assert!(again == 1 || again == 2);
        let opened = keyring(home).expect("it opens");
        assert!(below(&opened) == before);
        opened.epoch_key(organization(), made.epoch).expect("made in between");
        let folder = home.join("organizations").join(organization().to_string());
        assert!(!folder.join("organization.next.key").exists());
        // shredding is what it was
        opened.destroy_organization(organization(), &chance(9)).expect("destroyed");
        assert!(matches!(opened.purpose_key(organization(), "ledger"), Err(Error::Missing { .. })));
        assert!(matches!(opened.rotate_organization(organization(), &chance(9)), Err(Error::Missing { .. })));
    });
}

/// A token whose keys are files, for trying what a keyring does with one. A real one is tried with the program.
#[derive(Debug)]
struct Drawer(std::path::PathBuf);

impl Drawer {
    fn of(home: &Path) -> InToken {
        InToken(Arc::new(Self(home.join("drawer"))))
    }

    fn key(&self, version: u128) -> Result<Secret<[u8; 32]>, Error> {
        let missing = || Error::Missing { what: String::from("key in the drawer") };
        let key = std::fs::read(self.0.join(version.to_string())).map_err(|_| missing())?;
        Ok(Secret::new(key.try_into().expect("32 bytes")))
    }
}

impl Token for Drawer {
    fn make(&self, version: u128) -> Result<(), Error> {
        if self.has(version)? {
            return Err(Error::Exists { what: String::from("a key in the drawer") });
        }
        std::fs::create_dir_all(&self.0).expect("made");
        std::fs::write(self.0.join(version.to_string()), [version as u8 + 40; 32]).expect("written");
        Ok(())
    }

    fn has(&self, version: u128) -> Result<bool, Error> {
        Ok(self.0.join(version.to_string()).exists())
    }

    fn wrap(
        &self,
        version: u128,
        key: &Secret<[u8; 32]>,
        context: &[u8],
        chance: &Secret<[u8; 32]>,
    ) -> Result<Vec<u8>, Error> {
        Ok(crate::crypt::wrap(&self.key(version)?, key, context, chance))
    }

    fn unwrap(&self, version: u128, wrapped: &[u8], context: &[u8]) -> Result<Secret<[u8; 32]>, Error> {
        let wrong = || Error::WrongKey { what: String::from("what the drawer guards") };
        crate::crypt::unwrap(&self.key(version)?, wrapped, context).ok_or_else(wrong)
    }

    fn destroy(&self, version: u128) -> Result<bool, Error> {
        Ok(std::fs::remove_file(self.0.join(version.to_string())).is_ok())
    }
}

fn move_in(home: &Path) -> Result<Keyring, Error> {
    let from = KeyFile::open(&home.join("unseal.key"))?;
    Keyring::move_root(home, &from, &Drawer::of(home), NOW, &chance(6))
}

#[test]
fn a_move_into_a_token_that_dies_anywhere_can_be_finished() {
    let before = untouched();
    let work = |home: &Path| prepared(home, |_| move_in(home).map(|_| ()));
    killed_at_every_place(work, |home, outcome| {
        // made there, and written down nowhere: only whoever made it knows whose it is
        let written = home.join("root.next.key").exists() || keyring(home).is_err();
        if !written && outcome.is_err() {
            Drawer::of(home).0.destroy(1).expect("destroyed");
        }
        let moved = move_in(home).expect("finished, or nothing is left to do");
        assert_eq!(moved.root_version(), 1);
        assert!(moved.token().is_some());
        assert!(below(&moved) == before);
        let error = keyring(home).expect_err("the key file opens it no more");
        assert!(error.to_string().contains("token"), "{error}");
    });
}

#[test]
fn a_rotation_in_a_token_that_dies_anywhere_can_be_finished() {
    let before = untouched();
    let work = |home: &Path| {
        prepared(home, |_| {
            let planned = FAULT.with(|fault| fault.replace(Fault::Never));
            let moved = move_in(home)?;
            FAULT.with(|fault| fault.set(planned));
            moved.rotate_root(&Drawer::of(home), NOW, &chance(7))
        })
    };
    killed_at_every_place(work, |home, _| {
        let opened = Keyring::open(home, &Drawer::of(home)).expect("it opens");
        assert!(below(&opened) == before);
        let version = opened.root_version();
        let again = opened.rotate_root(&Drawer::of(home), NOW, &chance(8)).expect("finished");
        assert_eq!(again, version + 1);
        assert!(below(&Keyring::open(home, &Drawer::of(home)).expect("opens")) == before);
    });
}

#[test]
fn shares_bring_a_home_back_whose_token_is_lost_wherever_that_dies() {
    let before = untouched();
    let third = OrganizationId::from_bytes([3; 16]);
    let lost = |home: &Path| -> Result<Vec<crate::shares::Share>, Error> {
        let moved = move_in(home)?;
        let shares = moved.make_shares(2, 3, NOW, &chance(7))?;
        moved.drill(&shares[..2], NOW, &chance(8))?;
        // what came after the shares were made is brought back as well
        moved.add_organization(third, &chance(9))?;
        moved.rotate_organization(organization(), &chance(10))?;
        moved.drill(&shares[1..], NOW, &chance(11))?;
        std::fs::remove_dir_all(home.join("drawer")).expect("lost");
        Ok(shares)
    };
    let other = |home: &Path| {
        let path = home.join("other.key");
        if path.exists() { KeyFile::open(&path) } else { KeyFile::create(&path, &chance(12)) }
    };
    let work = |home: &Path| {
        prepared(home, |_| {
            let planned = FAULT.with(|fault| fault.replace(Fault::Never));
            let shares = lost(home)?;
            let keeper = other(home)?;
            FAULT.with(|fault| fault.set(planned));
            Keyring::recover(home, &shares[..2])?.hand_over(&keeper, NOW, &chance(13))
        })
    };
    killed_at_every_place(work, |home, _| {
        let keeper = other(home).expect("keeper");
        let opened = match Keyring::open(home, &keeper) {
            Ok(opened) => opened,
            Err(_) => {
                let shares = again(&chance(7));
                let recovered = Keyring::recover(home, &shares[..2]).expect("the shares still count");
                recovered.hand_over(&keeper, NOW, &chance(14)).expect("finished");
                Keyring::open(home, &keeper).expect("opens")
            }
        };
        assert!(opened.token().is_none());
        opened.purpose_key(third, "ledger").expect("added after the shares");
        let all = below(&opened);
        assert!(all.epoch == before.epoch && all.logins == before.logins);
        assert!(all.ledgers.starts_with(&before.ledgers));
    });
}

/// The shares that this chance makes.
fn again(chance: &Secret<[u8; 32]>) -> Vec<crate::shares::Share> {
    let by = crate::crypt::part_of(chance, "recovery key");
    crate::shares::split(&by, 2, 3, &crate::crypt::part_of(chance, "shares")).expect("split")
}

#[test]
fn shares_bring_a_home_into_a_token_from_a_lost_key_file_and_from_a_lost_token() {
    let before = untouched();
    let home = tempfile::tempdir().expect("a directory");
    setup(home.path());
    let keyring = prepared(home.path(), Ok).expect("prepared");
    let shares = keyring.make_shares(2, 3, NOW, &chance(7)).expect("shares");
    std::fs::remove_file(home.path().join("unseal.key")).expect("lost");
    let token = Drawer::of(home.path());
    let recovered = Keyring::recover(home.path(), &shares[..2]).expect("recovered");
    recovered.hand_over(&token, NOW, &chance(8)).expect("handed over");
    let first = Keyring::open(home.path(), &token).expect("opens");
    assert!(below(&first) == before && first.token().is_some());
    assert!(first.recovery().expect("read").is_none(), "the shares were of a key that is no more");

    // the token dies in the middle of a rotation, and another one takes its place
    let shares = first.make_shares(2, 3, NOW, &chance(9)).expect("shares");
    let root = std::fs::read(home.path().join("root.key")).expect("read");
    std::fs::write(home.path().join("root.next.key"), root).expect("a rotation that was begun");
    std::fs::remove_dir_all(home.path().join("drawer")).expect("lost");
    let other = InToken(Arc::new(Drawer(home.path().join("another drawer"))));
    let recovered = Keyring::recover(home.path(), &shares[1..]).expect("recovered");
    recovered.hand_over(&other, NOW, &chance(10)).expect("handed over");
    assert!(below(&Keyring::open(home.path(), &other).expect("opens")) == before);
}
