//! Much of it.

use exeunt_base::Cell;
use exeunt_source::{Delete, Insert, Lock, Read, Rows};

use crate::contract::Fixture;
use crate::contract::tools::{by, ints, key, names, people, selection, table, without_place};

/// Cells of ten megabytes, text and bytes, out and back in.
pub async fn ten_megabyte_cells_come_back_the_same(fixture: &Fixture) {
    fixture.set_up("CREATE TABLE heavy (id INTEGER PRIMARY KEY, words TEXT, stuff {bytes});").await;
    let words = "äbc0123456".repeat(1_000_000);
    let stuff: Vec<u8> =
        (0..10_000_000u32).map(|number| (number.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let rows = vec![
        vec![Cell::Int(1), Cell::Text(words), Cell::Bytes(stuff)],
        vec![Cell::Int(2), Cell::text(""), Cell::Bytes(vec![])],
    ];
    let insert = Insert {
        table: table(fixture, "heavy"),
        columns: names("id words stuff"),
        answer: names("id words stuff"),
    };
    for _ in 0..2 {
        let mut transaction = fixture.source.begin().await.expect("a transaction");
        let pages = transaction.insert(&insert, rows.clone()).await.expect("an insert begins");
        let mut added = pages.collect().await.expect("an insert ends");
        added.sort_by_key(|row| row[0].as_int());
        assert!(without_place(&added) == rows);
        transaction.commit().await.expect("a commit");
        let mut transaction = fixture.source.begin().await.expect("a transaction");
        let lock = Lock { table: table(fixture, "heavy"), key: key("id"), columns: names("id") };
        let locked = transaction.lock(&lock, ints([1, 2])).await.expect("a lock begins");
        assert_eq!(locked.collect().await.expect("a lock ends").len(), 2);
        let delete =
            Delete { table: table(fixture, "heavy"), key: key("id"), columns: names("id words stuff") };
        let pages = transaction.delete(&delete, ints([1, 2])).await.expect("a delete begins");
        let mut images = pages.collect().await.expect("a delete ends");
        images.sort_by_key(|row| row[0].as_int());
        assert!(without_place(&images) == rows);
        transaction.commit().await.expect("a commit");
    }
}

/// Set for a test that runs in a process of its own.
const ALONE: &str = "EXEUNT_TEST_ALONE";

/// Runs the present test once more in a process of its own, and says whether it did: a process's memory is everybody's.
fn ran_alone() -> bool {
    let thread = std::thread::current();
    let Some(test) = thread.name().filter(|name| *name != "main") else { return false };
    if std::env::var_os(ALONE).is_some() {
        return false;
    }
    let this = std::env::current_exe().expect("a test knows its program");
    let run = std::process::Command::new(this).args(["--exact", test]).env(ALONE, "1").output();
    let run = run.expect("a test program starts once more");
    let said = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success() && said.contains("1 passed"), "`{test}` alone: {said}");
    true
}

/// A hundred thousand rows of a kilobyte each pass through a reader without standing in memory together.
pub async fn a_hundred_thousand_rows_pass_through_little_memory(fixture: &Fixture) {
    if ran_alone() {
        return;
    }
    fixture.set_up("CREATE TABLE many (id INTEGER PRIMARY KEY, person_id INTEGER, body TEXT);").await;
    fixture.run(fixture.either(
        "WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < 100000)
         INSERT INTO many SELECT (i * 7919) % 100003, 1, printf('%01000d', i) FROM s;
         CREATE INDEX many_person ON many (person_id);",
        "INSERT INTO many SELECT (i * 7919::bigint) % 100003, 1, lpad(i::text, 1000, '0') FROM generate_series(1, 100000) i;
         CREATE INDEX many_person ON many (person_id); ANALYZE many;",
    ));
    fixture.source.describe().await.expect("a catalog");
    let before = resident();
    let mut most = 0;
    let mut reader = fixture.source.snapshot().await.expect("a reader");
    let what = Read {
        table: table(fixture, "many"),
        columns: names("id body"),
        rows: Rows::Selected(selection(fixture, "many", "id", vec![by("person_id")]), people([1])),
    };
    let mut pages = reader.read(&what).await.expect("a read begins");
    let (mut count, mut last) = (0, -1);
    while let Some(page) = pages.next().await.expect("a page") {
        count += page.len();
        for row in &page {
            let id = row[0].as_int().expect("an id");
            assert!(id > last, "rows come in key order");
            last = id;
        }
        most = most.max(resident());
    }
    assert_eq!(count, 100_000);
    // Half of what the rows would take.
    assert!(most.saturating_sub(before) < 50 << 10, "{before} KiB before, {most} KiB at most");
}

/// Memory of this process, in KiB; 0 where nothing tells.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}
