//! Changes by many keys at once, more than fit one statement of any source, and by the way they were found.

use exeunt_base::{Cell, Fault, FaultKind, Row};
use exeunt_source::{Anchor, Delete, KeyBy, Lock, Read, Rows, Transaction, Way};

use crate::contract::Fixture;
use crate::contract::tools::{WORLD, by, ints, key, names, over, people, plain, selection, table};

/// Keys of one column and of two, of numbers and of texts, and rows that refer to rows of their own table.
const MANY: &str = "
    CREATE TABLE numbered (id INTEGER PRIMARY KEY, body TEXT);
    CREATE TABLE named (name {text} PRIMARY KEY, body TEXT);
    CREATE TABLE paired (a INTEGER, b INTEGER, body TEXT, PRIMARY KEY (a, b));
    CREATE TABLE chained (id INTEGER PRIMARY KEY, next_id INTEGER REFERENCES chained (id), body TEXT);
    CREATE TABLE knotted (a INTEGER, b INTEGER, next_a INTEGER, next_b INTEGER, body TEXT, PRIMARY KEY (a, b),
        FOREIGN KEY (next_a, next_b) REFERENCES knotted (a, b));";

const ROWS: i64 = 1_500;

async fn make_many(fixture: &Fixture) {
    fixture.set_up(&MANY.replace("{text}", fixture.either("TEXT", "varchar(40)"))).await;
    let numbers = fixture.either(
        "WITH RECURSIVE s(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM s WHERE i < 1499) ",
        "WITH s AS (SELECT generate_series(0, 1499) AS i) ",
    );
    for (into, what) in [
        ("numbered", "i, 'row ' || i"),
        ("named", "'name ' || i, 'row ' || i"),
        ("paired", "i / 40, i % 40, 'row ' || i"),
        ("chained", "i, NULL, 'row ' || i"),
    ] {
        fixture.run(&format!("{numbers}INSERT INTO {into} SELECT {what} FROM s"));
    }
    // each refers to one that comes much later in the list, and the last ones to the first
    fixture.run("UPDATE chained SET next_id = (id + 700) % 1500");
    fixture.source.describe().await.expect("a catalog");
}

fn keys_of(table: &str) -> Vec<Row> {
    let key = |i: i64| match table {
        "named" => vec![Cell::Text(format!("name {i}"))],
        "paired" => vec![Cell::Int(i / 40), Cell::Int(i % 40)],
        _ => vec![Cell::Int(i)],
    };
    (0..ROWS).map(key).collect()
}

fn key_columns(table: &str) -> KeyBy {
    key(match table {
        "named" => "name",
        "paired" => "a b",
        _ => "id",
    })
}

/// Many keys, of which some name no row: those that do are struck, and each answers for its own place.
pub async fn each_of_many_keys_answers_for_its_place(fixture: &Fixture) {
    make_many(fixture).await;
    for of in ["numbered", "named", "paired", "chained"] {
        let mut keys = keys_of(of);
        // not in the order of the key, and with strangers among them
        keys.reverse();
        let strangers = keys.iter().take(100).map(|key| key.iter().map(stranger).collect::<Row>());
        let strangers: Vec<Row> = strangers.collect();
        let at = 333;
        keys.splice(at..at, strangers);
        let lock = Lock { table: table(fixture, of), key: key_columns(of), columns: names("body") };
        let delete = Delete { table: table(fixture, of), key: key_columns(of), columns: names("body") };
        let read = Read {
            table: table(fixture, of),
            columns: names("body"),
            rows: Rows::Keyed(key_columns(of), keys.clone()),
        };
        let mut transaction = fixture.source.begin().await.expect("a transaction");
        let answers = [
            transaction.read(&read).await.expect("a read begins").collect().await.expect("a read ends"),
            transaction
                .lock(&lock, keys.clone())
                .await
                .expect("a lock begins")
                .collect()
                .await
                .expect("its end"),
            transaction
                .delete(&delete, keys)
                .await
                .expect("a delete begins")
                .collect()
                .await
                .expect("its end"),
        ];
        for mut rows in answers {
            rows.sort_by_key(|row| row[0].as_int());
            let told: Vec<String> = rows.iter().map(|row| plain(row)).collect();
            let place = |i: i64| if ROWS - 1 - i < 333 { ROWS - 1 - i } else { ROWS - 1 - i + 100 };
            let expected: Vec<String> = (0..ROWS).rev().map(|i| format!("{},row {i}", place(i))).collect();
            assert_eq!(told, expected, "{of}");
        }
        transaction.commit().await.expect("a commit");
        assert_eq!(fixture.snapshot().tables()[format!("{}.{of}", fixture.schema).as_str()], 0);
    }
}

fn stranger(cell: &Cell) -> Cell {
    match cell {
        Cell::Int(number) => Cell::Int(number + 1_000_000),
        other => Cell::Text(format!("nobody's {}", other.to_plain().unwrap_or_default())),
    }
}

/// However few they are and whatever their key: rows that refer to each other go with one statement.
pub async fn few_rows_that_refer_to_each_other_go_together(fixture: &Fixture) {
    make_many(fixture).await;
    fixture.run(
        "INSERT INTO knotted VALUES (1, 1, NULL, NULL, 'one'), (1, 2, 1, 1, 'two'), (2, 1, 1, 2, 'three');
         UPDATE knotted SET next_a = 2, next_b = 1 WHERE b = 1 AND a = 1;",
    );
    let keys = [(1, 1), (1, 2), (2, 1)].map(|(a, b)| vec![Cell::Int(a), Cell::Int(b)]);
    let what = Delete { table: table(fixture, "knotted"), key: key("a b"), columns: names("body") };
    let mut transaction = fixture.source.begin().await.expect("a transaction");
    let pages = transaction.delete(&what, keys.to_vec()).await.expect("a delete begins");
    assert_eq!(pages.collect().await.expect("a delete ends").len(), 3);
    transaction.commit().await.expect("a commit");
}

/// Rows go by the way they were found, and no others: one that the way does not lead to may stay, one that it leads to
/// beside those asked for stays or ends the transaction.
pub async fn rows_go_by_the_way_they_were_found(fixture: &Fixture) {
    fixture.set_up(WORLD).await;
    for (person, keys, strays) in
        [(1, vec![3, 2, 1], false), (1, vec![1, 3], true), (2, vec![1, 2, 4], false)]
    {
        let what = Delete { table: table(fixture, "messages"), key: key("id"), columns: names("body") };
        let joined = over(fixture, &[("people", "sender_id", "id")], "id");
        for branch in [by("sender_id"), joined] {
            let before = fixture.snapshot();
            let way = Way {
                selection: selection(fixture, "messages", "id", vec![branch]),
                anchors: people([person]),
            };
            // message 2 is somebody else's: it was person 1's when it was looked for
            if strays {
                fixture.run("UPDATE messages SET sender_id = 1 WHERE id = 2");
            }
            let mut transaction = fixture.source.begin().await.expect("a transaction");
            let answer = found(&mut *transaction, &what, &keys, &way).await;
            match answer {
                Ok(rows) => {
                    let left = remaining(&mut *transaction, fixture).await;
                    for (place, key) in keys.iter().enumerate() {
                        let answered = rows.iter().any(|row| row[0].as_int() == Some(place as i64));
                        assert_eq!(answered, !left.contains(key), "message {key} of {keys:?}");
                    }
                    assert_eq!(rows.len() + left.len(), 4);
                }
                Err(fault) => {
                    assert!(strays, "{fault}");
                    assert_eq!(fault.kind, FaultKind::Contended);
                }
            }
            transaction.rollback().await.expect("a rollback");
            if strays {
                fixture.run("UPDATE messages SET sender_id = 2 WHERE id = 2");
            }
            before.assert_same(&fixture.snapshot());
        }
    }
}

/// The same for a key of two columns, and rows found by way of their parents.
pub async fn rows_of_a_composite_key_go_by_the_way_they_were_found(fixture: &Fixture) {
    fixture.set_up(WORLD).await;
    let branch = over(fixture, &[("orders", "order_id", "id")], "person_id");
    let way =
        Way { selection: selection(fixture, "lines", "order_id line", vec![branch]), anchors: people([1]) };
    let what =
        Delete { table: table(fixture, "lines"), key: key("order_id line"), columns: names("sku line") };
    let keys = |pairs: &[(i64, i64)]| -> Vec<Row> {
        pairs.iter().map(|(order, line)| vec![Cell::Int(*order), Cell::Int(*line)]).collect()
    };
    // in the last of these, a line that is not asked for lies between
    for (asked, expected) in [
        (keys(&[(11, 1), (10, 2)]), vec!["0,c,1", "1,b,2"]),
        (keys(&[(10, 1), (10, 2), (11, 1)]), vec!["0,a,1", "1,b,2", "2,c,1"]),
        (keys(&[(10, 1), (11, 1)]), vec!["0,a,1", "1,c,1"]),
    ] {
        let mut transaction = fixture.source.begin().await.expect("a transaction");
        let answer = match transaction.delete_found(&what, asked.clone(), &way).await {
            Ok(pages) => pages.collect().await,
            Err(fault) => Err(fault),
        };
        match answer {
            Ok(mut rows) => {
                rows.sort_by_key(|row| row[0].as_int());
                assert_eq!(rows.iter().map(|row| plain(row)).collect::<Vec<_>>(), expected);
            }
            Err(fault) => {
                assert_eq!(fault.kind, FaultKind::Contended);
                assert_eq!(asked, keys(&[(10, 1), (11, 1)]), "only here a stranger lies between");
            }
        }
        transaction.rollback().await.expect("a rollback");
    }
}

async fn remaining(transaction: &mut dyn Transaction, fixture: &Fixture) -> Vec<i64> {
    let rows = Rows::Keyed(key("id"), ints([1, 2, 3, 4]));
    let read = Read { table: table(fixture, "messages"), columns: names("id"), rows };
    let rows = transaction.read(&read).await.expect("a read begins").collect().await.expect("a read ends");
    rows.iter().filter_map(|row| row[1].as_int()).collect()
}

/// Deletes by a way; what is wrong may be told at once or later.
async fn found(
    transaction: &mut dyn Transaction,
    what: &Delete,
    keys: &[i64],
    way: &Way,
) -> Result<Vec<Row>, Fault> {
    let asked = keys.iter().map(|key| vec![Cell::Int(*key)]).collect();
    transaction.delete_found(what, asked, way).await?.collect().await
}

/// Many rows of many people: each row goes once, for its place, and one that came in between is either
/// left alone or told.
pub async fn thousands_of_rows_go_by_the_way_of_many(fixture: &Fixture) {
    const ROWS: i64 = 25_000;
    const PEOPLE: i64 = 20;
    fixture
        .set_up(&format!(
            "CREATE TABLE steps (id BIGINT PRIMARY KEY, walker BIGINT NOT NULL, note TEXT);
             CREATE INDEX steps_walker ON steps (walker);
             INSERT INTO steps WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {} - 1)
             SELECT 10 * i, i % {}, 'step ' || i FROM n;",
            ROWS,
            PEOPLE + 1
        ))
        .await;
    let what = Delete { table: table(fixture, "steps"), key: key("id"), columns: names("note walker") };
    // the last walker is nobody's; keys in an order of their own
    let keys: Vec<i64> = (0..ROWS).rev().filter(|i| i % (PEOPLE + 1) != PEOPLE).map(|i| 10 * i).collect();
    let starts = (0..PEOPLE).zip(0u32..).map(|(id, claimant)| (claimant, vec![Cell::Int(id)]));
    let way = Way {
        selection: selection(fixture, "steps", "id", vec![by("walker")]),
        anchors: vec![Anchor { rows: starts.collect() }],
    };
    for stray in [false, true] {
        if stray {
            fixture.run("INSERT INTO steps VALUES (124995, 7, 'a stray step')");
        }
        let mut transaction = fixture.source.begin().await.expect("a transaction");
        let answer = found(&mut *transaction, &what, &keys, &way).await;
        match answer {
            Ok(rows) => {
                assert_eq!(rows.len(), keys.len());
                let mut seen = vec![false; keys.len()];
                for row in rows {
                    let place = usize::try_from(row[0].as_int().expect("a place")).expect("a place");
                    assert!(!std::mem::replace(&mut seen[place], true), "place {place} came twice");
                    assert_eq!(row[1].as_text(), Some(format!("step {}", keys[place] / 10).as_str()));
                }
            }
            Err(fault) => {
                assert!(stray, "{fault}");
                assert_eq!(fault.kind, FaultKind::Contended);
            }
        }
        transaction.rollback().await.expect("a rollback");
    }
}
