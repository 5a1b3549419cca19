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
