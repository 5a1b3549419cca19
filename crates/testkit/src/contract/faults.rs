//! What goes wrong, and how it is told.

use exeunt_base::{Cell, Fault, FaultKind, Row};
use exeunt_source::{Delete, Insert, Lock, Read, Rows, Transaction, Triggers, Update};

use crate::canary;
use crate::contract::Fixture;
use crate::contract::tools::{WORLD, by, ints, key, names, people, selection, table};

/// Fails a test when a fault says a canary, aloud or in its `Debug`.
fn assert_silent(fault: &Fault) {
    crate::search::assert_silent_bytes("a fault", format!("{fault} {fault:?}").as_bytes());
}

async fn insert(transaction: &mut dyn Transaction, what: &Insert, rows: Vec<Row>) -> Result<Vec<Row>, Fault> {
    transaction.insert(what, rows).await?.collect().await
}

async fn update(transaction: &mut dyn Transaction, what: &Update, rows: Vec<Row>) -> Result<Vec<Row>, Fault> {
    transaction.update(what, rows).await?.collect().await
}

/// Whoever comes second is told soon that the rows are locked, and can come again later.
pub async fn a_lock_held_elsewhere_is_contended(fixture: &Fixture) {
    fixture.set_up(WORLD).await;
    let lock = Lock { table: table(fixture, "people"), key: key("id"), columns: names("id") };
    let mut first = fixture.source.begin().await.expect("a transaction");
    first.lock(&lock, ints([1])).await.expect("a lock begins").collect().await.expect("a lock ends");
    let second = async {
        let mut second = fixture.source.begin().await?;
        second.lock(&lock, ints([1])).await?.collect().await
    };
    let fault = second.await.expect_err("the row is locked");
    assert_eq!(fault.kind, FaultKind::Contended, "{fault}");
    assert!(fault.kind.is_passing());
    first.commit().await.expect("a commit");
    let mut third = fixture.source.begin().await.expect("a transaction");
    let rows =
        third.lock(&lock, ints([1])).await.expect("a lock begins").collect().await.expect("a lock ends");
    assert_eq!(rows.len(), 1);
}

/// A column or table that went after the catalog was read.
pub async fn what_was_dropped_is_missing(fixture: &Fixture) {
    fixture.set_up(WORLD).await;
    let read = Read {
        table: table(fixture, "orders"),
        columns: names("id note"),
        rows: Rows::Keyed(key("id"), ints([10])),
    };
    {
        let mut reader = fixture.source.snapshot().await.expect("a reader");
        reader.read(&read).await.expect("a read begins").collect().await.expect("a read ends");
    }
    let is_gone = |fault: &Fault| matches!(fault.kind, FaultKind::Missing | FaultKind::Drifted);
    fixture.run("ALTER TABLE orders DROP COLUMN note");
    let again = async || {
        let mut reader = fixture.source.snapshot().await?;
        reader.read(&read).await?.collect().await
    };
    let fault = again().await.expect_err("the column is gone");
    assert!(is_gone(&fault), "{fault:?}");
    let struck = async {
        let delete = Delete { table: table(fixture, "orders"), key: key("id"), columns: names("id note") };
        let mut transaction = fixture.source.begin().await?;
        transaction.delete(&delete, ints([9])).await?.collect().await
    };
    let fault = struck.await.expect_err("the column is gone");
    assert!(is_gone(&fault), "{fault:?}");
    fixture.run("DROP TABLE lines; DROP TABLE orders;");
    let fault = again().await.expect_err("the table is gone");
    assert!(is_gone(&fault), "{fault:?}");
    assert!(fixture.source.describe().await.expect("a catalog").table(&table(fixture, "orders")).is_none());
    let elsewhere =
        exeunt_base::TableRef { schema: super::tools::name("nowhere"), name: super::tools::name("people") };
    let read = Read { table: elsewhere, columns: names("id"), rows: Rows::Keyed(key("id"), ints([1])) };
    let mut reader = fixture.source.snapshot().await.expect("a reader");
    let fault = match reader.read(&read).await {
        Err(fault) => fault,
        Ok(pages) => pages.collect().await.expect_err("there is no such schema"),
    };
    assert!(is_gone(&fault), "{fault:?}");
}

/// A constraint that refuses a row blames the rows and keeps their values to itself.
pub async fn bad_rows_are_refused_silently(fixture: &Fixture) {
    let person = canary::email(1);
    let script = format!(
        "CREATE TABLE people (id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE CHECK (email LIKE '%@%'),
            age INTEGER CHECK (age > 0), boss_id INTEGER REFERENCES people (id));
         INSERT INTO people VALUES (1, '{person}', 30, NULL), (2, '{}', 30, 1);",
        canary::email(2)
    );
    fixture.set_up(&script).await;
    let before = fixture.snapshot();
    let what =
        Insert { table: table(fixture, "people"), columns: names("id email age boss_id"), answer: vec![] };
    let text = |text: String| Cell::Text(text);
    let rows = [
        vec![Cell::Int(3), Cell::Null, Cell::Int(1), Cell::Null],
        vec![Cell::Int(3), text(canary::word("email", 3)), Cell::Int(1), Cell::Null],
        vec![Cell::Int(3), text(canary::email(3)), Cell::Int(-1), Cell::Null],
        vec![Cell::Int(3), text(canary::email(3)), Cell::Int(1), Cell::Int(4_930_231_251)],
    ];
    for (number, row) in rows.into_iter().enumerate() {
        let tried = async {
            let mut transaction = fixture.source.begin().await?;
            insert(&mut *transaction, &what, vec![row]).await?;
            transaction.commit().await
        };
        let fault = tried.await.expect_err("a constraint is in the way");
        assert_eq!(fault.kind, FaultKind::Refused, "row {number}: {fault}");
        assert!(fault.kind.blames_rows());
        assert_silent(&fault);
    }
    let what = Update {
        table: table(fixture, "people"),
        key: key("id"),
        set: names("email"),
        columns: names("id"),
        triggers: Triggers::Fire,
    };
    let tried = async {
        let mut transaction = fixture.source.begin().await?;
        update(&mut *transaction, &what, vec![vec![Cell::Int(2), text(person)]]).await?;
        transaction.commit().await
    };
    let fault = tried.await.expect_err("the address is taken");
    assert_eq!(fault.kind, FaultKind::Refused, "{fault}");
    assert_silent(&fault);
    let tried = async {
        let delete = Delete { table: table(fixture, "people"), key: key("id"), columns: names("email") };
        let mut transaction = fixture.source.begin().await?;
        transaction.delete(&delete, ints([1])).await?.collect().await?;
        transaction.commit().await
    };
    let fault = tried.await.expect_err("somebody refers to the row");
    assert_eq!(fault.kind, FaultKind::Refused, "{fault}");
    assert_silent(&fault);
    before.assert_same(&fixture.snapshot());
}

/// Not even a trigger's own words get out.
pub async fn no_fault_quotes_a_value(fixture: &Fixture) {
    let secret = canary::word("note", 7);
    let script = format!(
        "CREATE TABLE notes (id INTEGER PRIMARY KEY, note TEXT, n INTEGER); INSERT INTO notes VALUES (1, '{secret}', 1); {}",
        fixture.either(
            "CREATE TRIGGER talks BEFORE DELETE ON notes BEGIN SELECT RAISE(ABORT, 'no such table: ' || OLD.note); END;",
            "CREATE FUNCTION talks() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                RAISE EXCEPTION 'no %', OLD.note USING DETAIL = OLD.note, HINT = OLD.note; END $$;
             CREATE TRIGGER talks BEFORE DELETE ON notes FOR EACH ROW EXECUTE FUNCTION talks();",
        )
    );
    fixture.set_up(&script).await;
    let tried = async {
        let delete = Delete { table: table(fixture, "notes"), key: key("id"), columns: names("note") };
        let mut transaction = fixture.source.begin().await?;
        transaction.delete(&delete, ints([1])).await?.collect().await
    };
    let fault = tried.await.expect_err("the trigger refuses");
    assert_eq!(fault.kind, FaultKind::Refused, "{fault}");
    assert_silent(&fault);
    // Values of a type that is not the column's: found nowhere or refused, but never quoted.
    let mut what = selection(fixture, "notes", "id", vec![by("n")]);
    what.filters = vec![super::tools::filter("n", exeunt_source::Test::Equals(Cell::text(&secret)))];
    let mut reader = fixture.source.snapshot().await.expect("a reader");
    let tried = async { reader.find(&what, &people([1]), &[]).await?.collect().await };
    match tried.await {
        Ok(rows) => assert!(rows.is_empty()),
        Err(fault) => assert_silent(&fault),
    }
}

/// After a fault there is nothing to commit: half a change would be.
pub async fn a_failed_transaction_cannot_be_committed(fixture: &Fixture) {
    fixture.set_up(WORLD).await;
    let before = fixture.snapshot();
    let mut transaction = fixture.source.begin().await.expect("a transaction");
    let lines = Delete { table: table(fixture, "lines"), key: key("order_id line"), columns: names("sku") };
    let keys = vec![vec![Cell::Int(12), Cell::Int(1)]];
    let pages = transaction.delete(&lines, keys).await.expect("a delete begins");
    assert_eq!(pages.collect().await.expect("a delete ends").len(), 1);
    let what = Insert { table: table(fixture, "orders"), columns: names("id person_id"), answer: vec![] };
    let bad = vec![vec![Cell::Int(50), Cell::Null]];
    insert(&mut *transaction, &what, bad).await.expect_err("an order is somebody's");
    assert!(transaction.commit().await.is_err());
    before.assert_same(&fixture.snapshot());
}

/// A deferred reference is looked at when the transaction ends: a rehearsal refuses what the commit would, and both say
/// which tables are meant.
pub async fn what_is_checked_at_the_end_can_be_rehearsed(fixture: &Fixture) {
    fixture
        .set_up(
            "CREATE TABLE teams (id BIGINT PRIMARY KEY);
             CREATE TABLE players (id BIGINT PRIMARY KEY,
                 team BIGINT REFERENCES teams (id) DEFERRABLE INITIALLY DEFERRED);
             INSERT INTO teams VALUES (1), (2); INSERT INTO players VALUES (10, 1);",
        )
        .await;
    let before = fixture.snapshot();
    let without = async |of: &str, id: i64| {
        let mut transaction = fixture.source.begin().await.expect("a transaction");
        let what = Delete { table: table(fixture, of), key: key("id"), columns: names("id") };
        let pages = transaction.delete(&what, ints([id])).await.expect("a delete begins");
        assert_eq!(pages.collect().await.expect("the reference is not looked at yet").len(), 1);
        transaction
    };
    for commit in [false, true] {
        let transaction = without("teams", 1).await;
        let ended = if commit { transaction.commit().await } else { transaction.rehearse().await };
        let fault = ended.expect_err("a player of the team is left");
        assert_eq!(fault.kind, FaultKind::Refused, "{fault}");
        assert!(fault.to_string().contains("players"), "{fault}");
        before.assert_same(&fixture.snapshot());
    }
    without("teams", 2).await.rehearse().await.expect("nobody refers to it");
    before.assert_same(&fixture.snapshot());
    fixture.source.begin().await.expect("a transaction").rehearse().await.expect("nothing was done");
    without("teams", 2).await.commit().await.expect("nobody refers to it");
    assert_eq!(before.changes(&fixture.snapshot()).len(), 1);
}
