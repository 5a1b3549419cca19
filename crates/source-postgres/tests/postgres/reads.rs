//! Finding, reading and searching.

use exeunt_base::{Cell, Row};
use exeunt_source::{
    Anchor, Branch, Compare, Filter, Join, Read, Rows, Search, Selection, Source, Test, Unless,
};
use exeunt_source_postgres::{Postgres, Settings};

use crate::{database, key, name, names, source, table};

fn branch(column: &str, anchor: usize, compare: Compare) -> Branch {
    Branch { filters: vec![], joins: vec![], columns: names(column), anchor, compare }
}

fn selection(of: &str, branches: Vec<Branch>) -> Selection {
    Selection { table: table(of), key: key("id"), branches, filters: vec![], unless: vec![] }
}

fn anchor(values: &[(u32, Cell)]) -> Anchor {
    Anchor { rows: values.iter().map(|(claimant, cell)| (*claimant, vec![cell.clone()])).collect() }
}

fn numbers(rows: &[Row]) -> Vec<(i64, i64)> {
    rows.iter().map(|row| (row[0].as_int().unwrap(), row[1].as_int().unwrap())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_are_found_by_folded_and_digit_identifiers() {
    let database = database(
        "CREATE TABLE people (id int PRIMARY KEY, email varchar(40), phone text);
         INSERT INTO people VALUES (1, ' Ada@Example.TEST ', '+49 (170) 12-34'), (2, 'ÄDA@example.test', '49170.1234'),
            (3, NULL, ''), (4, 'ada@example.tes', '0');",
    );
    let source = source(&database).await;
    let mut reader = source.snapshot().await.unwrap();
    let what =
        selection("people", vec![branch("email", 0, Compare::Folded), branch("phone", 1, Compare::Digits)]);
    let anchors = [
        anchor(&[(7, Cell::text("ada@example.test")), (8, Cell::text("äda@example.test")), (9, Cell::Null)]),
        anchor(&[(7, Cell::text("491701234"))]),
    ];
    let found = reader.find(&what, &anchors, &names("email")).await.unwrap().collect().await.unwrap();
    assert_eq!(numbers(&found), [(7, 1), (7, 2), (8, 2)]);
    assert_eq!(found[0][2], Cell::text(" Ada@Example.TEST "));
    let read =
        Read { table: table("people"), columns: names("id"), rows: Rows::Selected(what, anchors.to_vec()) };
    let rows = reader.read(&read).await.unwrap().collect().await.unwrap();
    assert_eq!(rows, [[Cell::Int(1)], [Cell::Int(2)]]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_that_stays_keeps_a_shared_row() {
    let database = database(
        "CREATE TABLE addresses (id int PRIMARY KEY, kind text);
         CREATE TABLE living (person int, address int, closed date, PRIMARY KEY (person, address));
         INSERT INTO addresses VALUES (1, 'home'), (2, NULL), (3, 'home'), (4, 'home');
         INSERT INTO living VALUES (10, 1), (11, 1), (10, 2), (10, 3), (12, 3), (12, 4), (10, 4);
         UPDATE living SET closed = '2020-01-01' WHERE person = 12 AND address = 4;",
    );
    let source = source(&database).await;
    let mut reader = source.snapshot().await.unwrap();
    let way = Branch {
        joins: vec![Join {
            table: table("living"),
            on: vec![(name("id"), name("address"))],
            filters: vec![],
        }],
        ..branch("person", 0, Compare::Exact)
    };
    let mut what = selection("addresses", vec![way]);
    what.unless = vec![Unless {
        table: table("living"),
        on: vec![(name("id"), name("address"))],
        row_filters: vec![Filter { column: name("kind"), test: Test::Equals(Cell::text("home")) }],
        filters: vec![Filter { column: name("closed"), test: Test::NotBefore("2026-01-01".into()) }],
        reached: vec![branch("person", 0, Compare::Exact)],
    }];
    let found = async |reader: &mut dyn exeunt_source::Reader, people: &[(u32, Cell)]| {
        let rows = reader.find(&what, &[anchor(people)], &[]).await.unwrap().collect().await.unwrap();
        numbers(&rows)
    };
    // 1 and 3 have another owner; 2 is of no kind that counts; the other owner of 4 has moved out.
    assert_eq!(found(&mut *reader, &[(1, Cell::Int(10))]).await, [(1, 2), (1, 4)]);
    assert_eq!(
        found(&mut *reader, &[(1, Cell::Int(10)), (2, Cell::Int(12))]).await,
        [(1, 2), (1, 3), (2, 3), (1, 4), (2, 4)]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn text_refers_to_numbers_and_numbers_to_text() {
    let database = database(
        "CREATE TABLE things (id bigint PRIMARY KEY, owner uuid);
         CREATE TABLE votes (id int PRIMARY KEY, target varchar(20), kind text);
         INSERT INTO things VALUES (1, '00000000-0000-0000-0000-00000000000a'), (2, NULL);
         INSERT INTO votes VALUES (1, '1', 'thing'), (2, 'x', 'thing'), (3, '1', 'other');",
    );
    let source = source(&database).await;
    let mut reader = source.snapshot().await.unwrap();
    let way = Branch {
        filters: vec![Filter { column: name("kind"), test: Test::Equals(Cell::text("thing")) }],
        joins: vec![Join { table: table("things"), on: vec![(name("target"), name("id"))], filters: vec![] }],
        ..branch("owner", 0, Compare::Exact)
    };
    let what = selection("votes", vec![way]);
    let anchors =
        [anchor(&[(1, Cell::text("00000000-0000-0000-0000-00000000000A")), (2, Cell::text("not a uuid"))])];
    let found = reader.find(&what, &anchors, &[]).await.unwrap().collect().await.unwrap();
    assert_eq!(numbers(&found), [(1, 1)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_sees_one_state_and_survives_an_answer_nobody_hears_out() {
    let database = database(
        "CREATE TABLE big (id int PRIMARY KEY, filler text);
         INSERT INTO big SELECT g, repeat('x', 200) FROM generate_series(1, 50000) g;",
    );
    let source = source(&database).await;
    let mut reader = source.snapshot().await.unwrap();
    let keyed = |count: i64| Read {
        table: table("big"),
        columns: names("id filler"),
        rows: Rows::Keyed(key("id"), crate::ints(1..=count)),
    };
    let mut pages = reader.read(&keyed(50_000)).await.unwrap();
    assert!(pages.next().await.unwrap().is_some());
    drop(pages);
    database.run("DELETE FROM big").unwrap();
    assert_eq!(reader.read(&keyed(9)).await.unwrap().collect().await.unwrap().len(), 9);
    drop(reader);
    let mut reader = source.snapshot().await.unwrap();
    assert!(reader.read(&keyed(9)).await.unwrap().collect().await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_takes_needles_as_they_are() {
    let database = database(
        "CREATE TABLE notes (id int PRIMARY KEY, body text, doc jsonb, tags text[], raw bytea, at date);
         INSERT INTO notes VALUES (1, 'Mail ADA@example.test now', '{\"to\": \"ada@EXAMPLE.test\"}', '{x}', 'Ada@Example.test', now()),
            (2, '100% sure', '{}', '{\"ada@example.test\"}', '', now()), (3, '100 x sure', NULL, NULL, NULL, NULL),
            (4, 'ÄRGER', NULL, NULL, NULL, NULL);",
    );
    let source = source(&database).await;
    let mut reader = source.snapshot().await.unwrap();
    let what = Search {
        table: table("notes"),
        columns: names("body doc tags raw at"),
        needles: ["ada@example.test", "0% s", "ä", "", "100_", "nowhere"].map(str::to_owned).to_vec(),
    };
    let hits = reader.search(&what).await.unwrap();
    let hits: Vec<(&str, usize, u64)> =
        hits.iter().map(|hit| (hit.column.as_str(), hit.needle, hit.rows)).collect();
    assert_eq!(
        hits,
        [("body", 0, 1), ("body", 1, 1), ("body", 2, 1), ("doc", 0, 1), ("tags", 0, 1), ("raw", 0, 1)]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_wait_for_a_connection_instead_of_failing() {
    let database = database("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1);");
    let mut settings = Settings::from_url(database.url());
    settings.connections = 2;
    let source = std::sync::Arc::new(Postgres::connect(&settings).await.unwrap());
    let tasks: Vec<_> = (0..12)
        .map(|_| {
            let source = std::sync::Arc::clone(&source);
            tokio::spawn(async move {
                let mut reader = source.snapshot().await.unwrap();
                let rows = Rows::Keyed(key("id"), crate::ints([1]));
                let read = Read { table: table("t"), columns: names("id"), rows };
                reader.read(&read).await.unwrap().collect().await.unwrap().len()
            })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.unwrap(), 1);
    }
}
