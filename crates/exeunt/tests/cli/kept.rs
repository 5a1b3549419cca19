//! A home whose control store is on PostgreSQL: every command works with it, and nobody else's store is taken for it.

use exeunt_testkit::postgres::{Database, PASSWORD};
use exeunt_testkit::search::Search;
use exeunt_testkit::{Postgres, canary, sqlite_hash};

use crate::desk::Desk;

fn database() -> Database<'static> {
    Postgres::shared().create_database().unwrap()
}

fn kept_in(desk: &Desk, database: &Database<'_>) {
    desk.done(&["init", "--source", "shop=sqlite:shop.db", "--store", database.url()]);
}

#[test]
fn a_person_is_erased_restored_erased_again_and_gone_for_good() {
    let (desk, database) = (Desk::new(), database());
    kept_in(&desk, &database);
    assert!(!desk.file(".exeunt/control.db").exists());
    let before = sqlite_hash(&desk.file("shop.db")).unwrap();
    let access = desk.request("access", "customer_id=3");
    let made = desk.done(&["package", "make", &access, "--formats", "json"]);
    let package = made.split_whitespace().find(|word| word.starts_with("pkg_")).unwrap();
    desk.done(&["package", "open", package, "--to", "opened"]);
    desk.done(&["package", "remove", package]);

    let first = desk.request("erasure", "customer_id=3");
    desk.erase(&first);
    assert_ne!(sqlite_hash(&desk.file("shop.db")).unwrap(), before);
    desk.done(&["restore", &first]);
    assert_eq!(sqlite_hash(&desk.file("shop.db")).unwrap(), before, "the shop is not what it was");
    let second = desk.request("erasure", "customer_id=3");
    desk.erase(&second);
    desk.done(&["request", "hold", &second, "--because", "a court asks"]);
    desk.ends(&["purge", &second, "--now", "the person asked for it"], 3);
    desk.done(&["request", "release", &second]);
    let purged = desk.done(&["purge", &second, "--now", "the person asked for it", "--json"]);
    let value = |name: &str| {
        let line = purged.lines().find(|line| line.contains(&format!("\"{name}\""))).unwrap();
        line.split('"').nth(3).unwrap().to_owned()
    };
    let args = ["audit", "verify", "--receipt", &value("receipt_file"), "--proof", &value("proof_file")];
    desk.done(&args);
    desk.done(&["ledger", "check"]);
    desk.done(&["audit", "verify"]);
    desk.done(&["job", "status"]);
    desk.done(&["request", "show", &second]);

    // what was known of the person is in no table of the store
    let kept =
        database.ask("SELECT count(*) FROM requests WHERE salt IS NOT NULL AND state = 'purged'").unwrap();
    assert_eq!(kept, "0");
    for table in ["requests", "plans", "jobs", "batches", "ledger", "receipts", "audit_entries", "reviews"] {
        let rows = database.ask(&format!("SELECT * FROM {table}")).unwrap();
        assert!(!rows.contains(&canary::email(3)), "{table}");
    }
}

#[test]
fn many_processes_write_to_one_store() {
    let (desk, database) = (Desk::new(), database());
    kept_in(&desk, &database);
    std::thread::scope(|scope| {
        for person in 1..=6 {
            let desk = &desk;
            scope.spawn(move || desk.request("erasure", &format!("customer_id={person}")));
        }
    });
    let listed = desk.done(&["request", "list", "--json"]);
    assert_eq!(listed.matches("\"request\": \"req_").count(), 6, "{listed}");
    desk.done(&["audit", "verify"]);
}

#[test]
fn an_older_copy_of_the_database_is_noticed() {
    let (desk, database) = (Desk::new(), database());
    kept_in(&desk, &database);
    let older = Postgres::shared().clone_database(&database).unwrap();
    desk.request("erasure", "customer_id=3");
    let settings = desk.file(".exeunt/exeunt.yaml");
    let text = std::fs::read_to_string(&settings).unwrap();
    std::fs::write(&settings, text.replace(database.url(), older.url())).unwrap();
    let answer = desk.ends(&["request", "list"], 7);
    assert!(answer.err.contains("E0701"), "{}", answer.err);
}

#[test]
fn two_homes_never_share_a_store() {
    let (one, other, database) = (Desk::new(), Desk::new(), database());
    kept_in(&one, &database);
    let init = ["init", "--source", "shop=sqlite:shop.db", "--store", database.url()];
    let answer = other.ends(&init, 3);
    assert!(answer.err.contains("E0815") && answer.err.contains("another home"), "{}", answer.err);
    assert!(!other.file(".exeunt").exists(), "half a home was made");

    // nor by a change of settings
    other.done(&init[..3]);
    let settings = other.file(".exeunt/exeunt.yaml");
    let text = std::fs::read_to_string(&settings).unwrap();
    let store = format!("store: {{ kind: postgres, url: \"{}\" }}\n", database.url());
    std::fs::write(&settings, format!("{text}{store}")).unwrap();
    let answer = other.ends(&["request", "submit", "--right", "erasure", "--identify", "customer_id=3"], 3);
    assert!(answer.err.contains("E0815") && answer.err.contains("another home"), "{}", answer.err);
    assert!(!answer.err.contains(PASSWORD), "{}", answer.err);
    one.done(&["audit", "verify"]);
}

#[test]
fn a_database_in_use_is_left_alone_and_a_schema_of_it_is_not() {
    let (desk, database) = (Desk::new(), database());
    database.run("CREATE TABLE customers (id bigint);").unwrap();
    let init =
        ["init", "--source", "shop=sqlite:shop.db", "--store", database.url(), "--store-schema", "privacy"];
    let answer = desk.ends(&init[..5], 3);
    assert!(answer.err.contains("E0815") && answer.err.contains("something else"), "{}", answer.err);
    desk.done(&init);
    desk.request("erasure", "customer_id=3");
    assert_eq!(database.ask("SELECT count(*) FROM privacy.requests").unwrap(), "1");
}

#[test]
fn a_store_that_cannot_be_reached_is_told_as_that() {
    let (desk, database) = (Desk::new(), database());
    std::fs::write(desk.file("store.password"), format!("{PASSWORD}\n")).unwrap();
    let address = database.url().replace(&format!(":{PASSWORD}"), "");
    let file = ["--store-password-file", "store.password"];
    desk.done(&[&["init", "--source", "shop=sqlite:shop.db", "--store", &address], &file[..]].concat());
    desk.request("erasure", "customer_id=3");
    assert!(!std::fs::read_to_string(desk.file(".exeunt/exeunt.yaml")).unwrap().contains(PASSWORD));
    std::fs::write(desk.file("store.password"), "canary-password").unwrap();
    let answer = desk.ends(&["request", "list"], 5);
    assert!(answer.err.contains("E0814") && answer.err.contains("invalid password"), "{}", answer.err);
    assert!(!answer.err.contains("canary-password"), "{}", answer.err);
    let settings = desk.file(".exeunt/exeunt.yaml");
    let text = std::fs::read_to_string(&settings).unwrap();
    std::fs::write(&settings, text.replace(&Postgres::shared().port().to_string(), "1")).unwrap();
    let answer = desk.ends(&["request", "list"], 5);
    assert!(answer.err.contains("E0814") && answer.err.contains("127.0.0.1:1"), "{}", answer.err);
}

#[test]
fn nobody_is_found_in_the_files_of_the_server_that_keeps_the_store() {
    let server = Postgres::start().unwrap();
    let database = server.create_database().unwrap();
    let desk = Desk::new();
    kept_in(&desk, &database);
    let access = desk.request("access", "customer_id=3");
    desk.done(&["package", "make", &access, "--formats", "json"]);
    let erasure = desk.request("erasure", &format!("email={}", canary::email(5)));
    desk.erase(&erasure);
    desk.done(&["purge", &erasure, "--now", "the person asked for it"]);
    desk.done(&["evidence", "make", "--request", &erasure]);
    let told = desk.done(&["report", "retention", "--json"]);
    assert!(!told.contains("\"overdue\": true"), "{told}");
    // tables, write-ahead log, temporary files, and whatever else the server has written
    database.run("CHECKPOINT").unwrap();
    let found = Search::any_canary().dir(server.dir()).unwrap();
    assert!(found.is_empty(), "{found:?}");
    let found = Search::any_canary().dir(&desk.file(".exeunt")).unwrap();
    assert!(found.is_empty(), "{found:?}");
}
