//! `exeunt delta`: the table is made, filled and read beside the shop, and nobody takes it for the shop's own.

use exeunt_testkit::{Postgres, shop};

use crate::desk::Desk;

pub(crate) fn with_deltas(desk: &Desk, delta: &str) {
    let file = desk.file(".exeunt/exeunt.yaml");
    let text = std::fs::read_to_string(&file).unwrap();
    let changed = text.replace(" }\n", &format!(", delta: {delta} }}\n"));
    assert_ne!(text, changed);
    std::fs::write(&file, changed).unwrap();
}

#[test]
fn who_is_left_out_is_told_beside_the_shop() {
    let desk = Desk::with_home();
    desk.ends(&["delta", "push"], 3);
    with_deltas(&desk, "{ every: 15m, keep_days: 30, columns: both }");
    let request = desk.request("erasure", "customer_id=3");
    assert!(desk.done(&["delta", "status"]).contains("never"));
    assert!(desk.done(&["delta", "push"]).contains("shop: pushed 1 row"));
    desk.done(&["map", "check"]);
    desk.erase(&request);
    assert!(desk.done(&["delta", "push", "shop", "--json"]).contains("\"pushed\": 1"));
    assert!(desk.done(&["delta", "push"]).contains("pushed 0 rows"));
    desk.done(&["restore", &request]);
    desk.done(&["delta", "push"]);
    let database = rusqlite::Connection::open(desk.file("shop.db")).unwrap();
    let told: String = database
        .query_row(
            "SELECT group_concat(event || ' ' || subject_keys, ', ') FROM
             (SELECT * FROM exeunt_delta_storage_deletion_requests WHERE model = 'shop.customers' ORDER BY sequence)",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(told, r#"requested [{"id":3}], hidden [{"id":3}], restored [{"id":3}]"#);
    let status = desk.done(&["delta", "status", "--json"]);
    assert!(status.contains("\"rows\": 3") && status.contains("\"waiting\": 0"), "{status}");
    desk.done(&["audit", "verify"]);
    desk.ends(&["delta", "push", "nowhere"], 3);
}

#[test]
fn it_is_told_on_a_server_too() {
    let desk = Desk::without_shop();
    let database = Postgres::shared().create_database().unwrap();
    shop::install_postgres(&database, 12).unwrap();
    desk.done(&["init", "--source", &format!("shop={}", database.url())]);
    with_deltas(&desk, "{ schema: privacy, table: \"left out\" }");
    let request = desk.request("erasure", "customer_id=3");
    desk.done(&["delta", "push"]);
    desk.done(&["map", "check"]);
    desk.erase(&request);
    desk.done(&["delta", "push"]);
    let ask = |query: &str| database.ask(query).unwrap();
    assert_eq!(
        ask("SELECT string_agg(event, ' ' ORDER BY sequence) FROM privacy.\"left out\""),
        "requested hidden"
    );
    assert_eq!(
        ask(
            "SELECT count(*) FROM privacy.\"left out\" d, jsonb_array_elements(d.subject_keys::jsonb) AS k WHERE (k ->> 'id')::bigint = 3"
        ),
        "2"
    );
}

#[test]
fn what_a_delta_cannot_be_is_told_with_its_source() {
    for (delta, part) in [
        ("{ every: soon }", "`every`"),
        ("{ every: 5s }", "`every`"),
        ("{ keep_days: 0 }", "`keep_days`"),
        ("{ schema: a }", "`schema`"),
        ("{ colums: plain }", "`columns`"),
    ] {
        let desk = Desk::with_home();
        with_deltas(&desk, delta);
        let answer = desk.ends(&["delta", "status"], 2);
        assert!(answer.err.contains(part), "{delta}: {}", answer.err);
    }
}
