//! From a first request to a receipt that anyone can check, on a real database, with nothing but the binary.

use exeunt_testkit::{Postgres, canary, postgres_hash, shop, sqlite_hash};

use crate::desk::Desk;

#[test]
fn a_person_is_shown_erased_restored_erased_again_and_gone_for_good() {
    let desk = Desk::with_home();
    let shop = desk.file("shop.db");
    let before = sqlite_hash(&shop).unwrap();
    std::fs::copy(&shop, desk.file("backup.db")).unwrap();

    // give me my data
    let access = desk.request("access", "customer_id=3");
    let made = desk.done(&["package", "make", &access, "--formats", "json,csv,xml,docx,html"]);
    let package = made.split_whitespace().find(|word| word.starts_with("pkg_")).unwrap();
    desk.done(&["package", "open", package, "--to", "opened"]);
    let read = |name: &str| std::fs::read_to_string(desk.file("opened").join(name)).unwrap();
    assert!(read("manifest.json").contains("\"complete\""));
    assert_eq!(sqlite_hash(&shop).unwrap(), before, "an answer changes nothing");

    // forget me, wait, forget me
    let first = desk.request("erasure", "customer_id=3");
    desk.done(&["plan", "make", &first, "--dry-run"]);
    assert_eq!(sqlite_hash(&shop).unwrap(), before, "a dry run changes nothing");
    desk.erase(&first);
    assert!(!holds(&shop, &canary::email(3)), "the address is still there");
    desk.done(&["restore", &first]);
    assert_eq!(sqlite_hash(&shop).unwrap(), before, "the shop is not what it was");
    let second = desk.request("erasure", "customer_id=3");
    desk.erase(&second);

    // gone for good, and proven
    desk.ends(&["purge", &second], 3);
    let purged = desk.ends(&["purge", &second, "--now", "the person asked for it", "--json"], 0).out;
    let value = |name: &str| {
        let line = purged.lines().find(|line| line.contains(&format!("\"{name}\""))).unwrap();
        line.split('"').nth(3).unwrap().to_owned()
    };
    let (receipt, proof) = (value("receipt_file"), value("proof_file"));
    let key = desk.file("log.vkey");
    let folder = std::fs::read_dir(desk.file(".exeunt/checkpoints")).unwrap().next().unwrap().unwrap().path();
    std::fs::copy(folder.join("log.vkey"), &key).unwrap();
    let offline = |receipt: &str| {
        let args = ["audit", "verify", "--receipt", receipt, "--proof", &proof, "--key", "log.vkey"];
        desk.call(&[&["--home", "nowhere"], &args[..]].concat(), "").code
    };
    assert_eq!(offline(&receipt), 0);
    let changed = std::fs::read_to_string(desk.file(&receipt)).unwrap().replace("\"erasure\"", "\"arasure\"");
    std::fs::write(desk.file("changed.json"), changed).unwrap();
    assert_eq!(offline("changed.json"), 7);

    // whoever is erased stays erased
    desk.done(&["ledger", "check"]);
    desk.ends(&["ledger", "check", "--at", "shop=sqlite:backup.db"], 4);
    desk.done(&["ledger", "replay", "--at", "shop=sqlite:backup.db"]);
    assert!(!holds(&desk.file("backup.db"), &canary::email(3)));
    desk.done(&["ledger", "check", "--at", "shop=sqlite:backup.db"]);

    // what was erased in a backup comes back and ends there, and not in the database of every day
    let listed = desk.done(&["request", "list", "--json"]);
    let replayed = listed.split('"').find(|word| word.starts_with("req_")).unwrap().to_owned();
    let before = sqlite_hash(&desk.file("shop.db")).unwrap();
    for refused in
        [&["restore", &replayed][..], &["purge", &replayed, "--now", "x"], &["job", "run", &replayed]]
    {
        let answer = desk.ends(refused, 2);
        assert!(answer.err.contains("--at shop=ADDRESS"), "{}", answer.err);
    }
    assert_eq!(sqlite_hash(&desk.file("shop.db")).unwrap(), before);
    desk.done(&["purge", &replayed, "--now", "a backup", "--at", "shop=sqlite:backup.db"]);

    // the log is whole, and a changed one is not
    desk.done(&["audit", "verify"]);
    desk.done(&["audit", "export", "--to", "log.jsonl"]);
    desk.done(&["--home", "nowhere", "audit", "verify", "log.jsonl", "--key", "log.vkey"]);
    let log = std::fs::read_to_string(desk.file("log.jsonl")).unwrap();
    std::fs::write(desk.file("log.jsonl"), log.replacen("plan.approved", "plan.rejected", 1)).unwrap();
    let answer = desk.ends(&["audit", "verify", "log.jsonl", "--key", "log.vkey"], 7);
    assert!(answer.err.contains("does not match its leaf hash"), "{}", answer.err);
}

#[test]
fn the_same_on_postgresql_and_the_database_is_what_it_was_after_a_restore() {
    let database = Postgres::shared().create_database().unwrap();
    shop::install_postgres(&database, 12).unwrap();
    let before = postgres_hash(database.url()).unwrap();
    let desk = Desk::without_shop();
    desk.done(&["init", "--source", &format!("shop={}", database.url())]);
    desk.done(&["source", "check"]);
    desk.done(&["map", "check"]);
    let access = desk.request("access", "customer_id=3");
    desk.done(&["package", "make", &access, "--formats", "json,csv"]);
    let erasure = desk.request("erasure", "customer_id=3");
    desk.done(&["plan", "make", &erasure, "--dry-run"]);
    assert_eq!(postgres_hash(database.url()).unwrap(), before, "a dry run changes nothing");
    desk.erase(&erasure);
    assert_ne!(postgres_hash(database.url()).unwrap(), before);
    desk.done(&["restore", &erasure]);
    assert_eq!(postgres_hash(database.url()).unwrap(), before, "the shop is not what it was");
    let again = desk.request("erasure", "customer_id=3");
    desk.erase(&again);
    desk.done(&["purge", &again, "--now", "the person asked for it"]);
    desk.done(&["ledger", "check"]);
    desk.done(&["audit", "verify"]);
}

#[test]
fn the_demonstration_comes_out_as_told_and_leaves_everything_behind() {
    let desk = Desk::new();
    let told = desk.done(&["demo", "--dir", "demo"]);
    for sentence in [
        "the map and the live schema agree",
        "her address stands in  nowhere",
        "The request is restored whole.",
        "nothing found",
        "the receipt holds",
        "1 erased person is back",
        "does not match its leaf hash",
    ] {
        assert!(told.contains(sentence), "{sentence}\n{told}");
    }
    for file in [
        "package/index.html",
        "plan.txt",
        "plan.json",
        "receipt.json",
        "receipt.tlog-proof",
        "log.jsonl",
        "shop.db",
    ] {
        assert!(desk.file("demo").join(file).exists(), "{file}");
    }
    let folder = |name: &str| format!("demo/{name}");
    desk.done(&[
        "audit",
        "verify",
        "--receipt",
        &folder("receipt.json"),
        "--proof",
        &folder("receipt.tlog-proof"),
        "--key",
        &folder("log.vkey"),
    ]);
    desk.ends(&["audit", "verify", &folder("log-changed.jsonl"), "--key", &folder("log.vkey")], 7);
    desk.ends(&["demo", "--dir", "demo"], 3);
}

/// Whether a database file still holds a text, in any row that can be read.
fn holds(path: &std::path::Path, text: &str) -> bool {
    let database = rusqlite::Connection::open(path).unwrap();
    let mut tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").unwrap();
    let names: Vec<String> =
        tables.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap();
    names.iter().any(|name| {
        let table = name.replace('"', "\"\"");
        let mut rows = database.prepare(&format!("SELECT * FROM \"{table}\"")).unwrap();
        let columns = rows.column_count();
        let mut rows = rows.query([]).unwrap();
        let mut found = false;
        while let Some(row) = rows.next().unwrap() {
            found |= (0..columns)
                .any(|column| row.get_ref(column).unwrap().as_str().is_ok_and(|cell| cell.contains(text)));
        }
        found
    })
}
