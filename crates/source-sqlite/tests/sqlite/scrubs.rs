//! After a delete and a scrub no old byte is left in any file of the database.

use exeunt_base::{Cell, Row, Timestamp};
use exeunt_source::{Delete, Residue, Source, Triggers, Update};
use exeunt_source_sqlite::{Scrub, Settings, SqliteSource};
use exeunt_testkit::canary;
use exeunt_testkit::search::search_dir;

use crate::{File, ints, key, names, table};

const TABLES: &str = "CREATE TABLE people (id INTEGER PRIMARY KEY, email TEXT UNIQUE, note TEXT, extra BLOB);
    CREATE INDEX people_note ON people (note, email);
    CREATE TABLE trail (email TEXT PRIMARY KEY, n INT) WITHOUT ROWID;";

fn people() -> String {
    let rows = (1..=400).map(|id| {
        let (email, note) = (canary::email(id), canary::sentence("note", id));
        // One of them overflows its page.
        let extra = if id == 7 { canary::word("extra", id).repeat(2000) } else { canary::word("extra", id) };
        format!(
            "INSERT INTO people VALUES ({id}, '{email}', '{note}', CAST('{extra}' AS BLOB));
             INSERT INTO trail VALUES ('{email}', {id});"
        )
    });
    format!("BEGIN; {} COMMIT;", rows.collect::<String>())
}

async fn strike(source: &SqliteSource) {
    let mut transaction = source.begin().await.unwrap();
    let delete = Delete { table: table("people"), key: key("id"), columns: names("email") };
    let gone = transaction.delete(&delete, ints(1..=200)).await.unwrap().collect().await.unwrap();
    assert_eq!(gone.len(), 200);
    let emails: Vec<Row> = (1..=200).map(|id| vec![Cell::Text(canary::email(id))]).collect();
    let delete = Delete { table: table("trail"), key: key("email"), columns: names("n") };
    assert_eq!(transaction.delete(&delete, emails).await.unwrap().collect().await.unwrap().len(), 200);
    let update = Update {
        table: table("people"),
        key: key("id"),
        set: names("email note extra"),
        columns: names("id"),
        triggers: Triggers::Fire,
    };
    let veiled = (201..=400).map(|id| vec![Cell::Int(id), Cell::Null, Cell::text("redacted"), Cell::Null]);
    transaction.update(&update, veiled.collect()).await.unwrap().collect().await.unwrap();
    let emails: Vec<Row> = (201..=400).map(|id| vec![Cell::Text(canary::email(id))]).collect();
    assert_eq!(transaction.delete(&delete, emails).await.unwrap().collect().await.unwrap().len(), 200);
    transaction.commit().await.unwrap();
}

fn places(residue: &Residue) -> Vec<&str> {
    residue.left.iter().map(|left| left.place.as_str()).collect()
}

async fn check(journal_mode: &str) {
    let file = File::new(&format!("PRAGMA journal_mode = {journal_mode}; {TABLES}"));
    file.open().execute_batch(&people()).unwrap();
    assert!(search_dir(file.dir()).unwrap().len() > 1000);
    let source = file.source();
    // A reader from before, at rest by now, does not keep the log.
    drop(source.snapshot().await.unwrap());
    strike(&source).await;
    let residue = source.scrub(&[table("people")], Timestamp::from_micros(0)).await.unwrap();
    assert_eq!(places(&residue), ["file system"]);
    exeunt_testkit::search::assert_silent(file.dir());
    assert_eq!(file.ask("SELECT count(*) FROM people WHERE note = 'redacted'"), 200);
    assert_eq!(file.ask("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'"), 0);
}

#[tokio::test]
async fn nothing_is_left_in_a_file_with_a_log() {
    check("wal").await;
}

#[tokio::test]
async fn nothing_is_left_in_a_file_with_a_journal() {
    for mode in ["delete", "truncate", "persist"] {
        check(mode).await;
    }
}

#[tokio::test]
async fn a_log_somebody_else_reads_is_told_honestly() {
    let file = File::new(&format!("PRAGMA journal_mode = wal; {TABLES}"));
    file.open().execute_batch(&people()).unwrap();
    let source = file.source();
    let reader = file.open();
    reader.execute_batch("BEGIN; SELECT count(*) FROM people;").unwrap();
    strike(&source).await;
    let residue = source.scrub(&[], Timestamp::from_micros(0)).await.unwrap();
    assert!(places(&residue).contains(&"write-ahead log"), "{residue:?}");
    assert!(!search_dir(file.dir()).unwrap().is_empty());
    drop(reader);
    let residue = source.scrub(&[], Timestamp::from_micros(0)).await.unwrap();
    assert_eq!(places(&residue), ["file system"]);
    exeunt_testkit::search::assert_silent(file.dir());
}

#[tokio::test]
async fn what_others_left_in_free_space_is_told_and_goes_with_a_vacuum() {
    let file = File::new(&format!("PRAGMA secure_delete = OFF; {TABLES} {}", people()));
    file.open().execute_batch("PRAGMA secure_delete = OFF; DELETE FROM people; DELETE FROM trail;").unwrap();
    let source = SqliteSource::new(Settings { scrub: Scrub::Logs, ..Settings::for_file(file.path()) });
    let residue = source.scrub(&[], Timestamp::from_micros(0)).await.unwrap();
    assert_eq!(places(&residue), ["free space of the database", "file system"]);
    assert!(!search_dir(file.dir()).unwrap().is_empty());
    file.source().scrub(&[], Timestamp::from_micros(0)).await.unwrap();
    exeunt_testkit::search::assert_silent(file.dir());
}

#[tokio::test]
async fn a_full_text_index_kept_by_triggers_forgets_as_well() {
    let file = File::new(
        "PRAGMA journal_mode = wal;
         CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT);
         CREATE VIRTUAL TABLE found USING fts5(body, content=notes, content_rowid=id);
         CREATE TRIGGER notes_in AFTER INSERT ON notes BEGIN
            INSERT INTO found (rowid, body) VALUES (NEW.id, NEW.body); END;
         CREATE TRIGGER notes_out AFTER DELETE ON notes BEGIN
            INSERT INTO found (found, rowid, body) VALUES ('delete', OLD.id, OLD.body); END;",
    );
    let rows =
        (1..=50).map(|id| format!("INSERT INTO notes VALUES ({id}, '{}');", canary::sentence("body", id)));
    file.open().execute_batch(&rows.collect::<String>()).unwrap();
    let source = file.source();
    let mut transaction = source.begin().await.unwrap();
    let delete = Delete { table: table("notes"), key: key("id"), columns: names("body") };
    let gone = transaction.delete(&delete, ints(1..=50)).await.unwrap().collect().await.unwrap();
    assert_eq!(gone.len(), 50);
    transaction.commit().await.unwrap();
    source.scrub(&[], Timestamp::from_micros(0)).await.unwrap();
    assert_eq!(file.ask("SELECT count(*) FROM found WHERE found MATCH 'secret'"), 0);
    exeunt_testkit::search::assert_silent(file.dir());
}
