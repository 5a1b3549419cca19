//! Packs as an auditor gets them: whole ones hold, and nothing that was done to one stays unseen.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop loudly")]

mod log;

use std::io::{Cursor, Read, Write};

use exeunt_audit::policy::{Known, Policy};
use exeunt_evidence::{Failure, Trust, Verified, verify};
use proptest::prelude::{any, prop_assert, proptest};

use crate::log::{Log, at, log_key, witness};

fn known(key: &exeunt_audit::note::VerifyingKey) -> Known {
    Known { key: key.clone(), url: None }
}

fn policy(least: usize) -> Trust {
    let witnesses = [1, 2, 3].map(|seed| known(witness(seed).public()));
    Trust::Policy(Box::new(Policy::of(known(log_key(1).public()), witnesses.into(), least).unwrap()))
}

fn sentences(pack: &[u8], trust: &Trust) -> Vec<String> {
    verify(pack, trust).unwrap().sentences()
}

/// The files of a pack, taken apart by somebody else's program and put together again by it.
fn rebuilt(pack: &[u8], change: impl Fn(&mut Vec<(String, Vec<u8>)>)) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(Cursor::new(pack)).unwrap();
    let mut files = Vec::new();
    for place in 0..archive.len() {
        let mut file = archive.by_index(place).unwrap();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        files.push((file.name().unwrap().into_owned(), bytes));
    }
    change(&mut files);
    files.sort();
    log::archive(&files)
}

fn edit(
    name: &'static str,
    change: impl Fn(String) -> String + 'static,
) -> impl Fn(&mut Vec<(String, Vec<u8>)>) {
    move |files| {
        let file = files.iter_mut().find(|(known, _)| known == name).unwrap();
        let text = String::from_utf8(file.1.clone()).unwrap();
        let changed = change(text.clone());
        assert_ne!(changed, text, "{name} was not changed");
        file.1 = changed.into_bytes();
    }
}

#[test]
fn a_period_holds_and_says_so_in_words() {
    let log = Log::new(30);
    let pack = log.period(at(5), at(20), &[1, 2]);
    assert_eq!(
        sentences(&pack, &policy(2)),
        [
            "All 17 entries are in the log of 1 Mar 2026, `example.com/audit`, which had 31 entries then.",
            "Two of three witnesses signed.",
            "Nothing is missing between 6 Jan 2026 and 21 Jan 2026: 15 entries in that time.",
            "The log binds the 2 receipts.",
            "The log binds the 1 plan that was approved.",
        ]
    );
    let verified = verify(&pack, &Trust::Key(Box::new(log_key(1).public().clone()))).unwrap();
    assert!(verified.trusted && verified.within == Some(15) && verified.requests == 1);
    let alone = sentences(&pack, &Trust::Nobody);
    assert!(alone.last().unwrap().contains("anyone could have made it"), "{alone:?}");
    assert_eq!(verify(&pack, &policy(3)), Err(Failure::NoQuorum { signed: 2, of: 3 }));
    assert_eq!(verify(&pack, &Trust::Key(Box::new(log_key(2).public().clone()))), Err(Failure::OtherLog));
}

#[test]
fn periods_of_every_place_hold() {
    let log = Log::new(30);
    for (from, to) in [(-9, 99), (-9, 3), (0, 1), (7, 7), (29, 99), (12, 13), (40, 99)] {
        let verified: Verified = verify(&log.period(at(from), at(to), &[]), &Trust::Nobody).unwrap();
        let expected = (0..30).filter(|day| from <= *day && *day < to).count() as u64;
        assert_eq!(verified.within, Some(expected), "{from} to {to}");
    }
}

#[test]
fn a_request_holds_entry_by_entry() {
    let pack = Log::new(30).request(&[1, 2, 3]);
    let told = sentences(&pack, &policy(3));
    assert_eq!(
        told[0],
        "All 3 entries are in the log of 1 Mar 2026, `example.com/audit`, which had 31 entries then."
    );
    assert_eq!(told[1], "Three of three witnesses signed.");
    assert!(!told.iter().any(|sentence| sentence.contains("missing")), "that is for periods: {told:?}");
}

#[test]
fn the_page_lists_and_runs_nothing() {
    let pack = Log::new(30).period(at(5), at(20), &[]);
    let mut page = String::new();
    let mut archive = zip::ZipArchive::new(Cursor::new(&pack)).unwrap();
    archive.by_name("index.html").unwrap().read_to_string(&mut page).unwrap();
    assert!(page.contains("Evidence of &lt;b&gt;Acme &amp; Sons"), "{page}");
    assert!(page.contains("receipt.issued") && page.contains("exeunt evidence verify"));
    assert!(!page.contains("<script") && !page.contains("<b>Acme") && !page.contains("http://"));
}

#[test]
fn no_bit_of_a_pack_can_be_flipped() {
    let log = Log::new(9);
    for pack in [log.period(at(2), at(6), &[1]), log.request(&[1])] {
        assert!(verify(&pack, &Trust::Nobody).is_ok());
        for place in 0..pack.len() {
            let mut bad = pack.clone();
            bad[place] ^= 1 << (place % 8);
            assert!(verify(&bad, &Trust::Nobody).is_err(), "byte {place}");
        }
    }
}

#[test]
fn what_somebody_changed_and_packed_again_with_care_is_found() {
    let log = Log::new(30);
    let pack = log.period(at(5), at(20), &[1, 2]);
    let verified = |bad: &[u8]| verify(bad, &policy(1));
    assert!(verified(&rebuilt(&pack, |_| ())).is_ok());
    let second = |text: String| {
        let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
        lines.remove(2);
        lines.concat()
    };
    let swapped = |text: String| {
        let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
        lines.swap(2, 3);
        lines.concat()
    };
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("an entry dropped", rebuilt(&pack, edit("log/entries.jsonl", second))),
        ("entries in another order", rebuilt(&pack, edit("log/entries.jsonl", swapped))),
        (
            "another time",
            rebuilt(&pack, edit("manifest.json", |text| text.replacen("2026-01-06", "2026-01-05", 1))),
        ),
        ("another head", rebuilt(&pack, edit("checkpoint", |text| text.replacen("\n31\n", "\n32\n", 1)))),
        (
            "a witness struck out",
            rebuilt(
                &pack,
                edit("checkpoint", |text| {
                    text.lines()
                        .filter(|line| !line.contains("w1 "))
                        .map(|line| format!("{line}\n"))
                        .collect()
                }),
            ),
        ),
        ("a policy of somebody else", rebuilt(&pack, edit("policy", |text| text.replacen("w1", "w9", 2)))),
        ("one file less", rebuilt(&pack, |files| files.retain(|(name, _)| !name.starts_with("receipts/")))),
        ("one file more", rebuilt(&pack, |files| files.push((String::from("more.txt"), Vec::new())))),
        (
            "a proof more",
            rebuilt(&pack, |files| {
                let proof = files.iter().find(|(name, _)| name.starts_with("proofs/")).unwrap().1.clone();
                files.push((String::from("proofs/000000000003.tlog-proof"), proof));
            }),
        ),
        (
            "no proof of the pack",
            rebuilt(&pack, |files| files.retain(|(name, _)| name != "manifest.tlog-proof")),
        ),
    ];
    for (what, bad) in cases {
        assert!(verified(&bad).is_err(), "{what}");
    }
    // every digest made to fit: then the log does not know the manifest
    let forged = log::with_manifest_mended(&rebuilt(
        &pack,
        edit("index.html", |text| text.replacen("Acme", "Best", 1)),
    ));
    assert_eq!(verified(&forged), Err(Failure::NotBound));
    let fewer = log::with_manifest_mended(&rebuilt(&pack, edit("log/entries.jsonl", second)));
    assert_eq!(verified(&fewer), Err(Failure::NotBound));
}

#[test]
fn a_pack_that_its_maker_left_something_out_of_is_found_though_the_log_binds_it() {
    let log = Log::new(30);
    let honest = |entries: std::ops::Range<u64>| log.made(at(5), at(20), entries, &[], |_| ());
    assert!(verify(&honest(4..21), &Trust::Nobody).is_ok());
    assert_eq!(verify(&honest(5..21), &Trust::Nobody), Err(Failure::Edge("beginning")));
    assert_eq!(verify(&honest(4..20), &Trust::Nobody), Err(Failure::Edge("end")));
    let with = |change: fn(&mut exeunt_evidence::Contents)| {
        verify(&log.made(at(5), at(20), 4..21, &[], change), &Trust::Nobody)
    };
    assert_eq!(with(|contents| drop_entry(contents, 6)), Err(Failure::Broken));
    assert!(matches!(with(|contents| contents.receipts.clear()), Err(Failure::Missing(_))));
    assert!(matches!(with(|contents| contents.plans.clear()), Err(Failure::Missing(_))));
    let another = |contents: &mut exeunt_evidence::Contents| {
        contents.plans[0].text = contents.plans[0].text.replace("1", "2");
    };
    assert!(matches!(with(another), Err(Failure::NotWhatWasLogged(_))));
    let unlogged = |contents: &mut exeunt_evidence::Contents| {
        let mut more = contents.receipts[0].clone();
        more.id = String::from("rcp_00000000000000000000000000");
        contents.receipts.push(more);
    };
    assert!(matches!(with(unlogged), Err(Failure::NotWhatWasLogged(_))));
}

fn drop_entry(contents: &mut exeunt_evidence::Contents, place: usize) {
    if let exeunt_evidence::Stretch::Unbroken { entries, .. } = &mut contents.stretch {
        entries.remove(place);
    }
}

#[test]
fn archives_of_others_are_refused() {
    let mut made = zip::ZipWriter::new(Cursor::new(Vec::new()));
    made.start_file("../../evil", zip::write::SimpleFileOptions::default()).unwrap();
    made.write_all(b"x").unwrap();
    assert!(matches!(verify(&made.finish().unwrap().into_inner(), &Trust::Nobody), Err(Failure::Archive(_))));
}

proptest! {
    #[test]
    fn any_bytes_are_judged_without_panic(bytes: Vec<u8>) {
        prop_assert!(verify(&bytes, &Trust::Nobody).is_err());
    }

    #[test]
    fn whatever_is_done_to_a_pack_is_found(place in any::<usize>(), byte: u8, cut in any::<bool>()) {
        let pack = Log::new(9).period(at(2), at(6), &[1]);
        let mut bad = pack.clone();
        let place = place % bad.len();
        if cut {
            bad.remove(place);
        } else {
            bad.insert(place, byte);
        }
        prop_assert!(bad == pack || verify(&bad, &Trust::Nobody).is_err());
    }
}
