//! Evidence packs, from the home they are made in to the machine of a stranger.

use std::fs;
use std::process::Command;

use exeunt_testkit::canary;
use serde_json::Value;
use tempfile::TempDir;

use crate::desk::Desk;
use crate::witnesses::watched;

/// A machine that knows nothing of the home.
fn elsewhere(arguments: &[&str], code: i32) -> String {
    let nowhere = TempDir::new().unwrap();
    let answer = Command::new(env!("CARGO_BIN_EXE_exeunt"))
        .args(arguments)
        .current_dir(nowhere.path())
        .env_clear()
        .output()
        .unwrap();
    let (out, err) = (String::from_utf8(answer.stdout).unwrap(), String::from_utf8(answer.stderr).unwrap());
    assert_eq!(answer.status.code(), Some(code), "{arguments:?}\n{out}\n{err}");
    format!("{out}{err}")
}

#[test]
fn what_was_done_for_a_person_is_proven_to_a_stranger_without_a_word_about_them() {
    let desk = Desk::with_home();
    let witnesses = watched(&desk, &["ada", "bob"], 2);
    let request = desk.request("erasure", "customer_id=3");
    desk.request("access", "customer_id=4");
    desk.erase(&request);
    desk.done(&["purge", &request, "--now", "the person asked for it"]);
    let policy = desk.file("policy");
    fs::write(&policy, desk.done(&["audit", "policy"])).unwrap();
    desk.done(&["evidence", "make", "--request", &request, "--out", "one.zip"]);
    desk.done(&["evidence", "make", "--from", "2020-01-01", "--to", "2099-12-31", "--out", "all.zip"]);
    drop(witnesses);
    let file = |name: &str| desk.file(name).to_str().unwrap().to_owned();
    let (one, all, policy) = (file("one.zip"), file("all.zip"), policy.to_str().unwrap().to_owned());

    let told = elsewhere(&["evidence", "verify", &one, "--policy", &policy], 0);
    assert!(told.contains("Two of two witnesses signed."), "{told}");
    assert!(
        told.contains("The log binds the 1 receipt.") && told.contains("1 plan that was approved"),
        "{told}"
    );
    let told = elsewhere(&["evidence", "verify", &all, "--policy", &policy], 0);
    assert!(told.contains("Nothing is missing between 1 Jan 2020 and "), "{told}");
    let value: Value =
        serde_json::from_str(&elsewhere(&["evidence", "verify", &all, "--policy", &policy, "--json"], 0))
            .unwrap();
    assert_eq!(value["requests"], 2);
    assert_eq!(value["within"], value["entries"]);
    assert!(elsewhere(&["evidence", "verify", &all], 0).contains("anyone could have made it"));

    // the pack is in the log, and the log is whole
    desk.done(&["audit", "verify"]);
    assert_eq!(desk.done(&["audit", "export"]).matches("evidence.made").count(), 2);
    for name in ["one.zip", "all.zip"] {
        let bytes = fs::read(desk.file(name)).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        for word in [canary::MARK, canary::PHONE_MARK, "the person asked for it", "customer_id=3"] {
            assert!(!text.contains(word), "{name} tells {word}");
        }
    }

    // a stranger's hand
    let mut bytes = fs::read(&one).unwrap();
    let place = bytes.len() / 2;
    bytes[place] ^= 1;
    fs::write(desk.file("bad.zip"), bytes).unwrap();
    let told = elsewhere(&["evidence", "verify", &file("bad.zip")], 7);
    assert!(told.contains("does not verify"), "{told}");
    let other = Desk::with_home();
    fs::write(other.file("policy"), other.done(&["audit", "policy"])).unwrap();
    let told =
        elsewhere(&["evidence", "verify", &one, "--policy", other.file("policy").to_str().unwrap()], 7);
    assert!(told.contains("another log than the one you trust"), "{told}");
    // where no pack can be put down none is made, and none stands in the log
    let before = desk.done(&["audit", "export"]).matches("evidence.made").count();
    desk.ends(&["evidence", "make", "--request", &request, "--out", "one.zip"], 1);
    assert_eq!(desk.done(&["audit", "export"]).matches("evidence.made").count(), before);
    let nobody = "req_00000000000000000000000000";
    desk.ends(&["evidence", "make", "--request", nobody, "--out", "none.zip"], 6);
    assert!(!desk.file("none.zip").exists(), "an empty file is no pack");
    desk.ends(&["evidence", "make", "--from", "2026-02-01", "--to", "2026-01-01"], 2);
    desk.ends(&["evidence", "make"], 2);
    elsewhere(&["evidence", "verify", &policy], 7);
    elsewhere(&["evidence", "verify", "nowhere"], 6);
}

#[test]
fn a_pack_is_made_and_holds_where_nobody_watches_the_log() {
    let desk = Desk::with_home();
    desk.request("erasure", "customer_id=3");
    let made = desk.done(&["evidence", "make", "--from", "2020-01-01", "--to", "2020-12-31", "--json"]);
    let made: Value = serde_json::from_str(&made).unwrap();
    assert_eq!(made["file"], "evidence-2020-01-01-2020-12-31.zip");
    let told = desk.done(&["evidence", "verify", made["file"].as_str().unwrap()]);
    assert!(told.contains("No witness is named") && told.contains("0 entries in that time"), "{told}");
}
