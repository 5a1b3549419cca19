//! A receipt holds offline, with the public key alone; nothing in it or its proof can be changed.

use std::collections::BTreeMap;

use exeunt_base::{ModelRef, Name, OrganizationId, PlanId, ReceiptId, RequestId, Secret, Timestamp};
use expect_test::expect;
use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

use crate::checkpoint::Checkpoint;
use crate::event::{Actor, Event};
use crate::kind::Kind;
use crate::merkle::{Frontier, inclusion_proof, leaf_hash};
use crate::note::SigningKey;
use crate::proof::LogProof;
use crate::receipt::{
    Destruction, Digest, Done, Error, LookAgain, Receipt, Residue, Scrub, Times, Vaulted, VerifyError, When,
    verify_receipt,
};

fn at(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

fn name(text: &str) -> Name {
    Name::new(text).expect("a name")
}

fn receipt() -> Receipt {
    Receipt {
        receipt: ReceiptId::from_bytes([1; 16]),
        organization: OrganizationId::from_bytes([2; 16]),
        request: RequestId::from_bytes([3; 16]),
        right: "erasure".to_owned(),
        plan: PlanId::from_bytes([4; 16]),
        plan_digest: Digest([5; 32]),
        census_digest: Some(Digest([6; 32])),
        done: vec![Done {
            model: ModelRef { source: name("shop"), model: name("kläger") },
            rows: BTreeMap::from([("deleted".to_owned(), 12), ("kept".to_owned(), 1)]),
        }],
        held: Vec::new(),
        vault: vec![
            Destruction {
                what: Vaulted::RequestSalt,
                count: 1,
                when: When::Done(at("2026-12-21T09:00:00Z")),
            },
            Destruction { what: Vaulted::EpochKey, count: 1, when: When::Due(at("2027-01-01T00:00:00Z")) },
        ],
        scrubs: vec![Scrub {
            source: name("shop"),
            done: vec!["vacuumed 3 tables".to_owned()],
            left: vec![Residue {
                place: "write-ahead log".to_owned(),
                note: "old pages stay until the log is recycled".to_owned(),
                until: Some(at("2026-12-22T00:00:00Z")),
            }],
        }],
        look_again: Some(LookAgain { at: at("2026-12-21T09:01:00Z"), identifiers: 2, places: 14, found: 0 }),
        times: Times {
            received: at("2026-11-21T09:30:00Z"),
            approved: Some(at("2026-11-21T10:00:00Z")),
            settled: Some(at("2026-11-21T10:00:01.5Z")),
            purged: Some(at("2026-12-21T09:00:00Z")),
            issued: at("2026-12-21T09:01:01Z"),
        },
    }
}

fn key() -> SigningKey {
    SigningKey::new("example.com/audit", Secret::new([1; 32])).expect("a key")
}

/// Logs an entry between others and proves it.
fn prove(entry: &[u8]) -> String {
    let entries = [b"first".as_slice(), b"second", entry, b"fourth"];
    let mut nodes = BTreeMap::new();
    let mut tree = Frontier::default();
    for entry in entries {
        let (next, made) = tree.append(leaf_hash(entry));
        tree = next;
        nodes.extend(made.into_iter().map(|node| ((node.level, node.index), node.hash)));
    }
    let hashes = inclusion_proof(2, 4, &|level, index| nodes.get(&(level, index)).copied()).expect("stored");
    let checkpoint = Checkpoint { origin: "example.com/audit".to_owned(), size: 4, root: tree.root() };
    let checkpoint = checkpoint.sign(&key()).expect("signed");
    LogProof { extra: Some(entry.to_vec()), index: 2, hashes, checkpoint }.to_string()
}

fn issued(receipt: &Receipt) -> Event {
    receipt.issued_by(Actor::System).expect("a receipt")
}

fn proven(event: &Event) -> String {
    prove(&event.to_entry().expect("an entry"))
}

#[test]
fn a_receipt_of_version_one_is_what_it_always_was() {
    let json = receipt().to_json().expect("a receipt");
    expect![[r#"{"census_digest":"0606060606060606060606060606060606060606060606060606060606060606","done":[{"model":"kläger","rows":{"deleted":12,"kept":1},"source":"shop"}],"look_again":{"at":"2026-12-21T09:01:00Z","found":0,"identifiers":2,"places":14},"organization":"org_02081040g2081040g2081040g2","plan":"pln_040g2081040g2081040g208104","plan_digest":"0505050505050505050505050505050505050505050505050505050505050505","receipt":"rcp_01040g2081040g2081040g2081","request":"req_030c1g60r30c1g60r30c1g60r3","right":"erasure","scrubs":[{"done":["vacuumed 3 tables"],"left":[{"note":"old pages stay until the log is recycled","place":"write-ahead log","until":"2026-12-22T00:00:00Z"}],"source":"shop"}],"times":{"approved":"2026-11-21T10:00:00Z","issued":"2026-12-21T09:01:01Z","purged":"2026-12-21T09:00:00Z","received":"2026-11-21T09:30:00Z","settled":"2026-11-21T10:00:01.5Z"},"v":1,"vault":[{"count":1,"what":"request_salt","when":{"done":"2026-12-21T09:00:00Z"}},{"count":1,"what":"epoch_key","when":{"due":"2027-01-01T00:00:00Z"}}]}"#]].assert_eq(&json);
    assert_eq!(Receipt::parse(&json), Ok(receipt()));
    assert_eq!(Receipt::parse(&format!("{json}\n")), Ok(receipt()));
}

#[test]
fn a_receipt_holds_with_the_public_key_alone() {
    let json = receipt().to_json().expect("a receipt");
    let verified = verify_receipt(&json, &proven(&issued(&receipt())), key().public()).expect("it holds");
    assert_eq!(verified.receipt, receipt());
    assert_eq!((verified.index, verified.checkpoint.size), (2, 4));
    assert_eq!(verified.event.kind, Kind::ReceiptIssued);
}

#[test]
fn a_receipt_changed_in_one_number_does_not_hold() {
    let proof = proven(&issued(&receipt()));
    let json = receipt().to_json().expect("a receipt").replace("\"deleted\":12", "\"deleted\":13");
    assert_eq!(verify_receipt(&json, &proof, key().public()), Err(VerifyError::OtherReceipt));
}

#[test]
fn the_proof_of_another_entry_or_log_does_not_serve() {
    let json = receipt().to_json().expect("a receipt");
    let mut other = issued(&receipt());
    other.kind = Kind::PurgeFinished;
    assert_eq!(verify_receipt(&json, &proven(&other), key().public()), Err(VerifyError::NotAReceiptEntry));
    let mut other = issued(&receipt());
    other.organization = OrganizationId::from_bytes([9; 16]);
    assert_eq!(verify_receipt(&json, &proven(&other), key().public()), Err(VerifyError::OtherReceipt));
    assert_eq!(verify_receipt(&json, &prove(b"noise"), key().public()), Err(VerifyError::NotAReceiptEntry));
    let stranger = SigningKey::new("example.com/audit", Secret::new([2; 32])).expect("a key");
    let proof = proven(&issued(&receipt()));
    assert!(matches!(verify_receipt(&json, &proof, stranger.public()), Err(VerifyError::Proof(_))));
    let without = proof
        .lines()
        .filter(|line| !line.starts_with("extra"))
        .fold(String::new(), |all, line| all + line + "\n");
    assert_eq!(verify_receipt(&json, &without, key().public()), Err(VerifyError::NotAReceiptEntry));
}

#[test]
fn no_byte_of_receipt_or_proof_can_be_changed() {
    let json = receipt().to_json().expect("a receipt");
    let proof = proven(&issued(&receipt()));
    let flipped = |text: &str, at: usize, flip: u8| {
        let mut bytes = text.as_bytes().to_vec();
        bytes[at] ^= flip;
        String::from_utf8(bytes).ok()
    };
    for flip in [0x01, 0x04, 0x20] {
        for bad in (0..json.len()).filter_map(|at| flipped(&json, at, flip)) {
            assert!(verify_receipt(&bad, &proof, key().public()).is_err(), "{bad}");
        }
        for bad in (0..proof.len()).filter_map(|at| flipped(&proof, at, flip)) {
            assert!(verify_receipt(&json, &bad, key().public()).is_err(), "{bad}");
        }
    }
}

#[test]
fn what_a_receipt_cannot_hold_is_refused() {
    let refused = |change: fn(&mut Receipt)| {
        let mut receipt = receipt();
        change(&mut receipt);
        receipt.to_json()
    };
    assert_eq!(refused(|receipt| receipt.right = "to be forgotten".to_owned()), Err(Error::OutOfRange));
    assert_eq!(refused(|receipt| receipt.scrubs[0].done[0] = "a\nb".to_owned()), Err(Error::OutOfRange));
    assert_eq!(refused(|receipt| receipt.scrubs[0].left[0].note = "x".repeat(1_001)), Err(Error::OutOfRange));
    assert_eq!(refused(|receipt| receipt.vault[0].count = u64::MAX), Err(Error::OutOfRange));
    assert_eq!(refused(|receipt| receipt.times.issued = Timestamp::from_micros(-1)), Err(Error::OutOfRange));
    let json = receipt().to_json().expect("a receipt");
    for (from, to) in [
        ("\"v\":1", "\"v\":2"),
        ("\"v\":1", "\"v\":1,\"w\":1"),
        ("{\"census", "{ \"census"),
        ("\"done\":\"2026", "\"undone\":\"2026"),
        ("0505", "05050"),
        ("\"until\":\"2026-12-22T00:00:00Z\"", "\"until\":\"2026-12-22T01:00:00+01:00\""),
    ] {
        let bad = json.replacen(from, to, 1);
        assert_ne!(bad, json, "{from}");
        assert_eq!(Receipt::parse(&bad), Err(Error::Malformed), "{to}");
    }
}

proptest! {
    #[test]
    fn any_texts_are_judged_without_panic(json: String, proof: String, at: usize, patch: String) {
        prop_assert!(verify_receipt(&json, &proof, key().public()).is_err());
        let good = receipt().to_json().expect("a receipt");
        let at = (0..=at % good.len()).rev().find(|at| good.is_char_boundary(*at)).unwrap_or_default();
        let bent = format!("{}{patch}{}", &good[..at], &good[at..]);
        if let Ok(read) = Receipt::parse(&bent) {
            prop_assert_eq!(read.to_json().expect("a receipt"), bent.strip_suffix('\n').unwrap_or(&bent));
        }
    }
}
