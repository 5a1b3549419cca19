//! Flipped and missing bytes: refused, and never opened as something else.

use std::fs;

use exeunt_base::FaultKind;
use exeunt_vault::{Blob, Claims, Error};

use crate::common::{House, Piece};

const PIECES: [Piece<'static>; 4] = [
    ("shop.orders", Claims::All, &[1], b"orders of one"),
    ("shop.messages", Claims::All, &[1, 2], b"between one and two"),
    ("shop.addresses", Claims::Any, &[1, 2], b"where both live"),
    ("shop.notes", Claims::All, &[3], &[b'n'; 300]), // packed
];

#[test]
fn no_flipped_bit_ever_opens_as_other_bytes() {
    let house = House::new();
    house.seal(1, &PIECES);
    let good = fs::read(house.path(1)).expect("read");
    let path = house.home.path().join("changed.blob");
    let mut refused_whole = 0;
    for place in 0..good.len() {
        for bit in 0..8 {
            let mut changed = good.clone();
            changed[place] ^= 1 << bit;
            fs::write(&path, &changed).expect("written");
            match Blob::open(&path) {
                Err(error) => {
                    refused_whole += 1;
                    let known = matches!(
                        error,
                        Error::Damaged { .. } | Error::Truncated { .. } | Error::Version { .. }
                    );
                    assert!(known, "byte {place}: {error}");
                }
                Ok(blob) => {
                    let mut refused = 0;
                    for (number, (_, _, _, plain)) in (0..).zip(&PIECES) {
                        match house.open(&blob, number) {
                            Ok(opened) => assert_eq!(opened, *plain, "byte {place}, segment {number}"),
                            Err(error) => {
                                refused += 1;
                                assert_eq!(error.kind(), FaultKind::Corrupt, "byte {place}: {error}");
                            }
                        }
                    }
                    assert_eq!(refused, 1, "byte {place}: the damage stays with its segment");
                }
            }
        }
    }
    assert!(refused_whole > 0);
}

#[test]
fn a_blob_that_was_cut_off_is_refused_at_every_length() {
    let house = House::new();
    house.seal(1, &PIECES);
    let good = fs::read(house.path(1)).expect("read");
    let path = house.home.path().join("cut.blob");
    for length in 0..good.len() {
        fs::write(&path, &good[..length]).expect("written");
        let error = Blob::open(&path).expect_err("refused");
        assert!(matches!(error, Error::Truncated { .. } | Error::Damaged { .. }), "cut at {length}: {error}");
        fs::write(&path, &good[good.len() - length..]).expect("written");
        assert!(Blob::open(&path).is_err(), "only the last {length}");
    }
    fs::write(&path, [good.as_slice(), b"x"].concat()).expect("written");
    assert!(Blob::open(&path).is_err(), "something appended");
}

#[test]
fn an_index_forged_without_the_key_is_told_from_damage() {
    let house = House::new();
    let sealed = house.seal(1, &PIECES);
    let mut bytes = fs::read(house.path(1)).expect("read");
    // rename a model in the index and mend the checksum, as somebody who knows the format would
    let place = bytes.windows(10).position(|window| window == b"shop.notes").expect("the model's name");
    bytes[place..place + 10].copy_from_slice(b"shop.votes");
    let trailer = bytes.len() - 80;
    let index_length =
        usize::try_from(u64::from_le_bytes(bytes[trailer + 64..trailer + 72].try_into().expect("8")));
    let index = trailer - index_length.expect("small")..trailer;
    let header = 124;
    let mut checked = bytes[..header].to_vec();
    checked.extend_from_slice(&bytes[index]);
    checked.extend_from_slice(&bytes[trailer..trailer + 32]);
    checked.extend_from_slice(&bytes[trailer + 64..trailer + 72]);
    let check = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &checked);
    bytes[trailer + 32..trailer + 64].copy_from_slice(check.as_ref());
    fs::write(house.path(1), bytes).expect("written");

    let blob = house.shelf.take(sealed.id).expect("it looks right");
    assert!(matches!(blob.verify(&house.key), Err(Error::WrongKey { .. })));
    assert!(matches!(house.open(&blob, 3), Err(Error::WrongKey { .. })), "the renamed model's segment");
}

#[test]
fn errors_and_debug_output_hold_no_rows_and_no_keys() {
    let mut house = House::new();
    house.seal(1, &[("shop.orders", Claims::All, &[1], b"canary@example.test")]);
    let bytes = fs::read(house.path(1)).expect("read");
    assert!(!bytes.windows(6).any(|window| window == b"canary"));
    let blob = house.take(1);
    house.salts.remove(&crate::common::request(1));
    let error = house.open(&blob, 0).expect_err("shredded");
    let spoken = format!("{error} {error:?} {blob:?} {:?} {:?} {:?}", house.key, house.salts, house.keyring);
    assert!(!spoken.contains("canary"));
    assert!(!spoken.contains("102, 102"), "a salt's bytes");
}
