//! Ciphertext belongs where it was sealed: put anywhere else it does not open.

use std::fs;

use exeunt_base::{BatchId, JobId};
use exeunt_vault::{Blob, BlobMeta, Claims, Error};

use crate::common::{House, NOW, Piece, chance, organization};

const ONE: Piece<'static> = ("shop.orders", Claims::All, &[1], b"orders of one");
const TWO: Piece<'static> = ("shop.orders", Claims::All, &[2], b"orders of two");
const SAME_AS_ONE: Piece<'static> = ("shop.orders", Claims::All, &[1], b"orders of 1st");
const OTHER_MODEL: Piece<'static> = ("shop.votes", Claims::All, &[1], b"votes of ones");

/// Puts the ciphertext of segment 0 of one file in the place of segment 0 of another; all have the same length.
fn transplant(house: &House, from: u8, into: u8) -> Blob {
    let [donor, host] =
        [from, into].map(|blob| house.take(blob).segments().next().expect("a segment").clone());
    assert_eq!(donor.length, host.length);
    let donor_bytes = fs::read(house.path(from)).expect("read");
    let mut host_bytes = fs::read(house.path(into)).expect("read");
    let at = |info: &exeunt_vault::SegmentInfo| {
        usize::try_from(info.offset).expect("small")
            ..usize::try_from(info.offset + info.length).expect("small")
    };
    host_bytes[at(&host)].copy_from_slice(&donor_bytes[at(&donor)]);
    fs::write(house.path(into), host_bytes).expect("written");
    house.take(into)
}

#[test]
fn a_segment_moved_between_requests_models_places_or_blobs_does_not_open() {
    for (donor, host) in [(ONE, TWO), (ONE, SAME_AS_ONE), (ONE, OTHER_MODEL), (TWO, ONE)] {
        let house = House::new();
        house.seal(1, &[donor]);
        house.seal(2, &[host]);
        let blob = transplant(&house, 1, 2);
        assert!(matches!(house.open(&blob, 0), Err(Error::Tampered { .. })));
    }
    // two places of one blob
    let house = House::new();
    let sealed = house.seal(1, &[ONE, SAME_AS_ONE]);
    let mut bytes = fs::read(house.path(1)).expect("read");
    let [first, second] = [0, 1].map(|n| usize::try_from(sealed.segments[n].offset).expect("small"));
    let length = usize::try_from(sealed.segments[0].length).expect("small");
    for place in 0..length {
        bytes.swap(first + place, second + place);
    }
    fs::write(house.path(1), bytes).expect("written");
    let blob = house.take(1);
    assert!(matches!(house.open(&blob, 0), Err(Error::Tampered { .. })));
    assert!(matches!(house.open(&blob, 1), Err(Error::Tampered { .. })));
}

#[test]
fn a_segment_moved_between_jobs_batches_or_attempts_does_not_open() {
    let other_job = |meta: BlobMeta| BlobMeta { job: JobId::from_bytes([51; 16]), ..meta };
    let other_batch = |meta: BlobMeta| BlobMeta { batch: BatchId::from_bytes([61; 16]), ..meta };
    let same = |meta: BlobMeta| meta;
    for change in [other_job, other_batch, same] {
        // the same blob id, number, model, claimant and bytes: only what `change` says differs, and the attempt
        let house = House::new();
        house.seal_as(&change(house.meta(1)), &house.key, 8, &[ONE]);
        let donor = fs::read(house.path(1)).expect("read");
        house.shelf.delete(house.meta(1).blob).expect("deleted");
        let sealed = house.seal_as(&house.meta(1), &house.key, 9, &[ONE]);
        let mut host = fs::read(house.path(1)).expect("read");
        let from = usize::try_from(sealed.segments[0].offset).expect("small");
        let until = from + usize::try_from(sealed.segments[0].length).expect("small");
        assert_ne!(host[from..until], donor[from..until], "two attempts never share a key");
        host[from..until].copy_from_slice(&donor[from..until]);
        fs::write(house.path(1), host).expect("written");
        assert!(matches!(house.open(&house.take(1), 0), Err(Error::Tampered { .. })));
    }
}

#[test]
fn a_blob_in_the_place_of_another_is_noticed() {
    let house = House::new();
    house.seal(1, &[ONE]);
    let sealed = house.seal(2, &[TWO]);
    fs::copy(house.path(1), house.path(2)).expect("copied");
    assert!(matches!(house.shelf.take(sealed.id), Err(Error::Damaged { .. })));
    assert_ne!(house.shelf.sha256(sealed.id).expect("read"), sealed.sha256);
}

#[test]
fn another_organization_opens_nothing_even_with_the_salts() {
    let house = House::new();
    house.seal(1, &[ONE]);
    house.keyring.add_organization(organization(2), &chance(20)).expect("added");
    let stranger = house.keyring.epoch_for(organization(2), NOW, 30, &chance(21)).expect("an epoch");
    let error =
        house.take(1).open_segment(0, &stranger, &|id| house.salts.get(&id).cloned()).expect_err("closed");
    assert!(matches!(error, Error::MissingEpoch { .. }), "{error}");
    assert!(house.shelf.begin(&house.meta(3), &stranger, &chance(22)).is_err());
}

#[test]
fn the_same_ids_under_another_key_are_told_as_a_wrong_key() {
    // two installations that agree on every id, as a restored and a reinstalled one may
    let house = House::new();
    house.seal(1, &[ONE]);
    let home = tempfile::tempdir().expect("a directory");
    let keeper = exeunt_vault::KeyFile::create(&home.path().join("unseal.key"), &chance(1)).expect("keeper");
    let keyring = exeunt_vault::Keyring::create(home.path(), &keeper, &chance(30)).expect("keyring");
    keyring.add_organization(organization(1), &chance(31)).expect("added");
    // the file of the first installation under the second's organization key
    let name = format!("organizations/{}/epochs/{}.key", organization(1), house.key.epoch());
    fs::copy(house.home.path().join("keys").join(&name), home.path().join(&name)).expect("copied");
    let error = keyring.epoch_key(organization(1), house.key.epoch()).expect_err("closed");
    assert!(matches!(error, Error::WrongKey { .. }), "{error}");
}
