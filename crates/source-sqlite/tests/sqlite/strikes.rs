//! Strikes on a real shop, as the engine makes them.

use exeunt_base::{Cell, Name, Row};
use exeunt_source::{
    Anchor, Branch, Compare, Delete, Filter, Insert, KeyBy, Read, Rows, Selection, Source, Test,
};
use exeunt_source_sqlite::{Settings, SqliteSource};
use exeunt_testkit::{Snapshot, shop};

use crate::{name, table};

#[tokio::test]
async fn messages_taken_out_and_put_back_are_the_same_messages() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("shop.db");
    shop::install_sqlite(&file, 30).unwrap();
    let before = Snapshot::of_sqlite(&file).unwrap();
    let source = SqliteSource::new(Settings::for_file(&file));
    let catalog = source.describe().await.unwrap();
    let messages = catalog.table(&table("messages")).unwrap();
    let columns: Vec<Name> = messages.written_columns().map(|column| column.name.clone()).collect();
    let key = KeyBy::Columns(messages.primary_key.clone());
    let by = |column: &str| Branch {
        filters: vec![],
        joins: vec![],
        columns: vec![name(column)],
        anchor: 0,
        compare: Compare::Exact,
    };
    let what = Selection {
        table: table("messages"),
        key: key.clone(),
        branches: vec![by("sender_id"), by("recipient_id")],
        filters: vec![],
        unless: vec![],
    };
    let anchor = Anchor { rows: vec![(0, vec![Cell::Int(1)]), (1, vec![Cell::Int(2)])] };
    let mut reader = source.snapshot().await.unwrap();
    let found = reader.find(&what, &[anchor], &[]).await.unwrap().collect().await.unwrap();
    assert!(!found.is_empty());
    drop(reader);
    let mut keys: Vec<Row> = found.iter().map(|row| row[1..2].to_vec()).collect();
    keys.dedup();

    let mut transaction = source.begin().await.unwrap();
    let delete = Delete { table: table("messages"), key, columns: columns.clone() };
    let images = transaction.delete(&delete, keys.clone()).await.unwrap().collect().await.unwrap();
    assert_eq!(images.len(), keys.len());
    transaction.commit().await.unwrap();
    let changes = before.changes(&Snapshot::of_sqlite(&file).unwrap());
    assert!(changes.len() > keys.len(), "the counters changed as well");

    let mut transaction = source.begin().await.unwrap();
    let insert = Insert { table: table("messages"), columns, answer: vec![name("id")] };
    let rows: Vec<Row> = images.iter().map(|image| image[1..].to_vec()).collect();
    let added = transaction.insert(&insert, rows).await.unwrap().collect().await.unwrap();
    assert_eq!(added.len(), keys.len());
    transaction.commit().await.unwrap();
    before.assert_same(&Snapshot::of_sqlite(&file).unwrap());
}

/// The unique index that made it a key is gone, and the column does not tell upper case from lower.
#[tokio::test]
async fn a_key_of_two_rows_strikes_neither_however_many_keys_there_are() {
    for heavy in [0, 40_000] {
        let file = crate::File::new(&format!(
            "CREATE TABLE names (name TEXT COLLATE NOCASE, body BLOB);
             WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < 600)
             INSERT INTO names SELECT 'name ' || i, zeroblob({heavy}) FROM s;
             INSERT INTO names VALUES ('NAME 590', NULL);"
        ));
        let before = Snapshot::of_sqlite(&file.path()).unwrap();
        let source = file.source();
        let key = KeyBy::Columns(vec![name("name")]);
        let delete = Delete { table: table("names"), key, columns: vec![name("name"), name("body")] };
        let keys = (1..=600).map(|i| vec![Cell::Text(format!("name {i}"))]).collect();
        let mut transaction = source.begin().await.unwrap();
        let refused = transaction.delete(&delete, keys).await.unwrap().collect().await.unwrap_err();
        assert_eq!(refused.kind, exeunt_base::FaultKind::Drifted);
        assert!(transaction.commit().await.is_err());
        before.assert_same(&Snapshot::of_sqlite(&file.path()).unwrap());
    }
}

#[tokio::test]
async fn a_row_without_a_key_comes_back_to_its_place() {
    let file = crate::File::new(
        "CREATE TABLE log (line TEXT); INSERT INTO log (rowid, line) VALUES (7, 'a'), (9, 'b');",
    );
    let source = file.source();
    let read = Read { table: table("log"), columns: vec![name("rowid")], rows: Rows::Every(KeyBy::WholeRow) };
    let mut transaction = source.begin().await.unwrap();
    let places = transaction.read(&read).await.unwrap().collect().await.unwrap();
    assert_eq!(places, [vec![Cell::Int(7)], vec![Cell::Int(9)]]);
    let by_place = KeyBy::Columns(vec![name("rowid")]);
    let columns = vec![name("rowid"), name("line")];
    let delete = Delete { table: table("log"), key: by_place, columns: columns.clone() };
    let images = transaction.delete(&delete, places[..1].to_vec()).await.unwrap().collect().await.unwrap();
    let insert = Insert { table: table("log"), columns, answer: vec![name("rowid")] };
    let rows = images.iter().map(|image| image[1..].to_vec()).collect();
    let added = transaction.insert(&insert, rows).await.unwrap().collect().await.unwrap();
    assert_eq!(added, [vec![Cell::Int(0), Cell::Int(7)]]);
    transaction.commit().await.unwrap();
    assert_eq!(file.ask("SELECT count(*) FROM log WHERE rowid IN (7, 9)"), 2);
}

#[tokio::test]
async fn what_is_no_time_is_never_past() {
    let file = crate::File::new(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, who INTEGER, at);
         INSERT INTO t VALUES (1, 1, '2001-01-01'), (2, 1, '2001'), (3, 1, 2001), (4, 1, 'long ago'), (5, 1, NULL),
            (6, 1, 978307200), (7, 1, 978307200000), (8, 1, 2451910.5), (9, 1, x'32303031'), (10, 1, '2001-13-45'),
            (11, 1, '2999-01-01T00:00:00+02:00');",
    );
    let mut reader = file.source().snapshot().await.unwrap();
    for (test, expected) in [
        (Test::Before("2010-01-01T00:00:00Z".into()), vec![1, 6, 7, 8]),
        (Test::NotBefore("2010-01-01".into()), vec![2, 3, 4, 5, 9, 10, 11]),
    ] {
        let branch = Branch {
            filters: vec![],
            joins: vec![],
            columns: vec![name("who")],
            anchor: 0,
            compare: Compare::Exact,
        };
        let what = Selection {
            table: table("t"),
            key: KeyBy::Columns(vec![name("id")]),
            branches: vec![branch],
            filters: vec![Filter { column: name("at"), test }],
            unless: vec![],
        };
        let anchor = Anchor { rows: vec![(0, vec![Cell::Int(1)])] };
        let found = reader.find(&what, &[anchor], &[]).await.unwrap().collect().await.unwrap();
        let ids: Vec<i64> = found.iter().filter_map(|row| row[1].as_int()).collect();
        assert_eq!(ids, expected);
    }
}
