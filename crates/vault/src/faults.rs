//! Tests that make the n-th file operation fail, for every n until nothing fails any more.

mod rotations;

use std::cell::Cell;
use std::io;
use std::path::Path;

use exeunt_base::{BatchId, BlobId, FaultKind, JobId, OrganizationId, RequestId, Secret, Timestamp};

use crate::blob::{BlobMeta, Claims, Content, Salt, SegmentMeta};
use crate::error::Error;
use crate::keeper::key_file::KeyFile;
use crate::keyring::Keyring;
use crate::keyring::epochs::EpochKey;
use crate::shelf::Shelf;

thread_local! {
    static FAULT: Cell<Fault> = const { Cell::new(Fault::Never) };
}

#[derive(Clone, Copy, PartialEq)]
enum Fault {
    Never,
    /// The n-th operation from now fails, the ones after it work.
    Once(u32),
    /// The n-th operation and all after it fail.
    From(u32),
}

pub(crate) fn trip() -> io::Result<()> {
    let (fails, next) = match FAULT.get() {
        Fault::Never => (false, Fault::Never),
        Fault::Once(0) => (true, Fault::Never),
        Fault::Once(left) => (false, Fault::Once(left - 1)),
        Fault::From(0) => (true, Fault::From(0)),
        Fault::From(left) => (false, Fault::From(left - 1)),
    };
    FAULT.set(next);
    if fails { Err(io::ErrorKind::StorageFull.into()) } else { Ok(()) }
}

/// Runs `work` with a fault at every place until it succeeds without meeting one; `after` sees each outcome.
fn at_every_place<T>(work: impl Fn(&Path) -> Result<T, Error>, after: impl Fn(&Path, Result<T, Error>)) {
    with_each(&[Fault::Once, Fault::From], work, after);
}

/// The same where nothing works any more after the first fault, as when a process is killed.
fn killed_at_every_place<T>(
    work: impl Fn(&Path) -> Result<T, Error>,
    after: impl Fn(&Path, Result<T, Error>),
) {
    with_each(&[Fault::From], work, after);
}

fn with_each<T>(
    kinds: &[fn(u32) -> Fault],
    work: impl Fn(&Path) -> Result<T, Error>,
    after: impl Fn(&Path, Result<T, Error>),
) {
    for kind in kinds {
        for place in 0.. {
            let home = tempfile::tempdir().expect("a directory");
            FAULT.set(Fault::Never);
            setup(home.path());
            FAULT.set(kind(place));
            let outcome = work(home.path());
            let met = match FAULT.replace(Fault::Never) {
                Fault::Never => true,
                Fault::From(left) => left == 0,
                Fault::Once(_) => false,
            };
            let failed = outcome.is_err();
            after(home.path(), outcome);
            if !met {
                assert!(!failed, "place {place}: failed without a fault");
                assert!(place > 3, "only {place} operations were tried");
                break;
            }
        }
    }
}

const NOW: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

fn chance(byte: u8) -> Secret<[u8; 32]> {
    Secret::new([byte; 32])
}

fn organization() -> OrganizationId {
    OrganizationId::from_bytes([1; 16])
}

fn setup(home: &Path) {
    let keeper = KeyFile::create(&home.join("unseal.key"), &chance(1)).expect("keeper");
    Keyring::create(home, &keeper, &chance(2))
        .expect("keyring")
        .add_organization(organization(), &chance(3))
        .expect("added");
}

fn keyring(home: &Path) -> Result<Keyring, Error> {
    Keyring::open(home, &KeyFile::open(&home.join("unseal.key"))?)
}

fn seal(home: &Path, key: &EpochKey, byte: u8) -> Result<(), Error> {
    let mut writer = Shelf::open(&home.join("shelf"))?.begin(&meta(key), key, &chance(byte))?;
    let salt = Salt::new([5; 32]);
    let claimants = [(RequestId::from_bytes([6; 16]), &salt)];
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    };
    let noise: Vec<u8> = (0..60_000).map(|_| next()).collect();
    for _ in 0..20 {
        let segment = SegmentMeta {
            model: "shop.orders",
            content: Content::Deleted,
            columns: b"id",
            rows: 1,
            claims: Claims::All,
            claimants: &claimants,
        };
        // bytes that do not shrink, so that several writes are needed
        let plain = [&[byte], noise.as_slice()].concat();
        writer.push(&segment, &plain)?;
    }
    writer.finish().map(|_| ())
}

fn meta(key: &EpochKey) -> BlobMeta {
    BlobMeta {
        blob: BlobId::from_bytes([7; 16]),
        organization: organization(),
        job: JobId::from_bytes([8; 16]),
        batch: BatchId::from_bytes([9; 16]),
        epoch: key.epoch,
    }
}

fn first_byte(home: &Path, key: &EpochKey) -> Option<u8> {
    let shelf = Shelf::open(&home.join("shelf")).expect("shelf");
    let blob = match shelf.take(meta(key).blob) {
        Ok(blob) => blob,
        Err(Error::Missing { .. }) => return None,
        Err(other) => panic!("a blob under its final name is whole: {other}"),
    };
    assert_eq!(blob.segments().len(), 20);
    let opened = blob.open_segment(19, key, &|_| Some(Salt::new([5; 32]))).expect("opens");
    Some(opened[0])
}

#[test]
fn a_blob_is_whole_or_not_there_wherever_writing_fails() {
    let work = |home: &Path| {
        let key = keyring(home)?.epoch_for(organization(), NOW, 30, &chance(4))?;
        seal(home, &key, 1)
    };
    at_every_place(work, |home, outcome| {
        let key =
            keyring(home).expect("keyring").epoch_for(organization(), NOW, 30, &chance(5)).expect("an epoch");
        let shelf = Shelf::open(&home.join("shelf")).expect("shelf");
        match outcome {
            Ok(()) => assert_eq!(first_byte(home, &key), Some(1)),
            Err(error) => {
                assert_eq!(error.kind(), FaultKind::Full, "{error}");
                first_byte(home, &key);
            }
        }
        assert_eq!(shelf.parts().expect("listed"), [], "nothing half written is left");
        match first_byte(home, &key) {
            // the fault came when it was there already: nobody overwrites it
            Some(1) => assert!(matches!(seal(home, &key, 2), Err(Error::Exists { .. }))),
            _ => {
                seal(home, &key, 2).expect("sealing again works");
                assert_eq!(first_byte(home, &key), Some(2));
            }
        }
    });
}

#[test]
fn sealing_again_never_touches_the_blob_that_is_there() {
    let work = |home: &Path| {
        FAULT.with(|fault| {
            let planned = fault.replace(Fault::Never);
            let key = keyring(home)?.epoch_for(organization(), NOW, 30, &chance(4))?;
            seal(home, &key, 1)?;
            fault.set(planned);
            match seal(home, &key, 2) {
                Err(Error::Exists { .. }) => Ok(()),
                Ok(()) => panic!("it was overwritten"),
                other => other,
            }
        })
    };
    at_every_place(work, |home, _| {
        let key =
            keyring(home).expect("keyring").epoch_for(organization(), NOW, 30, &chance(5)).expect("an epoch");
        assert_eq!(first_byte(home, &key), Some(1));
    });
}

#[test]
fn keys_are_whole_or_not_there_and_destruction_can_be_finished() {
    let work = |home: &Path| {
        let keyring = keyring(home)?;
        keyring.add_organization(OrganizationId::from_bytes([2; 16]), &chance(4))?;
        let key = keyring.epoch_for(organization(), NOW, 30, &chance(5))?;
        keyring.destroy_epoch(organization(), key.epoch, &chance(6))?;
        Ok(key.epoch)
    };
    at_every_place(work, |home, outcome| {
        let keyring = keyring(home).expect("keyring");
        keyring.add_organization(OrganizationId::from_bytes([2; 16]), &chance(7)).expect("added");
        keyring.purpose_key(OrganizationId::from_bytes([2; 16]), "ledger").expect("a whole key");
        // where destruction died half-way the file may be overwritten: neither whole nor gone, and never a key
        let epoch = outcome.unwrap_or_else(|_| {
            let [a, b, c, d, e, f, g, h, i, j, ..] = *crate::crypt::part_of(&chance(5), "epoch id").expose();
            exeunt_base::EpochId::new(NOW, [a, b, c, d, e, f, g, h, i, j])
        });
        keyring.destroy_epoch(organization(), epoch, &chance(8)).expect("destroyed");
        assert!(matches!(keyring.epoch_key(organization(), epoch), Err(Error::MissingEpoch { .. })));
        keyring.epoch_for(organization(), NOW, 30, &chance(9)).expect("the work goes on");
        assert_eq!(keyring.epochs(organization()).expect("listed").len(), 1);
    });
}

#[test]
fn a_rotation_of_the_root_key_that_dies_anywhere_leaves_a_keyring_that_opens_and_can_be_finished() {
    let second = OrganizationId::from_bytes([2; 16]);
    let work = |home: &Path| {
        FAULT.with(|fault| {
            let planned = fault.replace(Fault::Never);
            let keyring = keyring(home)?;
            keyring.add_organization(second, &chance(4))?;
            let keeper = KeyFile::open(&home.join("unseal.key"))?;
            fault.set(planned);
            keyring.rotate_root(&keeper, NOW, &chance(5))
        })
    };
    let of = |keyring: &Keyring| {
        let ledgers =
            [organization(), second].map(|id| *keyring.purpose_key(id, "ledger").expect("key").expose());
        (ledgers, *keyring.installation_key("logins").expose())
    };
    let whole = tempfile::tempdir().expect("a directory");
    setup(whole.path());
    let untouched = keyring(whole.path()).expect("keyring");
    untouched.add_organization(second, &chance(4)).expect("added");
    let keys = of(&untouched);
    at_every_place(work, |home, outcome| {
        let opened = keyring(home).expect("it opens");
        // an error may also mean that nobody knows whether the disk has the new name already
        let version = opened.root_version();
        assert!(version == 1 || (version == 0 && outcome.is_err()));
        assert!(of(&opened) == keys, "the keys below are others");
        let keeper = KeyFile::open(&home.join("unseal.key")).expect("keeper");
        let again = opened.rotate_root(&keeper, NOW, &chance(6)).expect("finished");
        assert_eq!(again, version + 1);
        assert!(of(&keyring(home).expect("keyring")) == keys);
        assert!(!home.join("root.next.key").exists());
    });
}
