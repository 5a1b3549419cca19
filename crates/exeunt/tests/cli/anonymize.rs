//! Anonymization, asked for as a right of its own: rows stay, nobody is in them, and it is undone and proven like an erasure.

use exeunt_testkit::sqlite_hash;

use crate::desk::Desk;

fn desk() -> Desk {
    let desk = Desk::small();
    let map = std::fs::read_to_string(desk.file("map.yaml")).unwrap();
    let map = map
        .replace(
            "    ghost:\n",
            "    on_anonymize: { anonymize: { email: pseudonym, full_name: redact } }\n    ghost:\n",
        )
        .replace(
            "      anonymize: { ship_name: null }",
            "      anonymize: { ship_name: null }\n    on_anonymize: { anonymize: { ship_name: redact } }",
        );
    std::fs::write(desk.file("map.yaml"), map).unwrap();
    desk.done(&["init", "--source", "shop=sqlite:shop.db"]);
    desk
}

fn ask(desk: &Desk, statement: &str) -> String {
    let shop = rusqlite::Connection::open(desk.file("shop.db")).unwrap();
    shop.query_row(statement, [], |row| row.get(0)).unwrap()
}

#[test]
fn a_person_is_anonymized_restored_anonymized_again_and_unrecognizable_for_good() {
    let desk = desk();
    desk.done(&["map", "check"]);
    let before = sqlite_hash(&desk.file("shop.db")).unwrap();
    let first = desk.request("anonymization", "email=one@mail.test");
    let planned = desk.done(&["plan", "make", &first, "--dry-run"]);
    assert!(planned.contains("anonymize"), "{planned}");
    desk.approve(&first);
    desk.done(&["job", "run", &first]);
    assert_eq!(ask(&desk, "SELECT count(*) || '' FROM customers"), "4", "nobody went");
    assert_eq!(
        ask(&desk, "SELECT count(*) || '' FROM orders WHERE customer_id = 1"),
        "2",
        "figures hang together"
    );
    assert_eq!(
        ask(&desk, "SELECT count(*) || '' FROM notes WHERE customer_id = 1"),
        "0",
        "as the map says of erasure"
    );
    for told in ["one@mail.test", "First Person"] {
        let file = std::fs::read(desk.file("shop.db")).unwrap();
        assert!(!file.windows(told.len()).any(|bytes| bytes == told.as_bytes()), "{told}");
    }
    let answer = desk.ends(&["package", "make", &first], 2);
    assert!(answer.err.contains("is for anonymization"), "{}", answer.err);

    desk.done(&["restore", &first]);
    assert_eq!(sqlite_hash(&desk.file("shop.db")).unwrap(), before, "the shop is not what it was");

    std::fs::copy(desk.file("shop.db"), desk.file("backup.db")).unwrap();
    let second = desk.request("anonymization", "email=one@mail.test");
    desk.erase(&second);
    let purged = desk.done(&["purge", &second, "--now", "the person asked for it", "--json"]);
    let receipt = purged.lines().find(|line| line.contains("\"receipt_file\"")).unwrap();
    let receipt = std::fs::read_to_string(desk.file(receipt.split('"').nth(3).unwrap())).unwrap();
    assert!(receipt.contains("\"anonymization\""), "{receipt}");
    desk.done(&["ledger", "check"]);
    desk.ends(&["ledger", "check", "--at", "shop=sqlite:backup.db"], 4);
    desk.done(&["ledger", "replay", "--at", "shop=sqlite:backup.db"]);
    let backup = rusqlite::Connection::open(desk.file("backup.db")).unwrap();
    let stayed: i64 = backup.query_row("SELECT count(*) FROM customers", [], |row| row.get(0)).unwrap();
    assert_eq!(stayed, 4, "whoever was anonymized is anonymized again, not erased");
    desk.done(&["ledger", "check", "--at", "shop=sqlite:backup.db"]);
    desk.done(&["audit", "verify"]);
}
