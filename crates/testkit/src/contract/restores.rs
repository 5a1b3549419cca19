//! Values as they are stored, out and back in.

use exeunt_base::{Cell, Row};
use exeunt_source::{Delete, Insert, KeyBy, Read, Rows};

use crate::contract::Fixture;
use crate::contract::tools::{by, key, name, names, people, selection, table, without_place, written};

/// Takes all rows of a table out and puts them back, and back in through an update too: the same database each time.
async fn take_out_and_put_back(fixture: &Fixture, of: &str, by: KeyBy) {
    let catalog = fixture.source.describe().await.expect("a catalog");
    let of = table(fixture, of);
    let columns = written(&catalog, &of);
    let before = fixture.snapshot();
    let KeyBy::Columns(key_columns) = &by else { panic!("tables here have a key") };
    let every = Read { table: of.clone(), columns: key_columns.clone(), rows: Rows::Every(by.clone()) };
    let mut transaction = fixture.source.begin().await.expect("a transaction");
    let keys = transaction.read(&every).await.expect("a read begins").collect().await.expect("a read ends");
    let what = Delete { table: of.clone(), key: by, columns: columns.clone() };
    let pages = transaction.delete(&what, keys.clone()).await.expect("a delete begins");
    let images = pages.collect().await.expect("a delete ends");
    assert_eq!(images.len(), keys.len());
    transaction.commit().await.expect("a commit");
    let insert = Insert { table: of, columns: columns.clone(), answer: columns };
    let mut transaction = fixture.source.begin().await.expect("a transaction");
    let pages = transaction.insert(&insert, without_place(&images)).await.expect("an insert begins");
    let mut added = pages.collect().await.expect("an insert ends");
    added.sort_by_key(|row| row[0].as_int());
    assert_eq!(without_place(&added), without_place(&images));
    transaction.commit().await.expect("a commit");
    before.assert_same(&fixture.snapshot());
}

/// Every type, at its ends and with its traps.
pub async fn hostile_values_come_back_the_same(fixture: &Fixture) {
    fixture
        .set_up(fixture.either(
            "CREATE TABLE odd (id INTEGER PRIMARY KEY, i INTEGER, t TEXT, b BLOB, r REAL, n NUMERIC, d DATE, x);
             INSERT INTO odd VALUES
                (1, 9223372036854775807, 'it''s; DROP TABLE odd; --', x'00ff', 1e308, 12.5, '2024-02-29', NULL),
                (2, -9223372036854775808, '', x'', -0.0, '12abc', 20240229, 1),
                (3, 'not a number', char(0, 9, 10, 13, 8238, 128512), zeroblob(3), 9e999, -9e999, 45000.5, 1.0),
                (4, x'31', CAST(x'fffe41' AS TEXT), 'text in a blob', 'real?', 3, '', '1'),
                (5, 1.5, x'31', 1, 5e-324, 9007199254740993, NULL, x'31'),
                (6, NULL, NULL, NULL, NULL, NULL, NULL, 9e999),
                (7, 1e300, 'ünï', x'c3', 0.1, '1e400', ' 2024-01-01', -9223372036854775808);",
            "CREATE TYPE mood AS ENUM ('glad', 'it''s \"odd\"');
             CREATE TABLE odd (id bigint PRIMARY KEY, t text, b bytea, r double precision, f real, n numeric, n2 numeric(20, 5),
                d date, ts timestamp, tz timestamptz, tm time, iv interval, j json, jb jsonb, u uuid, ip inet, c cidr,
                bo boolean, m mood, ia integer[], ta text[], v varchar(10), ch char(5), bi bit varying(8), rg int4range,
                mo moo_placeholder, x xml, mac macaddr, p point);
             INSERT INTO odd (id, t, b, r, f, n, n2, d, ts, tz, tm, iv, j, jb, u, ip, c, bo, m, ia, ta, v, ch, bi, rg, x, mac, p) VALUES
                (9223372036854775807, 'it''s; DROP TABLE odd; --', '\\x00ff', 'NaN', 'Infinity', 'NaN', 12345.67890, 'infinity',
                 '-infinity', 'infinity', '24:00:00', '-1 mon +3 days -00:00:00.000001', '{\"b\":1, \"a\" : 1, \"a\":2}',
                 '{\"a\": 1e400}', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '::1/64', '10.0.0.0/8', true, 'it''s \"odd\"',
                 '[0:2]={1,NULL,3}', '{\"a,b\",NULL,\"NULL\",\"\"}', 'ünï', 'a', '101', '[1,5)', '<a>&amp;</a>', '08:00:2b:01:02:03', '(1.5,-0)'),
                (-9223372036854775808, '', '', '-0', '1e-45', '-0.00', NULL, '0001-01-01 BC', '0001-01-01 00:00:00 BC',
                 '1900-01-01 00:00:00.000001+00:19:32', '00:00:00.000001', '178000000 years', '\"x\"', 'null', NULL, '255.255.255.255', NULL,
                 false, 'glad', '{}', '{{a,b},{c,d}}', '', '     ', '', 'empty', NULL, NULL, NULL),
                (3, E'\\t\\n\\r\\\\\\u202e', NULL, '4.9e-324', '3.4e38', '123456789012345678901234567890.123456789', -0.00001,
                 '5874897-12-31', '294276-12-31 23:59:59.999999', NULL, NULL, NULL, NULL, '[1, \"\\u00e9\"]', NULL, NULL, NULL, NULL, NULL,
                 NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);",
        )
        .replace("\n                mo moo_placeholder, x xml,", " x xml,")
        .as_str())
        .await;
    take_out_and_put_back(fixture, "odd", key("id")).await;
}

/// Names with quotes, keywords, line ends and SQL in them are names.
pub async fn hostile_names_are_only_names(fixture: &Fixture) {
    let hostile = "x\"\"; DROP TABLE victims; --";
    let script = format!(
        "CREATE TABLE victims (id INTEGER PRIMARY KEY); INSERT INTO victims VALUES (1);
         CREATE TABLE \"{hostile}\" (\"select\" INTEGER NOT NULL, \"a\"\"b\nc'd\" TEXT, \"naïve ünï\" TEXT, \"rowid\" TEXT,
            \"n\" TEXT, \"c0\" TEXT, PRIMARY KEY (\"select\"));
         INSERT INTO \"{hostile}\" VALUES (1, 'a', 'b', 'c', 'd', 'e'), (2, NULL, NULL, NULL, NULL, NULL);"
    );
    fixture.set_up(&script).await;
    let plain = hostile.replace("\"\"", "\"");
    take_out_and_put_back(fixture, &plain, key("select")).await;
    let mut what = selection(fixture, &plain, "select", vec![by("select")]);
    what.filters = vec![super::tools::filter("n", exeunt_source::Test::IsNotNull)];
    let mut reader = fixture.source.snapshot().await.expect("a reader");
    let pages = reader.find(&what, &people([1, 2]), &[name("a\"b\nc'd")]).await.expect("a find begins");
    assert_eq!(
        pages.collect().await.expect("a find ends"),
        [vec![Cell::Int(0), Cell::Int(1), Cell::text("a")]]
    );
}

/// Of three equal rows two can be struck and put back: a row without a key is still one row.
pub async fn equal_rows_without_a_key_are_struck_one_by_one(fixture: &Fixture) {
    fixture
        .set_up(
            "CREATE TABLE visits (person_id INTEGER, path TEXT, seen {bytes}, rowid_ TEXT);
             INSERT INTO visits VALUES (1, '/a', NULL, NULL), (1, '/a', NULL, NULL), (2, '/z', NULL, NULL), (1, '/a', NULL, NULL);",
        )
        .await;
    assert!(fixture.source.abilities().whole_row_identity);
    let before = fixture.snapshot();
    let what = exeunt_source::Selection {
        key: KeyBy::WholeRow,
        ..selection(fixture, "visits", "path", vec![by("person_id")])
    };
    let mut reader = fixture.source.snapshot().await.expect("a reader");
    let pages = reader.find(&what, &people([1]), &[]).await.expect("a find begins");
    let found = pages.collect().await.expect("a find ends");
    drop(reader);
    assert_eq!(found.len(), 3);
    let keys: Vec<Row> = found[..2].iter().map(|row| row[1..].to_vec()).collect();
    let columns = names("person_id path seen rowid_");
    let delete = Delete { table: table(fixture, "visits"), key: KeyBy::WholeRow, columns: columns.clone() };
    let mut transaction = fixture.source.begin().await.expect("a transaction");
    let pages = transaction.delete(&delete, keys).await.expect("a delete begins");
    let images = pages.collect().await.expect("a delete ends");
    assert_eq!(images.len(), 2);
    transaction.commit().await.expect("a commit");
    assert_eq!(fixture.snapshot().tables()[format!("{}.visits", fixture.schema).as_str()], 2);
    let insert = Insert { table: table(fixture, "visits"), columns: columns.clone(), answer: columns };
    let mut transaction = fixture.source.begin().await.expect("a transaction");
    let pages = transaction.insert(&insert, without_place(&images)).await.expect("an insert begins");
    assert_eq!(pages.collect().await.expect("an insert ends").len(), 2);
    transaction.commit().await.expect("a commit");
    before.assert_same(&fixture.snapshot());
}
