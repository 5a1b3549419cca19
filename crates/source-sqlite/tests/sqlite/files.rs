//! Files that are not there, not databases, locked, replaced, damaged.

use std::path::Path;

use exeunt_base::{Cell, Fault, FaultKind};
use exeunt_source::{Delete, Lock, Read, Rows, Source};
use exeunt_source_sqlite::{Settings, SqliteSource};
use exeunt_testkit::canary;

use crate::{File, ints, key, names, table};

async fn opened(path: &Path) -> Result<(), Fault> {
    let source = SqliteSource::new(Settings::for_file(path));
    let described = source.describe().await.map(drop);
    assert_eq!(described.is_err(), source.begin().await.is_err());
    described
}

#[tokio::test]
async fn a_missing_file_is_an_error_and_stays_missing() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("none.db");
    assert_eq!(opened(&path).await.unwrap_err().kind, FaultKind::Missing);
    assert!(!path.exists());
    assert_eq!(opened(dir.path()).await.unwrap_err().kind, FaultKind::Missing);
    // A name with a `?` in it, or one that looks like an address, is a name.
    let odd = dir.path().join("file:a?mode=memory");
    assert_eq!(opened(&odd).await.unwrap_err().kind, FaultKind::Missing);
}

#[tokio::test]
async fn a_file_that_is_no_database_is_told_as_such() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("notes.txt");
    std::fs::write(&path, canary::sentence("note", 1).repeat(100)).unwrap();
    let fault = opened(&path).await.unwrap_err();
    assert_eq!((fault.kind, fault.code.as_deref()), (FaultKind::Corrupt, Some("SQLITE_NOTADB")));
    assert!(!format!("{fault:?}").contains(canary::MARK));
}

#[tokio::test]
async fn a_file_locked_by_another_program_is_contended() {
    for mode in ["wal", "delete"] {
        let file =
            File::new(&format!("PRAGMA journal_mode = {mode}; CREATE TABLE t (id INTEGER PRIMARY KEY);"));
        let source = file.source();
        let other = file.open();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        let fault = source.begin().await.err().unwrap();
        assert_eq!(fault.kind, FaultKind::Contended, "{mode}: {fault}");
        other.execute_batch("COMMIT").unwrap();
        source.begin().await.unwrap().commit().await.unwrap();
    }
}

#[tokio::test]
async fn a_reader_elsewhere_delays_a_commit_and_it_can_be_tried_again() {
    let file = File::new("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT); INSERT INTO t VALUES (1, 'a');");
    let source = file.source();
    let other = file.open();
    other.execute_batch("BEGIN; SELECT count(*) FROM t;").unwrap();
    let delete = Delete { table: table("t"), key: key("id"), columns: names("a") };
    let mut transaction = source.begin().await.unwrap();
    transaction.delete(&delete, ints([1])).await.unwrap().collect().await.unwrap();
    assert_eq!(transaction.commit().await.unwrap_err().kind, FaultKind::Contended);
    other.execute_batch("COMMIT").unwrap();
    assert_eq!(file.ask("SELECT count(*) FROM t"), 1);
    let mut transaction = source.begin().await.unwrap();
    transaction.delete(&delete, ints([1])).await.unwrap().collect().await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(file.ask("SELECT count(*) FROM t"), 0);
}

#[tokio::test]
async fn a_replaced_file_is_the_file_that_is_read() {
    let file = File::new("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT); INSERT INTO t VALUES (1, 'old');");
    let source = file.source();
    let read = Read { table: table("t"), columns: names("a"), rows: Rows::Keyed(key("id"), ints([1])) };
    let ask = async || {
        let mut reader = source.snapshot().await.unwrap();
        let rows = reader.read(&read).await.unwrap().collect().await.unwrap();
        rows[0][1].clone()
    };
    assert_eq!(ask().await, Cell::text("old"));
    let other =
        File::new("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT); INSERT INTO t VALUES (1, 'new');");
    std::fs::rename(other.path(), file.path()).unwrap();
    assert_eq!(ask().await, Cell::text("new"));
}

#[tokio::test]
async fn a_damaged_page_is_told_as_damage() {
    let file = File::new(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT);
         WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < 3000)
         INSERT INTO t SELECT i, 'zqxjvkcanary row ' || i FROM s;",
    );
    let mut bytes = std::fs::read(file.path()).unwrap();
    for page in bytes.chunks_mut(4096).skip(2) {
        page[..16].fill(0xff);
    }
    std::fs::write(file.path(), bytes).unwrap();
    let source = file.source();
    let mut reader = source.snapshot().await.unwrap();
    let read = Read { table: table("t"), columns: names("a"), rows: Rows::Every(key("id")) };
    let fault = reader.read(&read).await.unwrap().collect().await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Corrupt, "{fault}");
    assert!(!format!("{fault:?}").contains(canary::MARK));
}

#[tokio::test]
async fn orphans_already_there_do_not_stand_in_the_way() {
    let file = File::new(
        "PRAGMA foreign_keys = OFF;
         CREATE TABLE parents (id INTEGER PRIMARY KEY);
         CREATE TABLE children (id INTEGER PRIMARY KEY, parent_id INTEGER REFERENCES parents (id), a TEXT);
         INSERT INTO parents VALUES (1), (2);
         INSERT INTO children VALUES (1, 1, 'fine'), (2, 77, 'orphan'), (3, 78, 'orphan');",
    );
    let source = file.source();
    let delete = Delete { table: table("children"), key: key("id"), columns: names("parent_id a") };
    let mut transaction = source.begin().await.unwrap();
    let gone = transaction.delete(&delete, ints([1, 2])).await.unwrap().collect().await.unwrap();
    assert_eq!(gone.len(), 2);
    let delete = Delete { table: table("parents"), key: key("id"), columns: names("id") };
    assert_eq!(transaction.delete(&delete, ints([1, 2])).await.unwrap().collect().await.unwrap().len(), 2);
    transaction.commit().await.unwrap();
    assert_eq!(file.ask("SELECT count(*) FROM children"), 1);
}

#[tokio::test]
async fn a_row_a_trigger_keeps_is_refused_not_lost() {
    let file = File::new(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT); INSERT INTO t VALUES (1, 'a'), (2, 'keep');
         CREATE TRIGGER keeps BEFORE DELETE ON t WHEN OLD.a = 'keep' BEGIN SELECT RAISE(IGNORE); END;",
    );
    let source = file.source();
    let delete = Delete { table: table("t"), key: key("id"), columns: names("a") };
    let mut transaction = source.begin().await.unwrap();
    let fault = transaction.delete(&delete, ints([1, 2])).await.unwrap().collect().await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Refused, "{fault}");
    transaction.rollback().await.unwrap();
    assert_eq!(file.ask("SELECT count(*) FROM t"), 2);
}

#[tokio::test]
async fn cascades_within_one_strike_lose_no_image() {
    let file = File::new(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, up INTEGER REFERENCES t (id) ON DELETE CASCADE, a TEXT);
         INSERT INTO t VALUES (1, NULL, 'a'), (2, 1, 'b'), (3, 2, 'c');",
    );
    let source = file.source();
    let delete = Delete { table: table("t"), key: key("id"), columns: names("id up a") };
    let mut transaction = source.begin().await.unwrap();
    let images = transaction.delete(&delete, ints([1, 2, 3])).await.unwrap().collect().await.unwrap();
    assert_eq!(images.len(), 3);
    transaction.commit().await.unwrap();
    assert_eq!(file.ask("SELECT count(*) FROM t"), 0);
}

#[tokio::test]
async fn a_key_that_names_several_rows_is_drift() {
    let file =
        File::new("CREATE TABLE t (a TEXT COLLATE NOCASE, b INT); INSERT INTO t VALUES ('x', 1), ('X', 2);");
    let source = file.source();
    let mut transaction = source.begin().await.unwrap();
    let delete = Delete { table: table("t"), key: key("a"), columns: names("b") };
    let keys = vec![vec![Cell::text("x")]];
    let fault = transaction.delete(&delete, keys.clone()).await.unwrap().collect().await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Drifted);
    drop(transaction);
    let mut transaction = source.begin().await.unwrap();
    let lock = Lock { table: table("t"), key: key("a"), columns: names("b") };
    assert!(transaction.lock(&lock, keys).await.unwrap().collect().await.is_err());
}
