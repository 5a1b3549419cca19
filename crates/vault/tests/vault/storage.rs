//! The shelf: names, leftovers, counts, rights.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use exeunt_base::BlobId;
use exeunt_vault::{Claims, Content, Error, SegmentMeta};

use crate::common::{House, Piece, chance, noise, request};

const ONE: Piece<'static> = ("shop.orders", Claims::All, &[1], b"orders of one");

#[test]
fn what_was_sealed_is_told_without_a_key_and_read_back_with_one() {
    let house = House::new();
    let large = noise(3_000_000);
    let text = b"the same words again and again, ".repeat(50_000);
    let sealed = house.seal(
        1,
        &[
            ONE,
            ("shop.files", Claims::Any, &[1, 2], &large),
            ("shop.notes", Claims::All, &[2], &text),
            ("a.b", Claims::All, &[1], b""),
        ],
    );
    assert_eq!(sealed.bytes, fs::metadata(house.path(1)).expect("there").len());
    assert_eq!(sealed.sha256, house.shelf.sha256(sealed.id).expect("read"));
    let blob = house.take(1);
    assert_eq!(blob.meta(), &house.meta(1));
    assert!(blob.segments().eq(&sealed.segments));
    blob.verify(&house.key).expect("the index is ours");
    let info = &sealed.segments[1];
    assert_eq!((&*info.model, info.claims, info.plain_length), ("shop.files", Claims::Any, 3_000_000));
    assert_eq!(info.length, 3_000_016, "what does not shrink is kept as it is");
    assert_eq!((&*info.columns, &info.claimants), (b"id,email".as_slice(), &vec![request(1), request(2)]));
    assert!(sealed.segments[2].length < 10_000, "what shrinks is packed");
    assert_eq!(house.open(&blob, 0).expect("opens"), b"orders of one");
    assert_eq!(house.open(&blob, 1).expect("opens"), large);
    assert_eq!(house.open(&blob, 2).expect("opens"), text);
    assert_eq!(house.open(&blob, 3).expect("opens"), b"");
    assert!(matches!(house.open(&blob, 4), Err(Error::NoSegment { segment: 4, .. })));
}

#[test]
fn files_and_directories_are_for_their_owner_alone() {
    let house = House::new();
    house.seal(1, &[ONE]);
    let mut waiting = vec![house.home.path().join("keys"), house.home.path().join("vault")];
    let mut seen = 0;
    while let Some(path) = waiting.pop() {
        let about = fs::metadata(&path).expect("there");
        assert_eq!(about.permissions().mode() & 0o077, 0, "{}", path.display());
        seen += 1;
        if about.is_dir() {
            waiting.extend(fs::read_dir(&path).expect("listed").map(|entry| entry.expect("an entry").path()));
        }
    }
    assert!(seen >= 8, "root, organization and epoch key, blob, and their directories; saw {seen}");
}

#[test]
fn a_blob_that_was_sealed_is_never_overwritten() {
    let house = House::new();
    house.seal(1, &[ONE]);
    let again = house.shelf.begin(&house.meta(1), &house.key, &chance(9)).expect("begun");
    assert!(matches!(again.finish(), Err(Error::Exists { .. })));
    assert_eq!(house.shelf.list().expect("listed").len(), 1);
    assert_eq!(house.shelf.parts().expect("listed"), []);
    assert_eq!(house.open(&house.take(1), 0).expect("opens"), b"orders of one");
}

#[test]
fn a_writer_that_was_overtaken_cannot_finish() {
    let house = House::new();
    let stale = house.shelf.begin(&house.meta(1), &house.key, &chance(8)).expect("begun");
    house.seal_as(&house.meta(1), &house.key, 9, &[ONE]);
    stale.finish().expect_err("its file is gone");
    assert_eq!(house.open(&house.take(1), 0).expect("the later one stands"), b"orders of one");
}

#[test]
fn a_killed_writer_leaves_a_part_that_is_no_blob_and_can_be_swept() {
    let house = House::new();
    let salt = &house.salts[&request(1)];
    let segment = SegmentMeta {
        model: "shop.orders",
        content: Content::Census,
        columns: b"",
        rows: 1,
        claims: Claims::All,
        claimants: &[(request(1), salt)],
    };
    let mut killed = house.shelf.begin(&house.meta(1), &house.key, &chance(8)).expect("begun");
    killed.push(&segment, &[7; 100]).expect("sealed");
    std::mem::forget(killed); // as `kill -9` would: nothing is cleaned up
    let living = house.shelf.begin(&house.meta(2), &house.key, &chance(9)).expect("begun");
    house.seal(3, &[ONE]);

    assert!(!house.shelf.holds(BlobId::from_bytes([1; 16])).expect("looked"));
    assert_eq!(house.shelf.list().expect("listed").len(), 1);
    assert_eq!(house.shelf.parts().expect("listed").len(), 2);
    let usage = house.shelf.usage().expect("counted");
    assert_eq!((usage.blobs, usage.parts), (1, 2));
    let swept = house.shelf.sweep(&|part| part.blob == BlobId::from_bytes([1; 16])).expect("swept");
    assert_eq!(swept.len(), 1);
    drop(living); // given up in good order: takes its file along
    assert_eq!(house.shelf.parts().expect("listed"), []);
    assert!(house.shelf.delete(BlobId::from_bytes([3; 16])).expect("deleted"));
    assert!(!house.shelf.delete(BlobId::from_bytes([3; 16])).expect("gone already"));
    assert!(matches!(house.shelf.take(BlobId::from_bytes([3; 16])), Err(Error::Missing { .. })));
    assert_eq!(house.shelf.usage().expect("counted"), exeunt_vault::shelf::Usage::default());
}

#[test]
fn a_segment_without_a_claimant_or_over_the_limit_is_refused() {
    let house = House::new();
    let mut writer = house.shelf.begin(&house.meta(1), &house.key, &chance(8)).expect("begun");
    let segment = SegmentMeta {
        model: "shop.orders",
        content: Content::Other(3),
        columns: b"",
        rows: 0,
        claims: Claims::Any,
        claimants: &[],
    };
    assert!(matches!(writer.push(&segment, b"rows"), Err(Error::NoClaimant { segment: 0, .. })));
    let salt = &house.salts[&request(1)];
    writer
        .push(&SegmentMeta { claimants: &[(request(1), salt)], ..segment }, b"rows")
        .expect("the blob can go on");
    let sealed = writer.finish().expect("finished");
    assert_eq!(sealed.segments[0].content, Content::Other(3));
    // one byte over the limit; the pages are never touched
    let mut writer = house.shelf.begin(&house.meta(3), &house.key, &chance(7)).expect("begun");
    let over = vec![0; (1 << 30) + 1];
    let claimed = SegmentMeta { claimants: &[(request(1), salt)], ..segment };
    assert!(matches!(writer.push(&claimed, &over), Err(Error::TooLarge { .. })));
    drop(writer);
    // an empty blob is a blob
    let empty =
        house.shelf.begin(&house.meta(2), &house.key, &chance(9)).expect("begun").finish().expect("finished");
    assert_eq!(empty.segments, []);
    house.take(2).verify(&house.key).expect("ours");
}
