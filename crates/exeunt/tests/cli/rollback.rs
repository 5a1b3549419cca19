//! A control store that was rolled back is noticed at start, and accepted only with a reason (REL-13).

use std::fs;
use std::path::PathBuf;

use crate::desk::Desk;

fn store(desk: &Desk) -> [PathBuf; 3] {
    ["control.db", "control.db-wal", "control.db-shm"].map(|name| desk.file(".exeunt").join(name))
}

/// The store as it is, to be put back later.
fn keep(desk: &Desk) -> Vec<Option<Vec<u8>>> {
    store(desk).iter().map(|path| fs::read(path).ok()).collect()
}

fn put_back(desk: &Desk, kept: &[Option<Vec<u8>>]) {
    for (path, bytes) in store(desk).iter().zip(kept) {
        match bytes {
            Some(bytes) => fs::write(path, bytes).unwrap(),
            None => drop(fs::remove_file(path)),
        }
    }
}

#[test]
fn a_store_that_was_rolled_back_is_refused_until_an_officer_accepts_it() {
    let desk = Desk::with_home();
    desk.request("erasure", "customer_id=1");
    let kept = keep(&desk);
    desk.request("erasure", "customer_id=2");
    desk.done(&["request", "list"]);
    desk.ends(&["audit", "acknowledge-rollback", "--reason", "nothing happened"], 3);

    put_back(&desk, &kept);
    let answer = desk.ends(&["request", "list"], 7);
    assert!(
        answer.err.contains("rolled back") && answer.err.contains("acknowledge-rollback"),
        "{}",
        answer.err
    );
    desk.ends(&["audit", "acknowledge-rollback", "--reason", " "], 2);
    desk.done(&["audit", "acknowledge-rollback", "--reason", "restored from the backup of Monday"]);
    assert_eq!(desk.done(&["request", "list"]).lines().count(), 3);
    desk.request("erasure", "customer_id=3");
    desk.done(&["audit", "verify"]);
    let log = desk.done(&["audit", "export"]);
    assert!(log.contains("store.rollback_acknowledged") && !log.contains("Monday"));
}

/// Lets nothing be erased without a person who confirms how much it is.
fn cap_rows(desk: &Desk) {
    let settings = desk.file(".exeunt/exeunt.yaml");
    let text = fs::read_to_string(&settings).unwrap();
    let capped = text.replace("row_cap: 1000000", "row_cap: 1");
    assert_ne!(text, capped);
    fs::write(&settings, capped).unwrap();
}

#[test]
fn until_the_ledger_was_held_against_the_sources_no_command_reaches_people() {
    let desk = Desk::with_home();
    let old_shop = fs::read(desk.file("shop.db")).unwrap();
    let (erased, open) = (desk.request("erasure", "customer_id=1"), desk.request("access", "customer_id=4"));
    desk.erase(&erased);
    let planned = desk.request("erasure", "customer_id=5");
    desk.done(&["plan", "make", &planned]);
    desk.approve(&planned);
    let kept = keep(&desk);
    desk.request("access", "customer_id=2");

    // store and sources are both taken back
    put_back(&desk, &kept);
    fs::write(desk.file("shop.db"), &old_shop).unwrap();
    desk.done(&["audit", "acknowledge-rollback", "--reason", "the disk burned"]);
    let acts: [&[&str]; 9] = [
        &["plan", "make", &open],
        &["job", "run", &planned],
        &["job", "run", &erased],
        &["restore", &erased],
        &["purge", &erased, "--now", "they asked twice"],
        &["package", "make", &open, "--passphrase-file", "phrase"],
        &["delta", "push"],
        &["ledger", "replay", "--confirm-rows", "1"],
        &["serve", "--listen", "127.0.0.1:0"],
    ];
    fs::write(desk.file("phrase"), "a passphrase for a package").unwrap();
    cap_rows(&desk);
    for words in acts {
        let answer = desk.ends(words, 3);
        let code = if words[1] == "replay" { "E0305" } else { "E0960" };
        assert!(answer.err.contains(code), "{words:?}: {}", answer.err);
    }
    // what only looks at our own memory, takes requests in or halts work goes on
    desk.request("access", "customer_id=6");
    desk.done(&["request", "show", &open]);
    desk.done(&["job", "status", &erased]);
    desk.done(&["work", "stop", "--because", "let us see"]);
    desk.done(&["audit", "verify"]);
    assert_eq!(fs::read(desk.file("shop.db")).unwrap(), old_shop, "nothing was touched");
}

#[test]
fn a_replay_that_was_cut_short_goes_on_through_the_shut_gate() {
    let desk = Desk::with_home();
    let old_shop = fs::read(desk.file("shop.db")).unwrap();
    let erased = desk.request("erasure", "customer_id=1");
    desk.erase(&erased);
    let open = desk.request("access", "customer_id=4");
    let kept = keep(&desk);
    desk.request("access", "customer_id=2");
    put_back(&desk, &kept);
    fs::write(desk.file("shop.db"), &old_shop).unwrap();
    desk.done(&["audit", "acknowledge-rollback", "--reason", "the disk burned"]);
    cap_rows(&desk);
    desk.ends(&["ledger", "replay"], 3);
    let listed = desk.done(&["request", "list"]);
    let again = listed
        .lines()
        .filter_map(|line| line.split_whitespace().find(|word| word.starts_with("req_")))
        .find(|request| *request != erased && *request != open)
        .unwrap();
    desk.ends(&["plan", "make", &open], 3);
    desk.done(&["job", "run", again, "--confirm-rows", "1000"]);
    assert!(desk.ends(&["ledger", "check"], 0).err.contains("the service may begin again"));
    desk.done(&["plan", "make", &open]);
    desk.ends(&["ledger", "check"], 0);
}

#[test]
fn history_that_was_replaced_is_noticed_too() {
    let desk = Desk::with_home();
    let kept = keep(&desk);
    desk.request("erasure", "customer_id=1");
    let witnessed: Vec<PathBuf> = checkpoint(&desk);
    let heads: Vec<Vec<u8>> = witnessed.iter().map(|path| fs::read(path).unwrap()).collect();

    // somebody takes the store back, hides it, and lets another history grow longer
    put_back(&desk, &kept);
    for path in &witnessed {
        fs::remove_file(path).unwrap();
    }
    desk.ends(&["request", "list"], 7);
    desk.done(&["audit", "acknowledge-rollback", "--reason", "a lie"]);
    desk.request("access", "customer_id=2");
    for (path, head) in witnessed.iter().zip(heads) {
        fs::write(path, head).unwrap();
    }
    let answer = desk.ends(&["request", "list"], 7);
    assert!(answer.err.contains("changed history"), "{}", answer.err);
}

fn checkpoint(desk: &Desk) -> Vec<PathBuf> {
    let folders = fs::read_dir(desk.file(".exeunt/checkpoints")).unwrap();
    folders.map(|folder| folder.unwrap().path().join("checkpoint")).collect()
}

#[test]
fn a_changed_entry_of_the_log_is_noticed() {
    let desk = Desk::with_home();
    let database = rusqlite::Connection::open(desk.file(".exeunt/control.db")).unwrap();
    let sql = "UPDATE audit_entries SET entry = CAST(replace(CAST(entry AS TEXT), 'organization.created', 'policy.changed') AS BLOB)";
    assert!(database.execute(sql, []).unwrap() > 0);
    drop(database);
    let answer = desk.ends(&["audit", "verify"], 7);
    assert!(answer.err.contains("not the ones that were signed"), "{}", answer.err);
}
