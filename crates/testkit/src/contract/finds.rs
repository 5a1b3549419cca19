//! Finding keys.

use exeunt_base::Cell;
use exeunt_source::{Anchor, Branch, Compare, Test, Unless};

use crate::contract::Fixture;
use crate::contract::tools::{WORLD, by, filter, found, key, name, over, people, selection, table};

/// A join, two joins, and answers in key order whatever the order of the rows.
pub async fn rows_are_found_along_joins_in_key_order(fixture: &Fixture) {
    fixture.set_up(WORLD).await;
    let orders = selection(fixture, "orders", "id", vec![by("person_id")]);
    assert_eq!(found(fixture, &orders, &people([1, 3]), "").await, ["1:9", "0:10", "0:11"]);
    let way = over(fixture, &[("orders", "order_id", "id")], "person_id");
    let lines = selection(fixture, "lines", "order_id line", vec![way]);
    assert_eq!(found(fixture, &lines, &people([1]), "").await, ["0:10,1", "0:10,2", "0:11,1"]);
    let way = over(fixture, &[("orders", "order_id", "id"), ("people", "person_id", "id")], "email");
    let lines = selection(fixture, "lines", "order_id line", vec![way]);
    let anchor = Anchor { rows: vec![(7, vec![Cell::text("ada@example.test")])] };
    assert_eq!(found(fixture, &lines, &[anchor], "").await, ["7:10,1", "7:10,2", "7:11,1"]);
}

/// A row reached in two ways, and by a value given twice, is one row.
pub async fn several_ways_give_each_row_once(fixture: &Fixture) {
    fixture.set_up(WORLD).await;
    let messages = selection(fixture, "messages", "id", vec![by("sender_id"), by("recipient_id")]);
    let mut anchors = people([1]);
    let again = anchors[0].rows.clone();
    anchors[0].rows.extend(again);
    assert_eq!(found(fixture, &messages, &anchors, "").await, ["0:1", "0:2", "0:3"]);
    // Two anchors of different kinds.
    let by_email = Branch { anchor: 1, ..over(fixture, &[("people", "recipient_id", "id")], "email") };
    let messages = selection(fixture, "messages", "id", vec![by("sender_id"), by_email]);
    anchors.push(Anchor { rows: vec![(3, vec![Cell::text("ÄNNE@example.test")])] });
    assert_eq!(found(fixture, &messages, &anchors, "").await, ["0:1", "0:3", "3:4"]);
}

/// One answer for each claimant of a row, next to each other and in ascending order.
pub async fn shared_rows_name_every_claimant(fixture: &Fixture) {
    fixture.set_up(WORLD).await;
    let shared = over(fixture, &[("people", "id", "address_id")], "id");
    let addresses = selection(fixture, "addresses", "id", vec![shared]);
    assert_eq!(found(fixture, &addresses, &people([2, 1, 3]), "").await, ["0:1", "1:1", "2:2"]);
    let messages = selection(fixture, "messages", "id", vec![by("sender_id"), by("recipient_id")]);
    let both = ["0:1", "1:1", "0:2", "1:2", "0:3"];
    assert_eq!(found(fixture, &messages, &people([1, 2]), "").await, both);
}

/// An address somebody else still lives at stays; once all its owners go, it goes.
pub async fn an_owner_that_stays_keeps_the_row(fixture: &Fixture) {
    fixture.set_up(WORLD).await;
    let mut addresses =
        selection(fixture, "addresses", "id", vec![over(fixture, &[("people", "id", "address_id")], "id")]);
    addresses.unless = vec![Unless {
        table: table(fixture, "people"),
        on: vec![(name("id"), name("address_id"))],
        row_filters: vec![],
        filters: vec![],
        reached: vec![by("id")],
    }];
    assert!(found(fixture, &addresses, &people([1]), "").await.is_empty());
    assert_eq!(found(fixture, &addresses, &people([1, 2, 3]), "").await, ["0:1", "1:1", "2:2"]);
    // An owner that does not count, by its own side or by ours, keeps nothing.
    addresses.unless[0].filters = vec![filter("city", Test::Equals(Cell::text("Berlin")))];
    assert_eq!(found(fixture, &addresses, &people([1]), "").await, ["0:1"]);
    addresses.unless[0].filters.clear();
    addresses.unless[0].row_filters = vec![filter("street", Test::IsNull)];
    assert_eq!(found(fixture, &addresses, &people([1]), "").await, ["0:1"]);
}

/// Conditions on the row, on a way to it, and on what lies between.
pub async fn filters_hold(fixture: &Fixture) {
    fixture.set_up(WORLD).await;
    let all = people([1, 2, 3]);
    let check = async |test: Test, expected: &[&str]| {
        let mut orders = selection(fixture, "orders", "id", vec![by("person_id")]);
        orders.filters = vec![filter("note", test.clone())];
        assert_eq!(found(fixture, &orders, &all, "").await, expected);
        let way = Branch { filters: vec![filter("note", test)], ..by("person_id") };
        assert_eq!(found(fixture, &selection(fixture, "orders", "id", vec![way]), &all, "").await, expected);
    };
    check(Test::Equals(Cell::text("first")), &["0:10"]).await;
    check(Test::IsNull, &["0:11"]).await;
    check(Test::IsNotNull, &["2:9", "0:10", "1:12"]).await;
    let first = vec![filter("note", Test::Equals(Cell::text("first"))), filter("id", Test::IsNotNull)];
    check(Test::NotAll(first.clone()), &["2:9", "0:11", "1:12"]).await;
    let never = [first.as_slice(), &[filter("id", Test::IsNull)]].concat();
    check(Test::NotAll(never), &["2:9", "0:10", "0:11", "1:12"]).await;
    let mut way = over(fixture, &[("orders", "order_id", "id")], "person_id");
    way.joins[0].filters = vec![filter("note", Test::IsNull)];
    let lines = selection(fixture, "lines", "order_id line", vec![way]);
    assert_eq!(found(fixture, &lines, &all, "").await, ["0:11,1"]);
    let mut orders = selection(fixture, "orders", "id", vec![by("person_id")]);
    orders.filters = vec![filter("id", Test::Equals(Cell::Int(12)))];
    assert_eq!(found(fixture, &orders, &all, "").await, ["1:12"]);
}

/// A token stands for sixteen digits and nothing else, whatever a pattern of the source's own would make of the parts.
pub async fn tokens_are_told_from_other_texts(fixture: &Fixture) {
    const HOSTILE: &str = "[a*?]%_.$^(é)\\'-";
    fixture.set_up(WORLD).await;
    let all = people([1, 2, 3]);
    let check = async |note: &str, expected: bool| {
        let note = note.replace('\'', "''");
        fixture.run(&format!("UPDATE orders SET note = '{note}' WHERE id = 10"));
        let test = Test::Tokens(vec![HOSTILE.to_owned(), String::from("@x"), String::new()]);
        let way = Branch { filters: vec![filter("note", test)], ..by("person_id") };
        let rows = found(fixture, &selection(fixture, "orders", "id", vec![way]), &all, "").await;
        let expected: &[&str] = if expected { &["0:10"] } else { &[] };
        assert_eq!(rows, expected, "{note}");
    };
    let (one, other) = ("0123456789abcdef", "ffffffffffffffff");
    check(&format!("{HOSTILE}{one}@x{other}"), true).await;
    check(&format!("{HOSTILE}{one}@x{other}0"), false).await;
    check(&format!("x{HOSTILE}{one}@x{other}"), false).await;
    check(&format!("{HOSTILE}{one}@X{other}"), false).await;
    check(&format!("{HOSTILE}{}@x{other}", one.to_uppercase()), false).await;
    check(&format!("{HOSTILE}{{token}}@x{other}"), false).await;
    check(&format!("a{one}@x{other}"), false).await;
}

/// Before and not before divide all rows in two, whatever zone a time is written in; without a time a row is not before.
pub async fn moments_are_compared_as_points_in_time(fixture: &Fixture) {
    fixture.set_up(WORLD).await;
    let all = people([1, 2, 3, 4]);
    let check = async |test: Test, expected: &[&str]| {
        let mut who = selection(fixture, "people", "id", vec![by("id")]);
        who.filters = vec![filter("joined_at", test)];
        assert_eq!(found(fixture, &who, &all, "").await, expected);
    };
    check(Test::Before("2024-06-01T12:15:00Z".into()), &["0:1", "1:2"]).await;
    check(Test::NotBefore("2024-06-01T12:15:00Z".into()), &["2:3", "3:4"]).await;
    check(Test::Before("2024-06-01".into()), &["0:1"]).await;
    check(Test::NotBefore("2024-06-01".into()), &["1:2", "2:3", "3:4"]).await;
}

/// E-mail addresses without blanks and case, telephone numbers by their digits.
pub async fn identities_are_compared_folded_and_by_digits(fixture: &Fixture) {
    fixture.set_up(WORLD).await;
    let mut who =
        selection(fixture, "people", "id", vec![Branch { compare: Compare::Folded, ..by("email") }]);
    let anchor = |text: &str| vec![Anchor { rows: vec![(0, vec![Cell::text(text)])] }];
    assert_eq!(found(fixture, &who, &anchor("bob@example.test"), "").await, ["0:2"]);
    assert_eq!(found(fixture, &who, &anchor("änne@example.test"), "").await, ["0:4"]);
    assert!(found(fixture, &who, &anchor("%@example.test"), "").await.is_empty());
    who.branches = vec![Branch { compare: Compare::Digits, ..by("phone") }];
    assert_eq!(found(fixture, &who, &anchor("493023125001"), "").await, ["0:1"]);
    assert_eq!(found(fixture, &who, &anchor("004930 23125002".replace(' ', "").as_str()), "").await, ["0:2"]);
    let over_join =
        Branch { compare: Compare::Folded, ..over(fixture, &[("people", "person_id", "id")], "email") };
    let orders = selection(fixture, "orders", "id", vec![over_join]);
    assert_eq!(found(fixture, &orders, &anchor("bob@example.test"), "").await, ["0:12"]);
}

/// Keys of two columns on either side, and columns that come along.
pub async fn composite_keys_and_carried_columns_come_along(fixture: &Fixture) {
    fixture.set_up(WORLD).await;
    let lines = selection(fixture, "lines", "order_id line", vec![by("order_id line")]);
    let rows = vec![
        (5, vec![Cell::Int(10), Cell::Int(2)]),
        (4, vec![Cell::Int(9), Cell::Int(1)]),
        (6, vec![Cell::Int(9), Cell::Int(2)]),
    ];
    assert_eq!(found(fixture, &lines, &[Anchor { rows }], "sku line").await, ["4:9,1,e,1", "5:10,2,b,2"]);
    let mut by_other_key = selection(fixture, "people", "email", vec![by("id")]);
    assert_eq!(found(fixture, &by_other_key, &people([3]), "id city").await, ["0:cleo@example.test,3,NULL"]);
    by_other_key.key = key("id");
    assert_eq!(found(fixture, &by_other_key, &people([1]), "joined_at").await.len(), 1);
}

/// No anchors, an empty anchor, NULL, no ways: nothing, never everything.
pub async fn nothing_given_finds_nothing(fixture: &Fixture) {
    fixture.set_up(WORLD).await;
    let none: Vec<String> = Vec::new();
    let orders = selection(fixture, "orders", "id", vec![by("person_id")]);
    assert_eq!(found(fixture, &orders, &[Anchor::default()], "note").await, none);
    let null = Anchor { rows: vec![(0, vec![Cell::Null])] };
    assert_eq!(found(fixture, &orders, std::slice::from_ref(&null), "").await, none);
    assert_eq!(found(fixture, &selection(fixture, "orders", "id", vec![]), &people([1]), "").await, none);
    let comments = selection(fixture, "comments", "id", vec![by("parent_id")]);
    assert_eq!(found(fixture, &comments, &[null], "").await, none);
    let mut reader = fixture.source.snapshot().await.expect("a reader");
    let unknown = Branch { anchor: 3, ..by("person_id") };
    let answer = reader.find(&selection(fixture, "orders", "id", vec![unknown]), &people([1]), &[]).await;
    let refused = match answer {
        Err(_) => true,
        Ok(pages) => pages.collect().await.is_err(),
    };
    assert!(refused, "a way from an anchor that was not given is an error");
}
