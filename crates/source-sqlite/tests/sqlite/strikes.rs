//! Strikes on a real shop, as the engine makes them.

use exeunt_base::{Cell, Name, Row};
use exeunt_source::{Anchor, Branch, Compare, Delete, Insert, KeyBy, Selection, Source};
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
