//! The unseal secret is lost, and people who keep shares bring the home back.

use std::fs;

use crate::desk::Desk;

/// Shares, one a line.
fn shares(desk: &Desk) -> Vec<String> {
    desk.done(&["root-key", "shares"]).lines().map(str::to_owned).collect()
}

#[test]
fn two_of_three_shares_give_a_home_a_new_unseal_secret() {
    let desk = Desk::with_home();
    let request = desk.request("access", "customer_id=4");
    assert!(desk.ends(&["root-key", "status"], 4).out.contains("there are no shares"));
    let shares = shares(&desk);
    assert_eq!(shares.len(), 3);
    let give = |name: &str, of: &[&String]| {
        let lines: Vec<&str> = of.iter().map(|share| share.as_str()).collect();
        fs::write(desk.file(name), format!("# from the safe\n{}\n", lines.join("\n"))).unwrap();
    };
    give("two", &[&shares[0], &shares[2]]);
    give("one", &[&shares[1], &shares[1]]);
    give("none", &[&String::from("exr-00000")]);
    desk.done(&["root-key", "drill", "--shares", "two"]);
    assert!(desk.done(&["root-key", "status"]).contains("last tried"));
    for bad in ["one", "none"] {
        let answer = desk.ends(&["root-key", "drill", "--shares", bad], 3);
        assert!(answer.err.contains("E0509") && !answer.err.contains(&shares[1]), "{}", answer.err);
    }

    let key = desk.file(".exeunt/keys/unseal.key");
    let lost = fs::read(&key).unwrap();
    fs::remove_file(&key).unwrap();
    assert_ne!(desk.call(&["request", "list"], "").code, 0);
    desk.ends(&["root-key", "recover", "--shares", "one"], 3);
    assert!(!key.exists(), "nothing was made for shares that are not enough");
    desk.done(&["root-key", "recover", "--shares", "two"]);
    assert!(desk.done(&["request", "list"]).contains(&request));
    desk.done(&["audit", "verify"]);
    let log = desk.done(&["audit", "export"]);
    assert!(log.contains("key.drilled") && log.contains("key.rotated"), "{log}");
    assert!(!log.contains(&shares[0]));
    // what was lost opens nothing, should it be found
    fs::remove_file(&key).unwrap();
    fs::write(desk.file("found"), &lost).unwrap();
    fs::copy(desk.file("found"), &key).unwrap();
    fs::set_permissions(&key, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    desk.ends(&["request", "list"], 7);
}

#[test]
fn shares_made_anew_replace_those_before() {
    let desk = Desk::with_home();
    let (older, newer) = (shares(&desk), shares(&desk));
    fs::write(desk.file("older"), older.join("\n")).unwrap();
    fs::write(desk.file("mixed"), format!("{}\n{}\n", older[0], newer[1])).unwrap();
    fs::write(desk.file("newer"), newer.join("\n")).unwrap();
    desk.ends(&["root-key", "drill", "--shares", "older"], 7);
    assert!(desk.ends(&["root-key", "drill", "--shares", "mixed"], 3).err.contains("different sets"));
    desk.done(&["root-key", "drill", "--shares", "newer"]);
    desk.ends(&["root-key", "shares", "--needed", "1", "--of", "3"], 3);
}

#[test]
fn another_root_key_changes_nothing_below_it_and_voids_shares() {
    let desk = Desk::with_home();
    let erased = desk.request("erasure", "customer_id=1");
    desk.erase(&erased);
    fs::write(desk.file("shares"), shares(&desk).join("\n")).unwrap();
    let before = fs::read(desk.file(".exeunt/keys/ring/root.key")).unwrap();
    let told = desk.ends(&["root-key", "rotate"], 0);
    assert!(told.err.contains("count no more"), "{}", told.err);
    assert_ne!(before, fs::read(desk.file(".exeunt/keys/ring/root.key")).unwrap());
    desk.ends(&["root-key", "drill", "--shares", "shares"], 6);
    desk.done(&["restore", &erased]);
    desk.done(&["root-key", "rotate"]);
    desk.done(&["audit", "verify"]);
    assert!(desk.done(&["audit", "export"]).matches("key.rotated").count() == 2);
}
