//! Files of format version 1, written once and kept: every later release must open them.
//!
//! The keys in `tests/golden` are made of fixed bytes and guard nothing.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use exeunt_base::{BatchId, BlobId, JobId, RequestId, Secret};
use exeunt_vault::{
    Blob, BlobMeta, Claims, Content, EpochKey, KeyFile, Keyring, Passphrase, Salt, SegmentMeta, Shelf,
};

use crate::common::{NOW, chance, organization};

const PASSPHRASE: &str = "a passphrase that guards nothing";

struct Segment {
    model: &'static str,
    content: Content,
    claims: Claims,
    claimants: &'static [u8],
    plain: Vec<u8>,
}

fn segments() -> Vec<Segment> {
    let of = |model, content, claims, claimants, plain: &[u8]| Segment {
        model,
        content,
        claims,
        claimants,
        plain: plain.to_vec(),
    };
    vec![
        of("shop.orders", Content::Deleted, Claims::All, &[1], b"one row"),
        of("shop.orders", Content::Updated, Claims::All, &[2, 1], b"before and after"),
        of("shop.addresses", Content::Inserted, Claims::Any, &[1, 2, 3], b"a ghost"),
        of(
            "shop.notes",
            Content::Census,
            Claims::Any,
            &[3],
            &b"the same words again and again, ".repeat(100),
        ),
        of("shop.notes", Content::Other(200), Claims::All, &[3], b""),
    ]
}

fn salt(n: u8) -> Salt {
    Salt::new([n + 40; 32])
}

fn request(n: u8) -> RequestId {
    RequestId::from_bytes([n; 16])
}

fn golden() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

/// Writes the files anew when a new version is born; never run for a version that was released.
fn write(dir: &Path) -> (Keyring, EpochKey) {
    let keeper = KeyFile::create(&dir.join("unseal.key"), &chance(1)).expect("keeper");
    let keyring = Keyring::create(&dir.join("keyring-v1"), &keeper, &chance(2)).expect("keyring");
    keyring.add_organization(organization(1), &chance(3)).expect("added");
    let key = keyring.epoch_for(organization(1), NOW, 30, &chance(4)).expect("an epoch");
    let meta = BlobMeta {
        blob: BlobId::from_bytes([10; 16]),
        organization: organization(1),
        job: JobId::from_bytes([11; 16]),
        batch: BatchId::from_bytes([12; 16]),
        epoch: key.epoch(),
    };
    let shelf = Shelf::open(&dir.join("shelf")).expect("shelf");
    let mut writer = shelf.begin(&meta, &key, &chance(5)).expect("begun");
    for segment in segments() {
        let salts: Vec<_> = segment.claimants.iter().map(|n| (request(*n), salt(*n))).collect();
        let claimants: Vec<_> = salts.iter().map(|(request, salt)| (*request, salt)).collect();
        let about = SegmentMeta {
            model: segment.model,
            content: segment.content,
            columns: b"id,email",
            rows: 3,
            claims: segment.claims,
            claimants: &claimants,
        };
        writer.push(&about, &segment.plain).expect("sealed");
    }
    let sealed = writer.finish().expect("finished");
    fs::rename(dir.join("shelf").join(Shelf::name(sealed.id)), dir.join("blob-v1")).expect("named");
    fs::remove_dir_all(dir.join("shelf")).expect("removed");
    let phrase = Passphrase::create(&dir.join("unseal-v1.salt"), &Secret::new(PASSPHRASE.into()), &chance(6));
    let words = dir.join("keyring-v1-passphrase");
    Keyring::create(&words, &phrase.expect("keeper"), &chance(7))
        .and_then(|keyring| keyring.add_organization(organization(1), &chance(8)))
        .expect("keyring");
    (keyring, key)
}

fn check(dir: &Path) {
    fs::set_permissions(dir.join("unseal.key"), Permissions::from_mode(0o600)).expect("set");
    let keeper = KeyFile::open(&dir.join("unseal.key")).expect("keeper");
    let keyring = Keyring::open(&dir.join("keyring-v1"), &keeper).expect("keyring");
    let blob = Blob::open(&dir.join("blob-v1")).expect("blob");
    let key = keyring.epoch_key(organization(1), blob.meta().epoch).expect("epoch");
    blob.verify(&key).expect("ours");
    assert_eq!(blob.meta().blob, BlobId::from_bytes([10; 16]));
    let wanted = segments();
    assert_eq!(blob.segments().len(), wanted.len());
    for (info, wanted) in blob.segments().zip(&wanted) {
        assert_eq!((&*info.model, info.content, info.claims), (wanted.model, wanted.content, wanted.claims));
        assert_eq!((&*info.columns, info.rows), (b"id,email".as_slice(), 3));
        assert!(info.claimants.iter().copied().eq(wanted.claimants.iter().map(|n| request(*n))));
        let opened = blob.open_segment(info.number, &key, &|id| Some(salt(id.to_bytes()[0]))).expect("opens");
        assert_eq!(opened, wanted.plain);
    }
    let ledger = keyring.purpose_key(organization(1), "ledger").expect("key");
    assert_eq!(
        exeunt_base::hex::encode(ledger.expose()),
        "340cf727a622723c41d0917dc6ee286e7199e6ca3dca55ec5b62e36cbe39dd80",
        "a purpose key that changes makes every ledger blind"
    );
    let phrase =
        Passphrase::open(&dir.join("unseal-v1.salt"), &Secret::new(PASSPHRASE.into())).expect("keeper");
    Keyring::open(&dir.join("keyring-v1-passphrase"), &phrase)
        .and_then(|keyring| keyring.purpose_key(organization(1), "ledger"))
        .expect("opens");
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("made");
    for entry in fs::read_dir(from).expect("listed") {
        let entry = entry.expect("an entry");
        let into = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &into);
        } else {
            fs::copy(entry.path(), into).expect("copied");
        }
    }
}

#[test]
fn files_of_version_1_open() {
    if !golden().join("blob-v1").exists() {
        write(&golden());
        panic!("there were no golden files of version 1: wrote them, look at them and commit them");
    }
    // a copy, because git does not keep a key file's rights
    let home = tempfile::tempdir().expect("a directory");
    copy(&golden(), home.path());
    check(home.path());
}

#[test]
fn what_is_written_today_is_what_was_written_then() {
    let home = tempfile::tempdir().expect("a directory");
    write(home.path());
    check(home.path());
    for name in ["unseal-v1.salt", "keyring-v1/root.key"] {
        let [then, now] = [&golden(), home.path()].map(|dir| fs::read(dir.join(name)).expect("read"));
        assert!(then == now, "{name} differs: a change of format needs a new version");
    }
    // unpacked segments byte for byte; packed ones may differ with zstd's own release and still open
    let [then, now] = [&golden(), home.path()].map(|dir| {
        let infos: Vec<_> = Blob::open(&dir.join("blob-v1")).expect("blob").segments().cloned().collect();
        let unpacked = usize::try_from(infos[2].offset + infos[2].length).expect("small");
        fs::read(dir.join("blob-v1")).expect("read")[..unpacked].to_vec()
    });
    assert!(then == now, "the blob differs: a change of format needs a new version");
}
