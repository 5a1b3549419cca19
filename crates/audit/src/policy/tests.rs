//! Policies: the example of the specification, what is none, and what each quorum makes of a checkpoint.

use exeunt_base::{Secret, Timestamp};
use proptest::prelude::{any, prop_assert_eq, proptest};

use crate::checkpoint::Checkpoint;
use crate::merkle::leaf_hash;
use crate::note::{CosigningKey, Note, SigningKey};
use crate::policy::{Error, Known, Policy};

fn log(seed: u8) -> SigningKey {
    SigningKey::new("example.com/log", Secret::new([seed; 32])).unwrap()
}

fn witness(seed: u8) -> CosigningKey {
    CosigningKey::new(&format!("witness.example/w{seed}"), Secret::new([seed; 32])).unwrap()
}

fn head(signers: &[u8]) -> Note {
    let checkpoint = Checkpoint { origin: String::from("example.com/log"), size: 1, root: leaf_hash(b"1") };
    let mut note = checkpoint.sign(&log(1)).unwrap();
    for signer in signers {
        note.add(witness(*signer).cosign(&checkpoint, Timestamp::from_micros(5_000_000))).unwrap();
    }
    note
}

/// The example of the specification, with its two levels of groups.
fn example() -> String {
    let mut text = format!("# two organizations\nlog {}\n\n", log(1).public());
    for (name, seed) in [("X1", 11), ("X2", 12), ("X3", 13)] {
        text.push_str(&format!("witness {name} {}\n", witness(seed).public()));
    }
    text.push_str("group X-witnesses 2 X1 X2 X3\n");
    for (name, seed) in [("Y1", 21), ("Y2", 22)] {
        text.push_str(&format!("\twitness {name}\t{}  https://{name}.example/\n", witness(seed).public()));
    }
    text.push_str("group Y-witnesses any Y1 Y2\ngroup X-and-Y all X-witnesses Y-witnesses\nquorum X-and-Y\n");
    text
}

#[test]
fn a_quorum_of_two_levels_counts_as_the_specification_says() {
    let policy: Policy = example().parse().unwrap();
    assert_eq!(policy.witnesses[3].1.url.as_deref(), Some("https://Y1.example/"));
    assert_eq!(policy.to_string().parse(), Ok(policy.clone()));
    for (signers, enough) in [
        (&[11, 12, 21][..], true),
        (&[11, 13, 21, 22], true),
        (&[11, 21, 22], false),
        (&[11, 12, 13], false),
        (&[], false),
        (&[11, 12, 31], false),
    ] {
        let judged = policy.judge(&head(signers)).unwrap();
        assert_eq!(judged.quorum, enough, "{signers:?}");
        assert_eq!(judged.log, *log(1).public());
        assert_eq!(judged.signed(), signers.iter().filter(|signer| **signer < 30).count());
    }
}

#[test]
fn a_simple_policy_wants_so_many_of_its_witnesses() {
    let known = |key| Known { key, url: None };
    let of = |least| {
        let witnesses = (11..14).map(|seed| known(witness(seed).public().clone())).collect();
        Policy::of(known(log(1).public().clone()), witnesses, least)
    };
    let policy = of(2).unwrap();
    assert_eq!(policy.to_string().parse(), Ok(policy.clone()));
    assert!(policy.judge(&head(&[11, 13])).unwrap().quorum);
    assert!(!policy.judge(&head(&[11])).unwrap().quorum);
    let judged = of(0).unwrap().judge(&head(&[12])).unwrap();
    assert!(judged.quorum && judged.signed() == 1 && !of(0).unwrap().wants_witnesses());
    assert_eq!(of(4), Err(Error::TooFew { wanted: 4, known: 3 }));
}

#[test]
fn another_log_and_a_wrong_signature_are_refused() {
    let policy: Policy = example().parse().unwrap();
    let checkpoint = Checkpoint { origin: String::from("example.com/log"), size: 1, root: leaf_hash(b"1") };
    assert_eq!(policy.judge(&checkpoint.sign(&log(2)).unwrap()), Err(Error::NoLog));
    let other = Checkpoint { root: leaf_hash(b"2"), ..checkpoint.clone() };
    let mut note = head(&[11]);
    note.add(witness(12).cosign(&other, Timestamp::from_micros(0))).unwrap();
    assert!(matches!(policy.judge(&note), Err(Error::Note(_))));
}

#[test]
fn what_is_not_a_policy_is_refused_with_its_line() {
    let example = example();
    let w = witness(11).public().to_string();
    for (from, to) in [
        ("quorum X-and-Y\n", ""),
        ("quorum X-and-Y\n", "quorum X-and-Y\nquorum none\n"),
        ("quorum X-and-Y\n", "quorum Z\n"),
        ("quorum X-and-Y\n", "quorum\n"),
        ("2 X1 X2 X3", "4 X1 X2 X3"),
        ("2 X1 X2 X3", "0 X1 X2 X3"),
        ("2 X1 X2 X3", "2"),
        ("2 X1 X2 X3", "2 X1 X1 X3"),
        ("2 X1 X2 X3", "2 X1 X2 none"),
        ("2 X1 X2 X3", "some X1 X2 X3"),
        ("any Y1 Y2", "any Y1 X1"),
        ("any Y1 Y2", "any Y1 Y-witnesses"),
        ("witness X2", "witness X1"),
        ("witness X2", "witness none"),
        ("witness X1", "witness X0 WITNESS\nwitness X1"),
        ("log ", "log WITNESS\nlog "),
        ("witness X1", "wittness X1"),
        ("https://Y1.example/", "https://Y1.example/ more"),
        ("# two", "\r# two"),
    ] {
        let bad = example.replacen(from, &to.replace("WITNESS", &w), 1);
        assert_ne!(bad, example, "{from}");
        assert!(bad.parse::<Policy>().is_err(), "{to}");
    }
    let error = example.replacen("witness X2", "witness X1", 1).parse::<Policy>().unwrap_err();
    assert_eq!(error.to_string(), "line 5 of the policy: that name is taken");
}

proptest! {
    #[test]
    fn any_text_is_refused_or_prints_as_what_reads_back(
        text in any::<String>(),
        lines in "((log|witness|group|quorum)[ \t][a-z0-9 \n]{0,20}){0,4}",
    ) {
        for text in [text, lines, example()] {
            if let Ok(policy) = text.parse::<Policy>() {
                prop_assert_eq!(policy.to_string().parse(), Ok(policy));
            }
        }
    }
}
