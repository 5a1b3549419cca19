//! Backups: begin again elsewhere, and nobody who was purged comes back by it.

use std::fs;
use std::path::Path;

use exeunt_base::Secret;
use exeunt_package::Identity;
use exeunt_testkit::Postgres;

use crate::desk::Desk;

/// A key pair: its secret half in `backup.key`; the public half is given back.
fn key(desk: &Desk, byte: u8) -> String {
    let identity = Identity::from_chance(&Secret::new([byte; 32]));
    fs::write(desk.file("backup.key"), identity.reveal().expose()).unwrap();
    identity.recipient().to_string()
}

const OPEN: [&str; 7] = ["--home", "again", "backup", "open", "b.age", "--identity", "backup.key"];

fn opened(desk: &Desk) {
    let mut words = OPEN.to_vec();
    words.extend(["--key-file", ".exeunt/keys/unseal.key"]);
    desk.done(&words);
}

/// In the home that was made from the backup.
fn again<'a>(words: &[&'a str]) -> Vec<&'a str> {
    [&["--home", "again"], words].concat()
}

#[test]
fn whoever_was_purged_after_a_backup_does_not_come_back_by_it() {
    let desk = Desk::with_home();
    let old_shop = fs::read(desk.file("shop.db")).unwrap();
    let (purged, hidden) =
        (desk.request("erasure", "customer_id=1"), desk.request("erasure", "customer_id=2"));
    desk.erase(&purged);
    desk.erase(&hidden);
    let public = key(&desk, 1);
    desk.done(&["backup", "make", "b.age", "--to", &public]);
    desk.done(&["purge", &purged, "--now", "they asked twice"]);

    opened(&desk);
    assert!(
        !desk
            .file("again/keys/ring")
            .join("organizations")
            .read_dir()
            .unwrap()
            .any(|organization| { organization.unwrap().path().join("epochs").exists() })
    );
    let refused = desk.ends(&again(&["request", "list"]), 7);
    assert!(refused.err.contains("E0703") || refused.err.contains("E0701"), "{}", refused.err);
    desk.done(&again(&["audit", "acknowledge-rollback", "--reason", "the disk burned"]));
    let listed = desk.done(&again(&["request", "list"]));
    assert!(listed.contains(&purged) && listed.contains("hidden"), "{listed}");
    for request in [&purged, &hidden] {
        let answer = desk.ends(&again(&["restore", request]), 3);
        assert!(answer.err.contains("E0960"), "{}", answer.err);
    }

    // the sources were taken back as well
    fs::write(desk.file("shop.db"), old_shop).unwrap();
    let serve = again(&["serve", "--listen", "127.0.0.1:0"]);
    let shut = desk.ends(&serve, 3);
    assert!(shut.err.contains("E0960") && shut.err.contains("ledger replay"), "{}", shut.err);
    desk.ends(&again(&["ledger", "check"]), 4);
    desk.ends(&serve, 3);
    let replayed = desk.ends(&again(&["ledger", "replay"]), 0);
    assert!(replayed.err.contains("the service may begin again"), "{}", replayed.err);
    let left = rusqlite::Connection::open(desk.file("shop.db")).unwrap();
    let people =
        left.query_row("SELECT count(*) FROM customers WHERE id IN (1, 2)", [], |row| row.get::<_, i64>(0));
    assert_eq!(people.unwrap(), 0);
    // neither the one who was purged nor, for the price of that, the one who was not
    for request in [&purged, &hidden] {
        let answer = desk.call(&again(&["restore", request]), "");
        assert_ne!(answer.code, 0, "{}", answer.out);
        assert!(answer.err.contains("E0508"), "{}", answer.err);
    }
    // it begins: with a role that would end at once if it did not
    desk.ends(&again(&["serve", "--listen", "300.0.0.1:0"]), 2);
    desk.done(&again(&["audit", "verify"]));
    let log = desk.done(&again(&["audit", "export"]));
    for kind in ["backup.opened", "store.rollback_acknowledged", "ledger.gate_opened"] {
        assert!(log.contains(kind), "{kind} is not in the log");
    }
}

#[test]
fn a_backup_moves_a_home_to_postgresql_and_goes_on_there() {
    let desk = Desk::with_home();
    // without the key file nothing is made, and nothing is left that would stand in the way
    let public = key(&desk, 2);
    desk.done(&["backup", "make", "a.age", "--to", &public]);
    let first = ["--home", "again", "backup", "open", "a.age", "--identity", "backup.key"];
    assert!(desk.ends(&first, 6).err.contains("key file") && !desk.file("again").exists());
    let erased = desk.request("erasure", "customer_id=3");
    desk.erase(&erased);
    let open = desk.request("access", "customer_id=4");
    // what purposes hang on is a file of its own from now on
    desk.done(&["organization", "rotate-key"]);
    desk.done(&["backup", "make", "b.age", "--to", &public]);
    let database = Postgres::shared().create_database().unwrap();
    let settings = fs::read_to_string(desk.file(".exeunt/exeunt.yaml")).unwrap();
    let store = format!("store: {{ kind: postgres, url: \"{}\" }}", database.url());
    fs::write(desk.file("postgres.yaml"), format!("{settings}\n{store}\n")).unwrap();
    let mut words = vec!["--settings", "postgres.yaml"];
    words.extend(OPEN);
    words.extend(["--key-file", ".exeunt/keys/unseal.key"]);
    desk.done(&words);
    let again =
        |words: &[&'static str]| [&["--settings", "postgres.yaml", "--home", "again"], words].concat();
    desk.done(&again(&["audit", "acknowledge-rollback", "--reason", "moved to postgresql"]));
    let listed = desk.done(&again(&["request", "list"]));
    assert!(listed.contains(&erased) && listed.contains(&open), "{listed}");
    desk.done(&again(&["ledger", "check"]));
    desk.done(&again(&["audit", "verify"]));
    // a second home in one store is refused, and nothing of it is left to be taken for one
    fs::rename(desk.file("again"), desk.file("first")).unwrap();
    assert_ne!(desk.call(&words, "").code, 0);
    assert!(!desk.file("again/exeunt.yaml").exists());
}

#[test]
fn what_is_not_whole_or_not_ours_makes_nothing() {
    let desk = Desk::with_home();
    desk.request("access", "customer_id=4");
    let public = key(&desk, 3);
    desk.done(&["backup", "make", "b.age", "--to", &public]);
    desk.ends(&["backup", "make", "b.age", "--to", &public], 1);
    desk.ends(&["backup", "make", "c.age"], 2);
    let check = ["backup", "check", "b.age", "--identity", "backup.key"];
    let told = desk.done(&check);
    assert!(told.starts_with("whole: of My organization, made "), "{told}");
    let whole = fs::read(desk.file("b.age")).unwrap();
    let with = |bytes: &[u8], code: &str| {
        fs::write(desk.file("b.age"), bytes).unwrap();
        for words in [&check[..], &OPEN[..]] {
            let answer = desk.ends(words, 7);
            assert!(answer.err.contains(code), "{}", answer.err);
            assert!(!desk.file("again").exists(), "{words:?}");
        }
    };
    let mut changed = whole.clone();
    let middle = changed.len() / 2;
    changed[middle] ^= 1;
    with(&changed, "E0962");
    with(&whole[..whole.len() - 20], "E0962");
    with(&whole[..40], "E0961");
    with(b"no backup at all", "E0961");
    fs::write(desk.file("b.age"), &whole).unwrap();
    let stranger = Identity::from_chance(&Secret::new([9; 32]));
    fs::write(desk.file("backup.key"), stranger.reveal().expose()).unwrap();
    with(&whole, "E0961");
    assert_no_part(&desk, &whole);
}

/// The secret that opens the home is in the file in no form; what is encrypted shows nothing else either.
fn assert_no_part(desk: &Desk, backup: &[u8]) {
    let secret = fs::read(Path::new(&desk.file(".exeunt/keys/unseal.key"))).unwrap();
    assert!(!backup.windows(secret.len()).any(|part| part == secret));
}
