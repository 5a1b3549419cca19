//! Changes inside a transaction.

use exeunt_base::{Cell, FaultKind, Row};
use exeunt_source::{Delete, Insert, KeyBy, Lock, Read, Referrer, Rows, Transaction, Triggers, Update};

use crate::contract::Fixture;
use crate::contract::tools::{WORLD, ints, key, name, names, plain, table, without_place, written};

async fn begin(fixture: &Fixture) -> Box<dyn Transaction> {
    fixture.source.begin().await.expect("a transaction")
}

fn delete(fixture: &Fixture, of: &str, by: &str, columns: &str) -> Delete {
    Delete { table: table(fixture, of), key: key(by), columns: names(columns) }
}

fn told(rows: &[Row]) -> Vec<String> {
    rows.iter().map(|row| plain(row)).collect()
}

async fn strike(transaction: &mut dyn Transaction, what: &Delete, keys: Vec<Row>) -> Vec<Row> {
    let pages = transaction.delete(what, keys).await.expect("a delete begins");
    let mut rows = pages.collect().await.expect("a delete ends");
    rows.sort_by_key(|row| row[0].as_int());
    rows
}

async fn put_back(transaction: &mut dyn Transaction, what: &Insert, rows: Vec<Row>) -> Vec<Row> {
    let pages = transaction.insert(what, rows).await.expect("an insert begins");
    let mut rows = pages.collect().await.expect("an insert ends");
    rows.sort_by_key(|row| row[0].as_int());
    rows
}

/// Every table emptied, children first, and filled again from the images, parents first: the same database.
pub async fn deleted_rows_come_back_the_same(fixture: &Fixture) {
    let catalog = fixture.set_up(WORLD).await;
    let before = fixture.snapshot();
    let mut images = Vec::new();
    for of in ["lines", "orders", "messages", "comments", "people", "addresses"] {
        let of = table(fixture, of);
        let by = KeyBy::Columns(catalog.table(&of).expect("a table").primary_key.clone());
        let KeyBy::Columns(columns) = &by else { unreachable!("just made") };
        let every = Read { table: of.clone(), columns: columns.clone(), rows: Rows::Every(by.clone()) };
        let mut transaction = begin(fixture).await;
        let keys =
            transaction.read(&every).await.expect("a read begins").collect().await.expect("a read ends");
        let what = Delete { table: of.clone(), key: by, columns: written(&catalog, &of) };
        let rows = strike(&mut *transaction, &what, keys.clone()).await;
        assert_eq!(rows.len(), keys.len(), "{of}");
        transaction.commit().await.expect("a commit");
        images.push((what, rows));
    }
    assert!(fixture.snapshot().tables().iter().all(|(name, rows)| *rows == 0 || name.ends_with(".visits")));
    for (what, rows) in images.into_iter().rev() {
        let count = rows.len();
        let insert = Insert { table: what.table, columns: what.columns.clone(), answer: what.columns };
        let mut transaction = begin(fixture).await;
        let added = put_back(&mut *transaction, &insert, without_place(&rows)).await;
        assert_eq!(without_place(&added), without_place(&rows), "what came back is what was taken");
        assert_eq!(added.len(), count);
        transaction.commit().await.expect("a commit");
    }
    before.assert_same(&fixture.snapshot());
}

/// Rolled back or just dropped: nothing happened.
pub async fn a_transaction_given_up_changes_nothing(fixture: &Fixture) {
    fixture.set_up(WORLD).await;
    let before = fixture.snapshot();
    let lines = delete(fixture, "lines", "order_id line", "sku");
    let keys = || vec![vec![Cell::Int(10), Cell::Int(1)], vec![Cell::Int(9), Cell::Int(1)]];
    let mut transaction = begin(fixture).await;
    assert_eq!(strike(&mut *transaction, &lines, keys()).await.len(), 2);
    transaction.rollback().await.expect("a rollback");
    before.assert_same(&fixture.snapshot());
    let mut transaction = begin(fixture).await;
    assert_eq!(strike(&mut *transaction, &lines, keys()).await.len(), 2);
    drop(transaction);
    before.assert_same(&fixture.snapshot());
    // Nor does it stand in the way of the next one.
    let mut transaction = begin(fixture).await;
    assert_eq!(strike(&mut *transaction, &lines, keys()).await.len(), 2);
    transaction.commit().await.expect("a commit");
    assert_eq!(before.changes(&fixture.snapshot()).len(), 2);
}

/// Striking the same again finds nothing and harms nothing; so do unknown keys and keys with a NULL.
pub async fn keys_that_are_gone_are_left_out(fixture: &Fixture) {
    fixture.set_up(WORLD).await;
    let messages = delete(fixture, "messages", "id", "body");
    let mut keys = ints([3, 99, 1]);
    keys.push(vec![Cell::Null]);
    let mut transaction = begin(fixture).await;
    assert_eq!(
        told(&strike(&mut *transaction, &messages, keys.clone()).await),
        ["0,note to self", "2,hello"]
    );
    assert!(strike(&mut *transaction, &messages, keys.clone()).await.is_empty());
    transaction.commit().await.expect("a commit");
    let after = fixture.snapshot();
    let mut transaction = begin(fixture).await;
    assert!(strike(&mut *transaction, &messages, keys.clone()).await.is_empty());
    assert!(strike(&mut *transaction, &messages, vec![]).await.is_empty());
    let lock = Lock { table: table(fixture, "messages"), key: key("id"), columns: names("id") };
    let locked = transaction.lock(&lock, ints([1, 2, 3])).await.expect("a lock begins");
    assert_eq!(told(&locked.collect().await.expect("a lock ends")), ["1,2"]);
    let update = Update {
        table: table(fixture, "messages"),
        key: key("id"),
        set: names("body"),
        columns: names("id"),
        triggers: Triggers::Fire,
    };
    let changed =
        transaction.update(&update, vec![vec![Cell::Int(1), Cell::Null]]).await.expect("an update begins");
    assert!(changed.collect().await.expect("an update ends").is_empty());
    transaction.commit().await.expect("a commit");
    after.assert_same(&fixture.snapshot());
}

/// Images after a change: of changed keys too, and after what triggers made of them.
pub async fn changed_rows_are_told_as_they_became(fixture: &Fixture) {
    let script = format!(
        "{WORLD}{}",
        fixture.either(
            "CREATE TRIGGER shout AFTER UPDATE OF body ON messages WHEN NEW.body <> upper(NEW.body) BEGIN
            UPDATE messages SET body = upper(NEW.body) WHERE id = NEW.id; END;",
            "CREATE FUNCTION shout() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            NEW.body := upper(NEW.body); RETURN NEW; END $$;
         CREATE TRIGGER shout BEFORE UPDATE ON messages FOR EACH ROW EXECUTE FUNCTION shout();",
        )
    );
    fixture.set_up(&script).await;
    let before = fixture.snapshot();
    let mut transaction = begin(fixture).await;
    let update = Update {
        table: table(fixture, "messages"),
        key: key("id"),
        set: names("body sender_id"),
        columns: names("id sender_id body recipient_id"),
        triggers: Triggers::Fire,
    };
    let rows = vec![
        vec![Cell::Int(2), Cell::text("soft"), Cell::Int(3)],
        vec![Cell::Int(9), Cell::text("x"), Cell::Int(3)],
        vec![Cell::Int(1), Cell::Null, Cell::Int(1)],
    ];
    let pages = transaction.update(&update, rows).await.expect("an update begins");
    let mut rows = pages.collect().await.expect("an update ends");
    rows.sort_by_key(|row| row[0].as_int());
    assert_eq!(told(&rows), ["0,2,3,SOFT,1", "2,1,1,NULL,2"]);
    let moved = Update {
        table: table(fixture, "lines"),
        key: key("order_id line"),
        set: names("line"),
        columns: names("order_id line sku"),
        triggers: Triggers::Fire,
    };
    let pages = transaction.update(&moved, vec![vec![Cell::Int(10), Cell::Int(2), Cell::Int(7)]]).await;
    let rows = pages.expect("an update begins").collect().await.expect("an update ends");
    assert_eq!(told(&rows), ["0,10,7,b"]);
    transaction.commit().await.expect("a commit");
    let changes = before.changes(&fixture.snapshot());
    assert_eq!(changes.len(), 4, "two messages changed, one line came and one went");
}

/// Where the source can, a change is made without triggers, and the next one with them again.
pub async fn triggers_can_be_kept_quiet(fixture: &Fixture) {
    let script = format!(
        "{WORLD} CREATE TABLE trail (what TEXT); {}",
        fixture.either(
            "CREATE TRIGGER noted AFTER UPDATE ON messages BEGIN INSERT INTO trail VALUES (NEW.id); END;",
            "CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            INSERT INTO trail VALUES (NEW.id); RETURN NULL; END $$;
         CREATE TRIGGER noted AFTER UPDATE ON messages FOR EACH ROW EXECUTE FUNCTION noted();",
        )
    );
    fixture.set_up(&script).await;
    assert!(fixture.source.abilities().quiet_triggers);
    let mut transaction = begin(fixture).await;
    for (id, triggers) in [(1, Triggers::Quiet), (2, Triggers::Fire), (3, Triggers::Quiet)] {
        let update = Update {
            table: table(fixture, "messages"),
            key: key("id"),
            set: names("body"),
            columns: names("body"),
            triggers,
        };
        let pages = transaction.update(&update, vec![vec![Cell::Int(id), Cell::text("x")]]).await;
        assert_eq!(pages.expect("an update begins").collect().await.expect("an update ends").len(), 1);
    }
    transaction.commit().await.expect("a commit");
    let every = Read {
        table: table(fixture, "trail"),
        columns: names("what"),
        rows: Rows::Every(KeyBy::Columns(names("what"))),
    };
    let mut reader = fixture.source.snapshot().await.expect("a reader");
    let rows = reader.read(&every).await.expect("a read begins").collect().await.expect("a read ends");
    assert_eq!(told(&rows), ["2"]);
}

/// A row whose key or unique columns are taken is left out; the others go in; what was there stays as it was.
pub async fn rows_that_collide_are_left_out(fixture: &Fixture) {
    fixture.set_up(WORLD).await;
    let before = fixture.snapshot();
    let insert =
        Insert { table: table(fixture, "people"), columns: names("id email"), answer: names("id city") };
    let row = |id, email: &str| vec![Cell::Int(id), Cell::text(email)];
    let rows = vec![
        row(1, "new@example.test"),
        row(20, "ada@example.test"),
        row(21, "a@example.test"),
        row(22, "a@example.test"),
        row(23, "b@example.test"),
    ];
    let mut transaction = begin(fixture).await;
    assert_eq!(told(&put_back(&mut *transaction, &insert, rows).await), ["2,21,NULL", "4,23,NULL"]);
    let lines =
        Insert { table: table(fixture, "lines"), columns: names("order_id line sku"), answer: vec![] };
    let line = |order, line| vec![Cell::Int(order), Cell::Int(line), Cell::text("x")];
    let added = put_back(&mut *transaction, &lines, vec![line(10, 1), line(10, 9), line(12, 1)]).await;
    assert_eq!(told(&added), ["1"]);
    transaction.commit().await.expect("a commit");
    assert_eq!(before.changes(&fixture.snapshot()).len(), 3);
}

/// The places of keys that rows elsewhere still refer to.
pub async fn what_still_refers_is_told(fixture: &Fixture) {
    fixture.set_up(WORLD).await;
    let people = Lock { table: table(fixture, "people"), key: key("id"), columns: vec![] };
    let orders = Referrer { table: table(fixture, "orders"), on: vec![(name("person_id"), name("id"))] };
    let comments = Referrer { table: table(fixture, "comments"), on: vec![(name("person_id"), name("id"))] };
    let mut transaction = begin(fixture).await;
    let keys = ints([4, 3, 99, 1]);
    assert_eq!(transaction.referred(&people, &orders, &keys).await, Ok(vec![1, 3]));
    assert_eq!(transaction.referred(&people, &comments, &keys).await, Ok(vec![3]));
    assert_eq!(transaction.referred(&people, &comments, &[]).await, Ok(vec![]));
    transaction.rollback().await.expect("a rollback");
}

/// A thread of comments, and a ring, deleted and put back in one call each, in whatever order.
pub async fn rows_that_refer_to_each_other_go_and_come_together(fixture: &Fixture) {
    fixture.set_up(WORLD).await;
    fixture.run("INSERT INTO comments VALUES (7, NULL, 2, 'ring'), (8, 7, 2, 'ring'); UPDATE comments SET parent_id = 8 WHERE id = 7;");
    let before = fixture.snapshot();
    let what = delete(fixture, "comments", "id", "id parent_id person_id body");
    let insert =
        Insert { table: what.table.clone(), columns: what.columns.clone(), answer: what.columns.clone() };
    for keys in [ints([1, 2, 3, 7, 8]), ints([8, 3, 7, 2, 1]), ints([2, 1, 3, 8, 7])] {
        let mut transaction = begin(fixture).await;
        let rows = strike(&mut *transaction, &what, keys).await;
        assert_eq!(rows.len(), 5);
        transaction.commit().await.expect("a commit");
        let mut transaction = begin(fixture).await;
        let added = put_back(&mut *transaction, &insert, without_place(&rows)).await;
        assert_eq!(added, rows);
        transaction.commit().await.expect("a commit");
        before.assert_same(&fixture.snapshot());
    }
    // Put back without its parent, a comment is refused at the latest when the transaction ends.
    let mut transaction = begin(fixture).await;
    let rows = strike(&mut *transaction, &what, ints([3, 2])).await;
    transaction.commit().await.expect("a commit");
    let mut transaction = begin(fixture).await;
    let pages = transaction.insert(&insert, without_place(&rows[..1])).await;
    let ended = match pages {
        Err(fault) => Err(fault),
        Ok(pages) => match pages.collect().await {
            Err(fault) => Err(fault),
            Ok(_) => transaction.commit().await,
        },
    };
    assert_eq!(ended.map_err(|fault| fault.kind), Err(FaultKind::Refused));
}

/// A whole-row key is good while the row is not changed, and no longer.
pub async fn a_changed_row_without_a_key_is_not_struck(fixture: &Fixture) {
    fixture.set_up(WORLD).await;
    let every =
        Read { table: table(fixture, "visits"), columns: names("path"), rows: Rows::Every(KeyBy::WholeRow) };
    let mut reader = fixture.source.snapshot().await.expect("a reader");
    assert_eq!(
        reader.read(&every).await.expect("a read begins").collect().await.expect("a read ends").len(),
        4
    );
    let what = exeunt_source::Selection {
        key: KeyBy::WholeRow,
        ..super::tools::selection(fixture, "visits", "path", vec![super::tools::by("person_id")])
    };
    let pages = reader.find(&what, &super::tools::people([1]), &names("path")).await.expect("a find begins");
    let found = pages.collect().await.expect("a find ends");
    assert_eq!(found.len(), 3);
    drop(reader);
    let keys: Vec<Row> = found.iter().map(|row| row[1..row.len() - 1].to_vec()).collect();
    fixture.run("UPDATE visits SET path = '/changed' WHERE path = '/b'");
    let delete = Delete { table: table(fixture, "visits"), key: KeyBy::WholeRow, columns: names("path") };
    let mut transaction = begin(fixture).await;
    let rows = strike(&mut *transaction, &delete, keys).await;
    assert_eq!(rows.iter().map(|row| plain(&row[1..])).collect::<Vec<_>>(), ["/a", "/a"]);
    transaction.commit().await.expect("a commit");
    assert_eq!(fixture.snapshot().tables()[format!("{}.visits", fixture.schema).as_str()], 2);
}

/// Images nobody took must not be lost: either the strike is whole all the same, or it cannot be committed.
pub async fn a_strike_not_listened_to_is_whole_or_refused(fixture: &Fixture) {
    fixture.set_up("CREATE TABLE many (id INTEGER PRIMARY KEY, body TEXT);").await;
    fixture.run(fixture.either(
        "WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < 20000)
         INSERT INTO many SELECT i, 'row number ' || i FROM s",
        "INSERT INTO many SELECT i, 'row number ' || i FROM generate_series(1, 20000) i",
    ));
    fixture.source.describe().await.expect("a catalog");
    let what = delete(fixture, "many", "id", "body");
    let mut transaction = begin(fixture).await;
    let mut pages = transaction
        .delete(&what, (1..=20_000).map(|id| vec![Cell::Int(id)]).collect())
        .await
        .expect("a delete begins");
    assert!(pages.next().await.expect("a page").is_some());
    drop(pages);
    let committed = transaction.commit().await;
    let left = fixture.snapshot().tables()[format!("{}.many", fixture.schema).as_str()];
    assert_eq!(left, if committed.is_ok() { 0 } else { 20_000 });
}

/// Locking gives the rows as they are, and changes nothing.
pub async fn a_locked_row_is_as_it_was(fixture: &Fixture) {
    fixture.set_up(WORLD).await;
    let before = fixture.snapshot();
    let lock = Lock { table: table(fixture, "people"), key: key("id"), columns: names("email id") };
    let mut transaction = begin(fixture).await;
    let pages = transaction.lock(&lock, ints([3, 1])).await.expect("a lock begins");
    let mut rows = pages.collect().await.expect("a lock ends");
    rows.sort_by_key(|row| row[0].as_int());
    assert_eq!(told(&rows), ["0,cleo@example.test,3", "1,ada@example.test,1"]);
    transaction.commit().await.expect("a commit");
    before.assert_same(&fixture.snapshot());
}
