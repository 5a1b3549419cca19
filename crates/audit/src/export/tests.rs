//! An export verifies whole and untouched, or not at all.

use exeunt_base::{JobId, OrganizationId, Secret, Timestamp};
use proptest::prelude::{any, prop_assert, proptest};

use crate::checkpoint::Checkpoint;
use crate::event::{Actor, Event};
use crate::export::{Error, Reason, Report, Signed, Writer, verify_export};
use crate::kind::Kind;
use crate::merkle::{Frontier, leaf_hash};
use crate::note::{Note, SigningKey};

const ORIGIN: &str = "example.com/audit";

fn key(seed: u8) -> SigningKey {
    SigningKey::new(ORIGIN, Secret::new([seed; 32])).expect("a key")
}

fn entries(count: u64) -> Vec<Vec<u8>> {
    (0..count)
        .map(|number| {
            Event::new(
                Timestamp::from_micros(number as i64 * 1_000_000),
                Kind::BatchClosed,
                Actor::System,
                OrganizationId::from_bytes([1; 16]),
            )
            .about(JobId::from_bytes([2; 16]))
            .count("rows", number)
            .to_entry()
            .expect("an entry")
        })
        .collect()
}

fn signed(entries: &[Vec<u8>], key: &SigningKey) -> Note {
    let tree = entries.iter().fold(Frontier::default(), |tree, entry| tree.append(leaf_hash(entry)).0);
    let checkpoint = Checkpoint { origin: ORIGIN.to_owned(), size: tree.size(), root: tree.root() };
    checkpoint.sign(key).expect("signed")
}

fn export(entries: &[Vec<u8>], pruned: usize) -> Vec<u8> {
    let key = key(1);
    let mut writer = Writer::begin(Vec::new(), &signed(entries, &key), key.public()).expect("begun");
    for (place, entry) in entries.iter().enumerate() {
        if place < pruned { writer.pruned(leaf_hash(entry)) } else { writer.entry(entry) }.expect("memory");
    }
    writer.finish().expect("the whole log")
}

fn verify(bytes: &[u8]) -> Report {
    verify_export(bytes, Some(key(1).public())).expect("memory")
}

fn reason(bytes: &[u8]) -> Option<Reason> {
    verify(bytes).failure.map(|failure| failure.reason)
}

#[test]
fn an_export_verifies_with_the_public_key_alone() {
    for count in [0, 1, 5, 300] {
        let bytes = export(&entries(count), 0);
        let report = verify(&bytes);
        assert!(report.is_proven(), "{report:?}");
        assert_eq!((report.size, report.entries, report.pruned, report.unknown), (count, count, 0, 0));
        assert_eq!(report.origin, ORIGIN);
        assert_eq!(bytes.iter().filter(|byte| **byte == b'\n').count() as u64, count + 2);
    }
}

#[test]
fn without_a_trusted_key_it_is_whole_but_not_proven() {
    let report = verify_export(&export(&entries(3), 0)[..], None).expect("memory");
    assert_eq!((report.signed, report.failure.clone()), (Signed::ByItsOwnKey, None));
    assert!(!report.is_proven());
}

#[test]
fn a_forged_export_is_whole_but_not_by_the_trusted_key() {
    let forger = key(9);
    let entries = entries(2);
    let mut writer = Writer::begin(Vec::new(), &signed(&entries, &forger), forger.public()).expect("begun");
    entries.iter().for_each(|entry| writer.entry(entry).expect("memory"));
    let forged = writer.finish().expect("the whole log");
    assert!(verify_export(&forged[..], Some(forger.public())).expect("memory").is_proven());
    assert_eq!(reason(&forged), Some(Reason::OtherKey));
}

#[test]
fn a_pruned_export_still_verifies() {
    let report = verify(&export(&entries(9), 4));
    assert!(report.is_proven());
    assert_eq!((report.entries, report.pruned), (5, 4));
    assert!(verify(&export(&entries(9), 9)).is_proven());
}

#[test]
fn no_single_byte_can_be_changed_added_or_taken_away() {
    for pruned in [0, 1] {
        let good = export(&entries(3), pruned);
        for trusted in [Some(key(1)), None] {
            let trusted = trusted.as_ref().map(SigningKey::public);
            let holds = |bytes: &[u8]| {
                let report = verify_export(bytes, trusted).expect("memory");
                report.failure.is_none() || report.signed != Signed::No
            };
            assert!(holds(&good));
            for at in 0..good.len() {
                for flip in [0x01, 0x20, 0xff] {
                    let mut bad = good.clone();
                    bad[at] ^= flip;
                    assert!(!holds(&bad), "byte {at} flipped by {flip:#x}");
                }
                let mut shorter = good.clone();
                shorter.remove(at);
                assert!(!holds(&shorter), "byte {at} removed");
                let mut longer = good.clone();
                longer.insert(at, good[at]);
                assert!(!holds(&longer), "byte {at} doubled");
                assert!(!holds(&good[..at]), "cut at {at}");
            }
            assert!(!holds(&[&good[..], b"\n"].concat()));
            assert!(!holds(&[&good[..], &good[..]].concat()));
        }
    }
}

#[test]
fn no_line_can_be_swapped_dropped_doubled_or_moved_in() {
    let good = String::from_utf8(export(&entries(5), 0)).expect("UTF-8");
    let other = String::from_utf8(export(&entries(6), 0)).expect("UTF-8");
    let lines: Vec<&str> = good.split_inclusive('\n').collect();
    let other: Vec<&str> = other.split_inclusive('\n').collect();
    let check = |lines: Vec<&str>| reason(lines.concat().as_bytes());
    assert_eq!(check(lines.clone()), None);
    for at in 0..lines.len() {
        let mut dropped = lines.clone();
        dropped.remove(at);
        assert!(check(dropped).is_some(), "line {at} dropped");
        let mut doubled = lines.clone();
        doubled.insert(at, lines[at]);
        assert!(check(doubled).is_some(), "line {at} doubled");
        if at > 0 {
            let mut swapped = lines.clone();
            swapped.swap(at - 1, at);
            assert!(check(swapped).is_some(), "lines {} and {at} swapped", at - 1);
        }
    }
    // an older export's entries do not pass under a newer checkpoint, nor the other way round
    assert_eq!(check([&lines[..6], &other[7..]].concat()), Some(Reason::OtherCheckpoint));
    assert_eq!(check([&other[..1], &lines[1..]].concat()), Some(Reason::NotTheEntry { expected: 5 }));
}

#[test]
fn an_entry_hidden_behind_its_leaf_hash_is_noticed_unless_all_older_ones_are_pruned() {
    let entries = entries(4);
    let good = String::from_utf8(export(&entries, 0)).expect("UTF-8");
    let mut lines: Vec<String> = good.split_inclusive('\n').map(str::to_owned).collect();
    lines[3] = format!("{{\"index\":2,\"leaf\":\"{}\"}}\n", leaf_hash(&entries[2]));
    assert_eq!(reason(lines.concat().as_bytes()), Some(Reason::Gap { index: 2 }));
}

#[test]
fn an_entry_and_its_leaf_changed_together_are_noticed() {
    let good = entries(4);
    let mut bent = good.clone();
    bent[1] =
        String::from_utf8(bent[1].clone()).expect("UTF-8").replace("\"rows\":1", "\"rows\":9").into_bytes();
    let line = |entry: &[u8]| {
        let text = std::str::from_utf8(entry).expect("UTF-8");
        crate::export::entry_line(1, Some(text), leaf_hash(entry))
    };
    let text = String::from_utf8(export(&good, 0)).expect("UTF-8").replace(&line(&good[1]), &line(&bent[1]));
    assert_eq!(reason(text.as_bytes()), Some(Reason::OtherRoot));
}

#[test]
fn entries_of_a_later_version_are_bound_though_not_understood() {
    let mut entries = entries(2);
    entries.push(br#"{"kind":"tea.served","v":7}"#.to_vec());
    let report = verify(&export(&entries, 0));
    assert!(report.is_proven());
    assert_eq!((report.entries, report.unknown), (3, 1));
}

#[test]
fn the_writer_refuses_what_would_not_verify() {
    let (key, entries) = (key(1), entries(3));
    let note = signed(&entries, &key);
    let begin = || Writer::begin(Vec::new(), &note, key.public()).expect("begun");
    assert!(matches!(begin().finish(), Err(Error::NotTheLog { count: 0 })));
    assert!(matches!(begin().entry(b"not JSON"), Err(Error::BadEntry { index: 0 })));
    assert!(matches!(begin().entry(br#"{"b":1, "a":2}"#), Err(Error::BadEntry { index: 0 })));
    let mut writer = begin();
    writer.entry(&entries[0]).expect("memory");
    assert!(matches!(writer.pruned(leaf_hash(&entries[1])), Err(Error::Gap { index: 1 })));
    let stranger = SigningKey::new("example.com/other", Secret::new([1; 32])).expect("a key");
    assert!(Writer::begin(Vec::new(), &note, stranger.public()).is_err());
}

#[test]
fn a_reader_that_breaks_is_an_error_and_not_a_verdict() {
    struct Broken;
    impl std::io::Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("unplugged"))
        }
    }
    assert!(verify_export(std::io::BufReader::new(Broken), None).is_err());
}

#[test]
fn a_line_without_end_does_not_fill_the_memory() {
    let endless = std::io::BufReader::new(std::io::repeat(b'x'));
    let report = verify_export(endless, None).expect("read");
    assert_eq!(report.failure.map(|failure| failure.reason), Some(Reason::NotCanonical));
}

proptest! {
    #[test]
    fn any_bytes_are_judged_without_panic(noise: Vec<u8>, at: usize, patch in any::<Vec<u8>>()) {
        prop_assert!(verify(&noise).failure.is_some());
        let good = export(&entries(2), 0);
        let at = at % good.len();
        let end = (at + patch.len()).min(good.len());
        let bad = [&good[..at], &patch, &good[end..]].concat();
        prop_assert!(bad == good || verify(&bad).failure.is_some());
    }
}
