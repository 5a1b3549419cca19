//! A real application's shop, filled by its own code, carried through the whole story from the command line.
//!
//! `examples/oscar/` holds the shop's dump, its data map and an oracle: SQL written by hand that says what must be
//! exported, deleted and changed. What happened is compared with it row by row; everything else must be as it was.

mod home;
mod oracle;
mod shop;

use std::collections::BTreeSet;

use exeunt_testkit::Snapshot;
use exeunt_testkit::snapshot::What;

use crate::home::Home;
use crate::oracle::Oracle;
use crate::shop::Shop;

const ADA: &str = "ada.lovelace@oscar.example";

/// Five people at once: a customer, a hostile name, mixed case, a guest without an account, a member of staff.
const WAVE: [&str; 5] = [
    ADA,
    "hostile.3+tag@oscar.example",
    "lena.novak.14@OSCAR.example",
    "guest.3@oscar.example",
    "grace@staff.oscar.example",
];

#[test]
fn one_customer_on_sqlite() {
    one_customer(&Shop::sqlite());
}

#[test]
fn one_customer_on_postgres() {
    one_customer(&Shop::postgres());
}

#[test]
fn a_wave_of_five_on_sqlite() {
    wave(&Shop::sqlite());
}

#[test]
fn a_wave_of_five_on_postgres() {
    wave(&Shop::postgres());
}

fn one_customer(shop: &Shop<'_>) {
    let home = Home::new(shop);
    let findings = home.ok(&["map", "check", "--strict"]);
    // one line says that nobody said where the data is, and nothing else is found
    let codes: Vec<_> =
        findings["findings"].as_array().expect("a list").iter().map(|finding| &finding["code"]).collect();
    assert_eq!(codes, ["regions-unsaid"]);

    let (before, oracle) = (shop.snapshot(), shop.oracle(&[ADA]));
    assert!(oracle.deleted.len() > 50 && oracle.updated.len() > 10, "the oracle knows her");
    let access = home.submit("access", ADA);
    let exported = home.exported(&access);
    let differ: Vec<_> = exported.symmetric_difference(&oracle.exported).collect();
    assert!(differ.is_empty(), "shown too much or too little: {differ:?}");
    before.assert_same(&shop.snapshot());

    let first = home.submit("erasure", ADA);
    let plan = home.plan(&[&first], &["--dry-run"]);
    before.assert_same(&shop.snapshot());
    home.carry_out(&plan);
    assert_happened(&before, &shop.snapshot(), &oracle, 0);

    let restored = home.ok(&["restore", &first]);
    assert_eq!(restored["whole"], true, "{restored}");
    before.assert_same(&shop.snapshot());

    let again = home.submit("erasure", &ADA.to_uppercase());
    home.carry_out(&home.plan(&[&again], &["--no-counts"]));
    let erased = shop.snapshot();
    assert_happened(&before, &erased, &oracle, 0);
    let purged = home.ok(&["purge", &again, "--now", "she insists"]);
    let seen = &purged["purged"][0]["looked_again"];
    assert_eq!((&seen["found"], &seen["failed"]), (&serde_json::json!([]), &serde_json::json!([])), "{seen}");
    erased.assert_same(&shop.snapshot());

    home.ok(&["ledger", "check"]);
    let copy = shop.fresh();
    let back = home.answer(4, &["ledger", "check", "--at", &format!("oscar={}", copy.address())], "");
    assert_eq!(back["back"].as_array().map(Vec::len), Some(1), "{back}");
    let receipt = &purged["purged"][0];
    let (receipt, proof) = (&receipt["receipt_file"], &receipt["proof_file"]);
    let paths = [receipt, proof].map(|path| path.as_str().expect("a path"));
    let verified = home.ok(&["audit", "verify", "--receipt", paths[0], "--proof", paths[1]]);
    assert_eq!(verified["verified"], true);
    home.keeps_quiet(&["lovelace", "Park Street"]);
}

fn wave(shop: &Shop<'_>) {
    let home = Home::new(shop);
    let (before, oracle) = (shop.snapshot(), shop.oracle(&WAVE));
    let requests: Vec<String> = WAVE.iter().map(|email| home.submit("erasure", email)).collect();
    let named: Vec<&str> = requests.iter().map(String::as_str).collect();
    home.carry_out(&home.plan(&named, &[]));
    let ghosts = 1;
    assert_happened(&before, &shop.snapshot(), &oracle, ghosts);

    // One of them changes her mind: hers comes back, and what is the others' stays erased; a notice she sent to a member
    // of staff comes back with that request.
    let restored = home.ok(&["restore", named[0]]);
    assert_eq!(restored["whole"], true, "{restored}");
    let others = shop.fresh().oracle(&WAVE[1..]);
    assert_happened(&before, &shop.snapshot(), &others, ghosts);

    // Then all do: the shop is as it was, the ghost gone, for nothing refers to it any more.
    for request in &named[1..] {
        let restored = home.ok(&["restore", request]);
        assert_eq!(restored["whole"], true, "{restored}");
    }
    before.assert_same(&shop.snapshot());
}

/// Exactly what the oracle says, and besides it only ghosts.
fn assert_happened(before: &Snapshot, after: &Snapshot, oracle: &Oracle, ghosts: usize) {
    let happened = happened(before, after);
    let (added, happened): (BTreeSet<String>, _) =
        happened.into_iter().partition(|line| line.starts_with('+'));
    let asked = oracle.lines();
    let show =
        |lines: BTreeSet<&String>| lines.into_iter().map(|line| format!("\n  {line}")).collect::<String>();
    let (left, much) = (asked.difference(&happened).collect(), happened.difference(&asked).collect());
    assert!(happened == asked, "not done:{}\ndone and not asked for:{}", show(left), show(much));
    assert!(added.iter().all(|line| line.starts_with("+ auth_user ")), "{added:?}");
    assert_eq!(added.len(), ghosts, "{added:?}");
}

/// Every difference as a line, the way the oracle writes them.
fn happened(before: &Snapshot, after: &Snapshot) -> BTreeSet<String> {
    let line = |change: exeunt_testkit::snapshot::Change| {
        let table = change.place.split_once('.').map_or(change.place.as_str(), |(_, table)| table).to_owned();
        let key = change.key.split_once('=').map_or(change.key.as_str(), |(_, key)| key).to_owned();
        match change.what {
            What::Removed => format!("- {table} {key}"),
            What::Added => format!("+ {table} {key}"),
            What::Changed(mut columns) => {
                columns.sort();
                format!("~ {table} {key}: {}", columns.join(", "))
            }
        }
    };
    before.changes(after).into_iter().map(line).collect()
}
