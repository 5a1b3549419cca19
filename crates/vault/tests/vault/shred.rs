//! Destroying a salt or an epoch key: what dies with it and what must not.

use std::fs;

use exeunt_base::FaultKind;
use exeunt_vault::{Claims, Error};

use crate::common::{House, chance, organization, request};

#[test]
fn shredding_one_request_takes_its_segments_and_those_it_shares_but_no_other() {
    let mut house = House::new();
    house.seal(
        1,
        &[
            ("shop.orders", Claims::All, &[1], b"orders of one"),
            ("shop.orders", Claims::All, &[2], b"orders of two"),
            ("shop.messages", Claims::All, &[1, 2], b"between one and two"),
            ("shop.addresses", Claims::Any, &[1, 2], b"where both live"),
            ("shop.addresses", Claims::Any, &[1], b"where one lives"),
            ("shop.orders", Claims::All, &[3], b"orders of three"),
        ],
    );
    let blob = house.take(1);
    let opened = |house: &House| (0..6).map(|n| house.open(&blob, n).ok()).collect::<Vec<_>>();
    assert!(opened(&house).iter().all(Option::is_some));
    assert_eq!(house.open(&blob, 3).expect("opens"), b"where both live");

    house.salts.remove(&request(1));
    assert_eq!(
        opened(&house),
        [
            None,
            Some(b"orders of two".to_vec()),
            None,
            Some(b"where both live".to_vec()),
            None,
            Some(b"orders of three".to_vec())
        ]
    );
    for segment in [0, 2, 4] {
        let error = house.open(&blob, segment).expect_err("shredded");
        assert!(matches!(error, Error::Shredded { request: of, .. } if of == request(1)), "{error}");
        assert_eq!(error.kind(), FaultKind::Missing);
    }

    house.salts.remove(&request(2));
    assert_eq!(opened(&house), [None, None, None, None, None, Some(b"orders of three".to_vec())]);
}

#[test]
fn shredding_touches_no_blob_however_many_there_are() {
    let mut house = House::new();
    let sealed: Vec<_> =
        (1..=40).map(|n| house.seal(n, &[("shop.orders", Claims::All, &[1], b"rows")])).collect();
    house.salts.remove(&request(1));
    for (n, sealed) in (1..=40).zip(&sealed) {
        assert_eq!(house.shelf.sha256(sealed.id).expect("read"), sealed.sha256, "not a byte was written");
        assert!(matches!(house.open(&house.take(n), 0), Err(Error::Shredded { .. })));
    }
}

#[test]
fn a_foreign_salt_opens_nothing() {
    let mut house = House::new();
    house.seal(
        1,
        &[("shop.orders", Claims::All, &[1], b"rows"), ("shop.orders", Claims::Any, &[1, 2], b"rows")],
    );
    let blob = house.take(1);
    let foreign = house.salts[&request(3)].clone();
    house.salts.insert(request(1), foreign);
    assert!(matches!(house.open(&blob, 0), Err(Error::Tampered { segment: 0, .. })));
    assert_eq!(house.open(&blob, 1).expect("the other claimant opens it"), b"rows");
    house.salts.remove(&request(2));
    assert!(matches!(house.open(&blob, 1), Err(Error::Tampered { segment: 1, .. })));
}

#[test]
fn salts_without_the_epoch_key_open_nothing_not_even_from_a_copy_of_the_blob() {
    let house = House::new();
    house
        .seal(1, &[("shop.orders", Claims::All, &[1], b"rows"), ("shop.orders", Claims::Any, &[1], b"rows")]);
    let copy = house.home.path().join("copy.blob");
    fs::copy(house.path(1), &copy).expect("copied");
    let epoch = house.key.epoch();
    assert!(house.keyring.destroy_epoch(organization(1), epoch, &chance(9)).expect("destroyed"));
    assert!(matches!(house.keyring.epoch_key(organization(1), epoch), Err(Error::MissingEpoch { .. })));
    // a key of another epoch is no help
    let next = house
        .keyring
        .epoch_for(organization(1), crate::common::NOW, 30, &chance(10))
        .expect("the next epoch");
    let blob = exeunt_vault::Blob::open(&copy).expect("still a blob");
    for segment in [0, 1] {
        let error =
            blob.open_segment(segment, &next, &|id| house.salts.get(&id).cloned()).expect_err("closed");
        assert!(matches!(error, Error::MissingEpoch { epoch: of } if of == epoch), "{error}");
        assert_eq!(error.kind(), FaultKind::Missing);
    }
}
