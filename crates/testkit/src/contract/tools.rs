//! Short words for the cases.

use exeunt_base::{Cell, Name, Row, TableRef};
use exeunt_source::{Anchor, Branch, Catalog, Compare, Filter, Join, KeyBy, Reader, Selection, Test};

use crate::contract::Fixture;

/// A small world: people who share addresses, order things, write to each other, comment in threads and are logged.
pub(crate) const WORLD: &str = "
    CREATE TABLE addresses (id INTEGER PRIMARY KEY, street TEXT NOT NULL);
    CREATE TABLE people (id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE, phone TEXT, city TEXT,
        address_id INTEGER REFERENCES addresses (id), joined_at {time});
    CREATE TABLE orders (id INTEGER PRIMARY KEY, person_id INTEGER NOT NULL REFERENCES people (id), note TEXT,
        placed_at {time}, total {real});
    CREATE TABLE lines (order_id INTEGER NOT NULL REFERENCES orders (id), line INTEGER NOT NULL, sku TEXT,
        PRIMARY KEY (order_id, line));
    CREATE TABLE messages (id INTEGER PRIMARY KEY, sender_id INTEGER NOT NULL REFERENCES people (id),
        recipient_id INTEGER NOT NULL REFERENCES people (id), body TEXT);
    CREATE TABLE comments (id INTEGER PRIMARY KEY, parent_id INTEGER REFERENCES comments (id),
        person_id INTEGER REFERENCES people (id), body TEXT);
    CREATE TABLE visits (person_id INTEGER, path TEXT, at {time});
    INSERT INTO addresses VALUES (1, 'Shared Street 1'), (2, 'Lonely Lane 2'), (3, 'Nowhere 3');
    INSERT INTO people VALUES
        (1, 'ada@example.test', '+49 (30) 23125-001', 'Berlin', 1, '2020-01-01T00:00:00Z'),
        (2, '  Bob@Example.TEST ', '004930/23125002', 'Paris', 1, '2024-06-01T12:00:00Z'),
        (3, 'cleo@example.test', NULL, NULL, 2, NULL),
        (4, 'ÄNNE@example.test', '', 'Berlin', NULL, '2024-06-01T14:30:00+02:00');
    INSERT INTO orders VALUES (10, 1, 'first', '2020-02-01T00:00:00Z', 1.5), (11, 1, NULL, '2024-02-01T00:00:00Z', 2.25),
        (12, 2, 'Straße 100% sure_ly', '2024-03-01T00:00:00Z', 3.0), (9, 3, 'JSON {\"a\": \"Ada@Example.Test\"}', NULL, NULL);
    INSERT INTO lines VALUES (10, 1, 'a'), (10, 2, 'b'), (11, 1, 'c'), (12, 1, 'd'), (9, 1, 'e');
    INSERT INTO messages VALUES (1, 1, 2, 'hello'), (2, 2, 1, 'hello back'), (3, 1, 1, 'note to self'), (4, 3, 4, 'other');
    INSERT INTO comments VALUES (1, NULL, 1, 'root'), (2, 1, 1, 'child'), (3, 2, 1, 'grandchild'), (4, NULL, 2, 'other');
    INSERT INTO visits VALUES (1, '/a', NULL), (1, '/a', NULL), (1, '/b', '2024-01-01T00:00:00Z'), (2, '/a', NULL);";

pub(crate) fn name(text: &str) -> Name {
    Name::new(text).expect("a name")
}

pub(crate) fn names(text: &str) -> Vec<Name> {
    text.split_whitespace().map(name).collect()
}

pub(crate) fn table(fixture: &Fixture, text: &str) -> TableRef {
    TableRef { schema: name(fixture.schema), name: name(text) }
}

pub(crate) fn key(text: &str) -> KeyBy {
    KeyBy::Columns(names(text))
}

pub(crate) fn ints<const N: usize>(numbers: [i64; N]) -> Vec<Row> {
    numbers.into_iter().map(|number| vec![Cell::Int(number)]).collect()
}

/// Claimant 0 is person 1, claimant 1 is person 2, and so on.
pub(crate) fn people<const N: usize>(ids: [i64; N]) -> Vec<Anchor> {
    vec![Anchor { rows: (0u32..).zip(ids).map(|(claimant, id)| (claimant, vec![Cell::Int(id)])).collect() }]
}

pub(crate) fn by(column: &str) -> Branch {
    Branch { filters: vec![], joins: vec![], columns: names(column), anchor: 0, compare: Compare::Exact }
}

pub(crate) fn over(fixture: &Fixture, joins: &[(&str, &str, &str)], column: &str) -> Branch {
    let joins = joins.iter().map(|(to, here, there)| Join {
        table: table(fixture, to),
        on: vec![(name(here), name(there))],
        filters: vec![],
    });
    Branch { joins: joins.collect(), ..by(column) }
}

pub(crate) fn selection(fixture: &Fixture, of: &str, by_key: &str, branches: Vec<Branch>) -> Selection {
    Selection { table: table(fixture, of), key: key(by_key), branches, filters: vec![], unless: vec![] }
}

pub(crate) fn filter(column: &str, test: Test) -> Filter {
    Filter { column: name(column), test }
}

/// What a selection finds in a state of its own, as text: `claimant:key,key carried`.
pub(crate) async fn found(
    fixture: &Fixture,
    what: &Selection,
    anchors: &[Anchor],
    carried: &str,
) -> Vec<String> {
    let mut reader = fixture.source.snapshot().await.expect("a reader");
    found_by(&mut *reader, what, anchors, carried).await
}

pub(crate) async fn found_by(
    reader: &mut dyn Reader,
    what: &Selection,
    anchors: &[Anchor],
    carried: &str,
) -> Vec<String> {
    let pages = reader.find(what, anchors, &names(carried)).await.expect("a find begins");
    let rows = pages.collect().await.expect("a find ends");
    rows.iter().map(|row| format!("{}:{}", plain(&row[..1]), plain(&row[1..]))).collect()
}

/// Cells as text, for comparing.
pub(crate) fn plain(cells: &[Cell]) -> String {
    let texts: Vec<String> =
        cells.iter().map(|cell| cell.to_plain().unwrap_or_else(|| "NULL".into())).collect();
    texts.join(",")
}

/// Columns of a table that can be written.
pub(crate) fn written(catalog: &Catalog, of: &TableRef) -> Vec<Name> {
    let table = catalog.table(of).expect("a table of the fixture");
    table.written_columns().map(|column| column.name.clone()).collect()
}

/// Cells without the place in front.
pub(crate) fn without_place(rows: &[Row]) -> Vec<Row> {
    rows.iter().map(|row| row[1..].to_vec()).collect()
}
