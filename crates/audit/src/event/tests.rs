//! The form of entries is kept for ever; nothing about a person gets in.

use exeunt_base::{ActorId, JobId, OrganizationId, RequestId, Secret, Timestamp, canonical};
use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};

use crate::commitment::Commitment;
use crate::event::{Actor, Error, Event, MAX_COUNT};
use crate::kind::Kind;

/// One entry of every shape, as version 1 writes it. Never edit: add a file for a new version.
const GOLDEN: &str = include_str!("../../tests/golden/entries-v1.jsonl");

fn time() -> Timestamp {
    "2026-11-21T09:30:00.25Z".parse().expect("a time")
}

fn organization() -> OrganizationId {
    OrganizationId::from_bytes([1; 16])
}

fn plain(kind: Kind) -> Event {
    Event::new(time(), kind, Actor::System, organization())
}

fn full() -> Event {
    Event::new(time(), Kind::BatchClosed, Actor::Known(ActorId::from_bytes([2; 16])), organization())
        .about(RequestId::from_bytes([4; 16]))
        .about(JobId::from_bytes([3; 16]))
        .count("rows.deleted", 500)
        .count("rows.anonymized", 0)
        .commit("identifier", Commitment::new(&Secret::new([5; 32]), "identifier", b"ada@example.test"))
        .fact("model", "shop.orders")
        .fact("keys", "sha256:00ff")
}

#[test]
fn entries_of_version_one_are_what_they_always_were() {
    let made: Vec<String> = Kind::ALL
        .iter()
        .map(|kind| plain(*kind))
        .chain([full()])
        .map(|event| String::from_utf8(event.to_entry().expect("an entry")).expect("UTF-8"))
        .collect();
    let kept: Vec<&str> = GOLDEN.lines().collect();
    for line in &kept {
        let event = Event::parse(line.as_bytes()).expect("every kept entry reads");
        assert_eq!(event.to_entry().expect("an entry"), line.as_bytes());
    }
    for line in &made {
        assert!(kept.contains(&line.as_str()), "a kind without a kept entry; add this line:\n{line}");
    }
}

#[test]
fn an_entry_is_canonical_and_reads_back() {
    let entry = full().to_entry().expect("an entry");
    assert!(canonical::read(std::str::from_utf8(&entry).expect("UTF-8")).is_some());
    assert_eq!(Event::parse(&entry), Ok(full()));
}

#[test]
fn what_could_be_about_a_person_is_refused_and_not_repeated() {
    for personal in [
        "ada@example.test",
        "Ada Lovelace",
        "+49 151 1234567",
        "Zoë",
        "",
        "a\nb",
        "a,b",
        "{}",
        &"x".repeat(201),
    ] {
        let event = plain(Kind::RequestSubmitted).fact("note", personal);
        let error = event.to_entry().expect_err("refused");
        assert_eq!(error, Error::BadFact { kind: Kind::RequestSubmitted, label: "note".to_owned() });
        if personal.len() > 3 {
            assert!(!error.to_string().contains(personal) && !format!("{event:?}").contains(personal));
        }
        let labelled = plain(Kind::JobStarted).count(personal, 1);
        assert_eq!(labelled.to_entry(), Err(Error::BadLabel(Kind::JobStarted)));
        assert!(personal.len() <= 3 || !format!("{labelled:?}").contains(personal));
    }
}

#[test]
fn what_does_not_fit_an_entry_is_refused() {
    let count = plain(Kind::JobStarted).count("rows", MAX_COUNT + 1).to_entry();
    assert_eq!(count, Err(Error::BadCount { kind: Kind::JobStarted, label: "rows".to_owned() }));
    for micros in [-1, i64::MIN, i64::MAX, 253_402_300_800_000_000] {
        let event =
            Event::new(Timestamp::from_micros(micros), Kind::JobStarted, Actor::System, organization());
        assert_eq!(event.to_entry(), Err(Error::BadTime(Kind::JobStarted)));
    }
    let crowd = (0..3_000u128).fold(plain(Kind::JobStarted), |event, number| {
        event.about(RequestId::from_bytes(number.to_be_bytes()))
    });
    assert!(matches!(crowd.to_entry(), Err(Error::TooLong { .. })));
}

#[test]
fn only_the_one_spelling_is_an_entry() {
    let good = String::from_utf8(full().to_entry().expect("an entry")).expect("UTF-8");
    for (from, to) in [
        ("\"v\":1", "\"v\":2"),
        ("\"v\":1", "\"v\":1.0"),
        ("\"v\":1", "\"w\":0,\"v\":1"),
        ("\"v\":1", "\"v\": 1"),
        (",\"v\":1", ""),
        ("batch.closed", "batch.eaten"),
        ("act_", "ACT_"),
        ("act_0", "act_O"),
        ("req_", "org_"),
        ("\"job_0", "\"req_7"), // a good id, but out of order
        ("\"job_", "\"ghost_"),
        ("09:30:00.25Z", "09:30:00.250Z"),
        ("09:30:00.25Z", "10:30:00.25+01:00"),
        ("\"rows.anonymized\":0", "\"rows.anonymized\":-1"),
        ("\"facts\"", "\"facets\""),
    ] {
        let bad = good.replacen(from, to, 1);
        assert_ne!(bad, good, "{from}");
        assert!(Event::parse(bad.as_bytes()).is_err(), "{to}");
    }
    assert_eq!(Event::parse(b""), Err(Error::Malformed));
    assert_eq!(Event::parse(format!("{good}\n").as_bytes()), Err(Error::Malformed));
}

proptest! {
    #[test]
    fn any_bytes_are_refused_or_print_as_they_were(at: usize, byte: u8, noise: Vec<u8>) {
        prop_assert!(Event::parse(&noise).is_err());
        let mut bytes = full().to_entry().expect("an entry");
        let at = at % bytes.len();
        bytes[at] = byte;
        if let Ok(event) = Event::parse(&bytes) {
            prop_assert_eq!(event.to_entry(), Ok(bytes));
        }
    }

    #[test]
    fn every_event_reads_back(
        kind in 0..Kind::ALL.len(),
        micros in 0..253_402_300_800_000_000_i64,
        label in "[a-zA-Z0-9._:/-]{1,100}",
        fact in "[a-zA-Z0-9._:/-]{1,200}",
        count in 0..=MAX_COUNT,
        salt in any::<[u8; 32]>(),
    ) {
        let event = Event::new(Timestamp::from_micros(micros), Kind::ALL[kind], Actor::System, organization())
            .count(&label, count)
            .commit(&label, Commitment::new(&Secret::new(salt), &label, fact.as_bytes()))
            .fact(&label, fact);
        let entry = event.to_entry().expect("an entry");
        prop_assert_eq!(Event::parse(&entry), Ok(event));
    }
}
