//! Reading whole rows and searching texts.

use exeunt_base::Cell;
use exeunt_source::{Read, Rows, Sample, Search, Test};

use crate::contract::Fixture;
use crate::contract::tools::{
    WORLD, by, filter, found, found_by, ints, key, names, over, people, plain, selection, table,
};

/// By selection: each row once, in key order. By key: with the key's place in front, missing ones left out.
pub async fn whole_rows_are_read_by_selection_and_by_key(fixture: &Fixture) {
    fixture.set_up(WORLD).await;
    let mut reader = fixture.source.snapshot().await.expect("a reader");
    let messages = selection(fixture, "messages", "id", vec![by("sender_id"), by("recipient_id")]);
    let shared = over(fixture, &[("people", "id", "address_id")], "id");
    let addresses = selection(fixture, "addresses", "id", vec![shared]);
    for (of, columns, rows, expected) in [
        (
            "messages",
            "id body",
            Rows::Selected(messages, people([1, 2])),
            "1,hello;2,hello back;3,note to self",
        ),
        ("addresses", "street", Rows::Selected(addresses, people([2, 1])), "Shared Street 1"),
        (
            "orders",
            "note id",
            Rows::Keyed(key("id"), ints([12, 77, 10, 9])),
            "0,Straße 100% sure_ly,12;2,first,10;3,JSON {\"a\": \"Ada@Example.Test\"},9",
        ),
        ("people", "city", Rows::Keyed(key("email"), vec![vec![Cell::text("ada@example.test")]]), "0,Berlin"),
        ("orders", "id", Rows::Every(key("id")), "9;10;11;12"),
        ("orders", "id", Rows::Keyed(key("id"), vec![]), ""),
    ] {
        let what = Read { table: table(fixture, of), columns: names(columns), rows };
        let mut rows = reader.read(&what).await.expect("a read begins").collect().await.expect("a read ends");
        if matches!(what.rows, Rows::Keyed(..)) {
            rows.sort_by_key(|row| row[0].as_int());
        }
        let told: Vec<String> = rows.iter().map(|row| plain(row)).collect();
        assert_eq!(told.join(";"), expected, "{of}");
    }
}

/// References that are NULL are none, only some of many are followed, and what must hold of the row does.
pub async fn references_are_followed_as_far_as_asked(fixture: &Fixture) {
    fixture.set_up(WORLD).await;
    fixture.run(
        "INSERT INTO visits VALUES (77, '/lost', NULL), (NULL, '/nobody', NULL), (78, '/lost', NULL), (79, '/c', NULL);",
    );
    for (path, at_most, followed, found) in
        [(None, 100, 7, 4), (Some("/a"), 100, 3, 3), (Some("/lost"), 100, 2, 0), (Some("/a"), 2, 2, 2)]
    {
        let what = Sample {
            table: table(fixture, "visits"),
            by: names("person_id"),
            filters: path.into_iter().map(|path| filter("path", Test::Equals(Cell::text(path)))).collect(),
            to: table(fixture, "people"),
            on: names("id"),
            at_most,
        };
        let mut reader = fixture.source.snapshot().await.expect("a reader");
        let sampled = reader.sample(&what).await.expect("a sample");
        assert_eq!((sampled.followed, sampled.found), (followed, found), "{path:?}");
        let again = reader.sample(&what).await.expect("a sample in the same state");
        assert_eq!(again, sampled);
    }
}

/// Letter case aside, in text and in JSON; what would be a wildcard elsewhere is a letter here.
pub async fn texts_are_found_literally_and_in_any_case(fixture: &Fixture) {
    fixture.set_up(WORLD).await;
    let needles = ["ADA@example.test", "100%", "sure_ly", "s%e", "h_llo", "STRASSE", "straße", "zzz", "\\"];
    let what = Search {
        table: table(fixture, "orders"),
        columns: names("note id placed_at"),
        needles: needles.map(str::to_owned).to_vec(),
    };
    let mut reader = fixture.source.snapshot().await.expect("a reader");
    let mut hits: Vec<(String, usize, u64)> = reader
        .search(&what)
        .await
        .expect("a search")
        .into_iter()
        .filter(|hit| hit.rows > 0)
        .map(|hit| (hit.column.to_string(), hit.needle, hit.rows))
        .collect();
    hits.sort();
    let note = |needle, rows| ("note".to_owned(), needle, rows);
    assert_eq!(hits, [note(0, 1), note(1, 1), note(2, 1), note(6, 1)]);
    let what = Search {
        table: table(fixture, "people"),
        columns: names("email city"),
        needles: vec!["änne".into(), "EXAMPLE".into(), "berl".into()],
    };
    let mut hits: Vec<(String, usize, u64)> = reader
        .search(&what)
        .await
        .expect("a search")
        .into_iter()
        .filter(|hit| hit.rows > 0)
        .map(|hit| (hit.column.to_string(), hit.needle, hit.rows))
        .collect();
    hits.sort();
    assert_eq!(hits, [("city".to_owned(), 2, 2), ("email".to_owned(), 0, 1), ("email".to_owned(), 1, 4)]);
}

/// What others write after a reader's first answer is not in its state.
pub async fn a_reader_sees_one_state(fixture: &Fixture) {
    fixture.set_up(WORLD).await;
    if fixture.readers_block_writers {
        return; // nobody can write meanwhile, so there is no other state to see
    }
    let orders = selection(fixture, "orders", "id", vec![by("person_id")]);
    let mut reader = fixture.source.snapshot().await.expect("a reader");
    assert_eq!(found_by(&mut *reader, &orders, &people([1]), "").await, ["0:10", "0:11"]);
    fixture.run("INSERT INTO orders VALUES (13, 1, 'late', NULL, NULL); DELETE FROM lines; DELETE FROM orders WHERE id = 10;");
    assert_eq!(found_by(&mut *reader, &orders, &people([1]), "").await, ["0:10", "0:11"]);
    let what = Read {
        table: table(fixture, "orders"),
        columns: names("id"),
        rows: Rows::Keyed(key("id"), ints([13, 10])),
    };
    let rows = reader.read(&what).await.expect("a read begins").collect().await.expect("a read ends");
    assert_eq!(rows.iter().map(|row| plain(row)).collect::<Vec<_>>(), ["1,10"]);
    drop(reader);
    assert_eq!(found(fixture, &orders, &people([1]), "").await, ["0:11", "0:13"]);
}

/// Pages nobody reads to their end harm neither their reader nor the next one.
pub async fn dropped_pages_do_no_harm(fixture: &Fixture) {
    fixture.set_up("CREATE TABLE many (id INTEGER PRIMARY KEY, person_id INTEGER, body TEXT);").await;
    fixture.run(fixture.either(
        "WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < 20000)
         INSERT INTO many SELECT i, 1, 'row number ' || i FROM s",
        "INSERT INTO many SELECT i, 1, 'row number ' || i FROM generate_series(1, 20000) i",
    ));
    fixture.source.describe().await.expect("a catalog");
    let what = selection(fixture, "many", "id", vec![by("person_id")]);
    for _ in 0..6 {
        let mut reader = fixture.source.snapshot().await.expect("a reader");
        let mut pages = reader.find(&what, &people([1]), &names("body")).await.expect("a find begins");
        assert!(pages.next().await.expect("a page").is_some());
        drop(pages);
        let mut pages = reader.find(&what, &people([1]), &[]).await.expect("another find begins");
        assert!(pages.next().await.expect("a page").is_some());
        // The other way round: the reader goes first.
        drop(reader);
        drop(pages);
    }
    assert_eq!(found(fixture, &what, &people([1]), "").await.len(), 20_000);
}
