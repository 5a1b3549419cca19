//! Values: read as the server writes them, and put back to the bit.

use exeunt_base::{Cell, Row};
use exeunt_source::{Delete, Insert, KeyBy, Read, Rows, Source};
use exeunt_testkit::postgres_hash;

use crate::{database, ints, key, names, source, table, written};

/// Each column `x` has a twin `x_text` in which the server wrote what it shows.
const DECODED: &str = "
    SELECT setseed(0.42);
    CREATE TABLE v (id int PRIMARY KEY, d date, t time, ts timestamp, tz timestamptz, n numeric, u uuid, j jsonb,
        i inet, b bool, c char(9), x varchar(20));
    INSERT INTO v SELECT g, date '2000-01-01' + (random() * 4e6 - 2.4e6)::int,
        time '00:00' + (random() * 86399 || 's')::interval,
        timestamp '2000-01-01' + (((random() * 2e11)::bigint - 6.2e10::bigint) || 's')::interval,
        timestamptz '2000-01-01 00:00+00' + (((random() * 2e11)::bigint - 6.2e10::bigint + 0.25) || 's')::interval,
        round((random() * 2 - 1)::numeric * (10::numeric ^ (random() * 40 - 20)::int), (random() * 30)::int),
        gen_random_uuid(), jsonb_build_object('k', random(), 'ü\"\\', ARRAY[g, null]),
        (((random() * 4e9)::bigint & 255) || '.' || (g % 256) || '.0.' || (g % 7))::inet, g % 2 = 0,
        repeat('x', g % 9), repeat('é', g % 20)
    FROM generate_series(1, 3000) g;
    INSERT INTO v(id, i) SELECT 4000 + n, set_masklen(a::inet, m) FROM (VALUES (1, '::', 128), (2, '::1', 128),
        (3, '::1.2.3.4', 128), (4, '::ffff:1.2.3.4', 128), (5, '2001:db8::1:0:0:1', 64), (6, 'fe80:0:1::', 10),
        (7, '1:0:3:4:5:6:7:8', 128), (8, '::0.1.0.2', 127), (9, '10.0.0.0', 0), (10, '0:0:0:0:0:1:0:0', 128)) q(n, a, m);
    INSERT INTO v(id, n) SELECT 5000 + row_number() OVER (), n::numeric FROM unnest('{NaN,Infinity,-Infinity,0,0.000,
        -0.10,10000,100000000,0.0001,0.00001000,99999999.99999999,1e130,1e-130,-12345678901234567890.5}'::text[]) n;
    INSERT INTO v(id, d, ts, tz) VALUES (6001, 'infinity', 'infinity', 'infinity'),
        (6002, '-infinity', '-infinity', '-infinity'), (6003, '4713-01-01 BC', '4713-01-01 00:00:00 BC', '4713-01-01 00:00:00+00 BC'),
        (6004, '0001-12-31 BC', '0001-12-31 23:59:59.999999 BC', '0001-12-31 23:59:59.9+00 BC'),
        (6005, '0001-01-01', '0001-01-01', '0001-01-01 00:00+00'), (6006, '5874897-12-31', '294276-12-31 23:59:59.999999', '294276-12-31 23:59:59+00'),
        (6007, '1900-02-28', '2000-02-29 24:00:00', '1582-10-10 12:00+02');
    INSERT INTO v(id, t) VALUES (7001, '24:00'), (7002, '00:00:00.000001'), (7003, '12:00:00.5');";

#[tokio::test(flavor = "multi_thread")]
async fn what_is_decoded_here_reads_as_the_server_writes_it() {
    let columns = ["d", "t", "ts", "tz", "n", "u", "j", "i", "b", "c", "x"];
    let mut script = DECODED.to_owned();
    for column in columns {
        script.push_str(&format!("ALTER TABLE v ADD {column}_text text; UPDATE v SET {column}_text = CASE WHEN {column} IS NOT NULL THEN format('%s', {column}) END;"));
    }
    let database = database(&script);
    let source = source(&database).await;
    let mut reader = source.snapshot().await.unwrap();
    let ids = database.ask("SELECT id FROM v").unwrap();
    let ids: Vec<i64> = ids.lines().map(|line| line.parse().unwrap()).collect();
    for column in columns {
        let read = Read {
            table: table("v"),
            columns: names(&format!("id {column} {column}_text")),
            rows: Rows::Keyed(key("id"), ints(ids.iter().copied())),
        };
        let rows = reader.read(&read).await.unwrap().collect().await.unwrap();
        assert_eq!(rows.len(), ids.len());
        for row in rows {
            let read = match &row[2] {
                Cell::Bool(value) => Some(if *value { "t" } else { "f" }.to_owned()),
                cell => cell.to_plain(),
            };
            assert_eq!(read, row[3].to_plain(), "{column} of row {:?}", row[1].as_int());
        }
    }
}

const EVERYTHING: &str = r#"
    CREATE EXTENSION citext; CREATE EXTENSION hstore;
    CREATE SCHEMA "odd ""schema";
    CREATE TYPE "odd ""schema"."mood's" AS ENUM ('sad', 'it''s "ok"', 'a,b{}');
    CREATE TYPE pair AS (a int, b text);
    CREATE DOMAIN email AS text CHECK (VALUE LIKE '%@%');
    CREATE DOMAIN short AS varchar(5);
    CREATE DOMAIN ids AS int[] CHECK (cardinality(VALUE) < 9);
    CREATE TABLE e (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, twice bigint GENERATED ALWAYS AS (id * 2) STORED,
        i2 int2, i4 int4, i8 int8, o oid, bo bool, te text, vc varchar(5), bp char(6), nm name, ch "char", ci citext,
        by bytea, f4 real, f8 float8, nu numeric, nu2 numeric(10, 2), da date, ti time, tt timetz, ts timestamp,
        tz timestamptz(3), iv interval, uu uuid, js json, jb jsonb, xm xml, ine inet, cid cidr, mac macaddr, bi bit(5),
        vb varbit, mo "odd ""schema"."mood's", ea "odd ""schema"."mood's"[], ta text[], na numeric[], ba char(3)[],
        ia inet[], pa pair, pb pair[], em email, sh short, di ids, rg int4range, mr int4multirange, tr tstzrange,
        tv tsvector, pt point, po polygon, cash money, hs hstore, ls pg_lsn);
    INSERT INTO e(i2, i4, i8, o, bo, te, vc, bp, nm, ch, ci, by, f4, f8, nu, nu2, da, ti, tt, ts, tz, iv, uu, js, jb, xm, ine,
        cid, mac, bi, vb, mo, ea, ta, na, ba, ia, pa, pb, em, sh, di, rg, mr, tr, tv, pt, po, cash, hs, ls) VALUES
    (-32768, -2147483648, -9223372036854775808, 4294967295, true, E'tab\t"q" ''s'' \\ \u00e9\U0001F600', 'ab   ', 'ab', 'n', 'x',
        'MiXed', '\x00ff27', 'NaN', '-0', '1e100', '1.50', '0044-03-15 BC', '24:00', '12:00:00.5+05:30', 'infinity',
        '2026-01-01 00:00:00.123+02', '-1 years 2 mons -3 days 04:05:06.000007',
        '00000000-0000-0000-0000-00000000000A', '{"a": 1, "a":  2}', '{"a": [1, null, "\\u0001"]}', '<a>x</a>', '10.1.2.3',
        '10.0.0.0/8', '08:00:2b:01:02:03', '10101', '', 'it''s "ok"', ARRAY['a,b{}', NULL, 'sad']::"odd ""schema"."mood's"[],
        ARRAY['a', NULL, 'NULL', '', '{,}', '"\', E'x\ny'], '{1.50,NaN,1e-20}', '{"a  ",NULL}', '{::1,10.0.0.1/8}',
        '(1,"a,""b")', ARRAY[ROW(1, NULL)::pair, NULL], 'ada@example.test', 'abcde', '[2:3]={1,2}', '[1,5)', '{[1,2),[4,6)}',
        '["2026-01-01 00:00+00",)', 'a:1A b', '(0.1,1e-300)', '((0,0),(1,1),(2,0))', '12.34', '"k,"=>"v\"", n=>NULL', '16/B374D848'),
    (0, 0, 0, 0, false, '', '', '', '', '', '', '', '3.4028235e38', '4.9e-324', 'NaN', '-0.01', '-infinity', '00:00', '00:00-12',
        '4714-11-24 BC', '-infinity', '0', 'ffffffff-ffff-ffff-ffff-ffffffffffff', '[]', 'null', '', '::/0', '::/0',
        'ff:ff:ff:ff:ff:ff', '00000', '1', 'sad', '{}', '{}', '{}', '{}', '{}', '(,)', '{}', '@', '', '{}', 'empty', '{}', 'empty',
        '', '(Infinity,-Infinity)', '((0,0))', '-0.01', '', '0/0'),
    (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
        NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
        NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
    INSERT INTO e(te, by) VALUES (repeat('x', 10000000), decode(repeat('00ff', 2500000), 'hex'));
    INSERT INTO e(f4, f8) SELECT random() * 10 ^ (g % 30), random() / 10 ^ g FROM generate_series(1, 200) g;"#;

#[tokio::test(flavor = "multi_thread")]
async fn rows_of_every_type_come_back_to_the_bit() {
    let database = database(EVERYTHING);
    let source = source(&database).await;
    let before = postgres_hash(database.url()).unwrap();
    let columns = written(&source, &table("e")).await;
    let delete = Delete { table: table("e"), key: key("id"), columns: columns.clone() };
    let mut transaction = source.begin().await.unwrap();
    let images = transaction.delete(&delete, ints(0..300)).await.unwrap().collect().await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(images.len(), 204);
    assert_eq!(database.ask("SELECT count(*) FROM e").unwrap(), "0");
    let rows: Vec<Row> = images.iter().map(|image| image[1..].to_vec()).collect();
    let insert = Insert { table: table("e"), columns, answer: names("id twice") };
    let mut transaction = source.begin().await.unwrap();
    let added = transaction.insert(&insert, rows.clone()).await.unwrap().collect().await.unwrap();
    transaction.commit().await.unwrap();
    for (place, row) in added.iter().enumerate() {
        let id = rows[place][0].as_int().unwrap();
        assert_eq!(row, &[Cell::Int(place as i64), Cell::Int(id), Cell::Int(2 * id)]);
    }
    assert_eq!(added.len(), 204);
    assert_eq!(postgres_hash(database.url()).unwrap(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn any_column_that_can_be_compared_can_be_a_key() {
    let database = database(EVERYTHING);
    database.run("DELETE FROM e WHERE id > 1").unwrap();
    let source = source(&database).await;
    for column in written(&source, &table("e")).await {
        // These have no equality in the server.
        if ["js", "xm", "pt", "po", "f4"].contains(&column.as_str()) {
            continue;
        }
        let mut reader = source.snapshot().await.unwrap();
        let read = |rows| Read { table: table("e"), columns: vec![column.clone()], rows };
        let image =
            reader.read(&read(Rows::Keyed(key("id"), ints([1])))).await.unwrap().collect().await.unwrap();
        let by_itself = Rows::Keyed(KeyBy::Columns(vec![column.clone()]), vec![image[0][1..].to_vec()]);
        let again = reader.read(&read(by_itself)).await.unwrap().collect().await;
        assert_eq!(again.unwrap(), image, "{column}");
    }
}
