//! For any segments, claimants and surviving salts: what should open does, exactly, and nothing else.

use std::collections::HashMap;

use exeunt_base::RequestId;
use exeunt_vault::{Claims, Content, Error, Salt, SegmentMeta};
use proptest::collection::{btree_set, vec};
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop_assert, prop_assert_eq, prop_oneof};

use crate::common::{House, chance, request};

#[derive(Debug, Clone)]
struct Piece {
    model: String,
    content: Content,
    columns: Vec<u8>,
    rows: u32,
    claims: Claims,
    claimants: Vec<u8>,
    plain: Vec<u8>,
}

fn plain() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        vec(any::<u8>(), 0..200),
        vec(any::<u8>(), 1..40)
            .prop_flat_map(|seed| (1..3_000usize).prop_map(move |times| seed.repeat(times))),
    ]
}

fn content() -> impl Strategy<Value = Content> {
    prop_oneof![
        Just(Content::Deleted),
        Just(Content::Updated),
        Just(Content::Inserted),
        Just(Content::Census),
        any::<u8>().prop_map(Content::Other),
    ]
}

fn piece() -> impl Strategy<Value = Piece> {
    let claims = prop_oneof![Just(Claims::All), Just(Claims::Any)];
    let about = (".{0,12}", content(), vec(any::<u8>(), 0..20), any::<u32>());
    (about, claims, btree_set(1..=9u8, 1..5), plain()).prop_map(
        |((model, content, columns, rows), claims, set, plain)| Piece {
            model,
            content,
            columns,
            rows,
            claims,
            claimants: set.into_iter().rev().collect(),
            plain,
        },
    )
}

proptest::proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn what_opens_is_decided_by_the_salts_that_are_left(
        pieces in vec(piece(), 0..12),
        left in btree_set(1..=9u8, 0..9),
    ) {
        let house = House::new();
        let mut writer = house.shelf.begin(&house.meta(1), &house.key, &chance(8)).expect("begun");
        for piece in &pieces {
            let claimants: Vec<_> = piece.claimants.iter().map(|n| (request(*n), &house.salts[&request(*n)])).collect();
            let segment = SegmentMeta {
                model: &piece.model,
                content: piece.content,
                columns: &piece.columns,
                rows: piece.rows,
                claims: piece.claims,
                claimants: &claimants,
            };
            writer.push(&segment, &piece.plain).expect("sealed");
        }
        let sealed = writer.finish().expect("finished");
        let blob = house.take(1);
        prop_assert!(blob.segments().eq(&sealed.segments));
        let salts: HashMap<RequestId, &Salt> = left.iter().map(|n| (request(*n), &house.salts[&request(*n)])).collect();
        for (info, piece) in sealed.segments.iter().zip(&pieces) {
            prop_assert_eq!((&*info.model, &*info.columns), (piece.model.as_str(), piece.columns.as_slice()));
            prop_assert_eq!((info.rows, info.content, info.claims), (piece.rows, piece.content, piece.claims));
            let there = |n: &u8| left.contains(n);
            let opens = match piece.claims {
                Claims::All => piece.claimants.iter().all(there),
                Claims::Any => piece.claimants.iter().any(there),
            };
            let result = blob.open_segment(info.number, &house.key, &|id| salts.get(&id).map(|salt| (*salt).clone()));
            match result {
                Ok(bytes) => {
                    prop_assert!(opens);
                    prop_assert_eq!(&bytes, &piece.plain);
                }
                Err(error) => {
                    prop_assert!(!opens, "{}", error);
                    let shredded = matches!(error, Error::Shredded { .. });
                    prop_assert!(shredded);
                }
            }
        }
    }

    #[test]
    fn no_bytes_make_opening_a_blob_panic(bytes in vec(any::<u8>(), 0..600), cut in 0..600usize) {
        let house = House::new();
        house.seal(1, &[("shop.orders", Claims::All, &[1], b"rows")]);
        let mut changed = std::fs::read(house.path(1)).expect("read");
        let place = cut.min(changed.len());
        let until = (place + bytes.len()).min(changed.len());
        changed[place..until].copy_from_slice(&bytes[..until - place]);
        let path = house.home.path().join("changed.blob");
        std::fs::write(&path, changed).expect("written");
        if let Ok(blob) = exeunt_vault::Blob::open(&path) {
            prop_assert!(house.open(&blob, 0).map_or(true, |opened| opened == b"rows"));
        }
        std::fs::write(&path, &bytes).expect("written");
        prop_assert!(exeunt_vault::Blob::open(&path).is_err());
    }
}
