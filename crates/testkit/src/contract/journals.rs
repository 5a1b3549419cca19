//! Journals: rows that are only added, each once, and seen in the order of their numbers.

use exeunt_base::{Cell, FaultKind, Row, TableRef};
use exeunt_source::{Journal, JournalColumn, JournalSort, Journals, Read, Rows};

use crate::contract::tools::{key, name, names, plain};
use crate::contract::{Engine, Fixture};

fn journal(fixture: &Fixture) -> Journal {
    let column = |text: &str, sort, required| JournalColumn { name: name(text), sort, required };
    let schema = if fixture.engine == Engine::Sqlite { "main" } else { "odd \"journal\" schema" };
    Journal {
        table: TableRef { schema: name(schema), name: name("the \"list\"") },
        columns: vec![
            column("id", JournalSort::Text, true),
            column("whose", JournalSort::Text, true),
            column("n", JournalSort::Whole, true),
            column("said", JournalSort::Text, false),
            column("at", JournalSort::Moment, true),
        ],
        key: name("id"),
        part: name("whose"),
        number: name("n"),
        moment: name("at"),
    }
}

fn row(whose: &str, n: i64) -> Row {
    let said = if n % 2 == 0 { Cell::Null } else { Cell::text("it's \"odd\"; --") };
    let at = Cell::Text(format!("2026-11-22T14:00:{:02}.000000Z", n % 60));
    vec![Cell::Text(format!("{whose}{n}")), Cell::text(whose), Cell::Int(n), said, at]
}

fn rows(whose: &str, numbers: std::ops::Range<i64>) -> Vec<Row> {
    numbers.map(|n| row(whose, n)).collect()
}

fn journals(fixture: &Fixture) -> &dyn Journals {
    fixture.source.journals().expect("a source that keeps journals")
}

/// `whose n` of every row, by key.
async fn there(fixture: &Fixture) -> Vec<String> {
    let journal = journal(fixture);
    fixture.source.describe().await.expect("a catalog");
    let read = Read { table: journal.table, columns: names("whose n"), rows: Rows::Every(key("whose n")) };
    let mut reader = fixture.source.snapshot().await.expect("a reader");
    let pages = reader.read(&read).await.expect("a read begins");
    pages.collect().await.expect("a read ends").iter().map(|row| plain(row)).collect()
}

/// It is made once, and left as it is by whoever comes later, also at once.
pub async fn a_journal_is_made_once(fixture: &Fixture) {
    let (journals, journal) = (journals(fixture), journal(fixture));
    let fault = journals.append(&journal, rows("a", 1..2)).await.expect_err("there is no table");
    assert_eq!(fault.kind, FaultKind::Missing, "{fault}");
    let (one, two) = tokio::join!(journals.prepare(&journal), journals.prepare(&journal));
    one.expect("a journal");
    two.expect("a journal");
    assert_eq!(journals.append(&journal, rows("a", 1..4)).await.expect("rows"), 3);
    journals.prepare(&journal).await.expect("the same journal");
    assert_eq!(there(fixture).await, ["a,1", "a,2", "a,3"]);
    let catalog = fixture.source.describe().await.expect("a catalog");
    let table = catalog.table(&journal.table).expect("its table");
    assert_eq!(table.primary_key, [name("id")]);
}

/// Given again, in part or whole, rows are there once; numbers below the highest are too late.
pub async fn a_row_is_added_once_and_never_below_the_last(fixture: &Fixture) {
    let (journals, journal) = (journals(fixture), journal(fixture));
    journals.prepare(&journal).await.expect("a journal");
    assert_eq!(journals.append(&journal, Vec::new()).await.expect("nothing"), 0);
    assert_eq!(journals.append(&journal, rows("a", 3..6)).await.expect("rows"), 3);
    assert_eq!(journals.append(&journal, rows("a", 3..8)).await.expect("rows"), 2);
    assert_eq!(journals.append(&journal, rows("a", 1..3)).await.expect("too late"), 0);
    assert_eq!(journals.append(&journal, rows("b", 1..3)).await.expect("another part"), 2);
    assert_eq!(there(fixture).await, ["a,3", "a,4", "a,5", "a,6", "a,7", "b,1", "b,2"]);
}

/// Several who add the same rows at once add each once; what a reader sees has no gap below it.
pub async fn several_may_add_at_once(fixture: &Fixture) {
    let (journals, journal) = (journals(fixture), journal(fixture));
    journals.prepare(&journal).await.expect("a journal");
    let push = async |to: i64| {
        let mut added = 0;
        for end in (5..=to).step_by(5) {
            loop {
                match journals.append(&journal, rows("a", 1..end + 1)).await {
                    Ok(rows) => added += rows,
                    Err(fault) if fault.kind == FaultKind::Contended => continue,
                    Err(fault) => panic!("{fault}"),
                }
                break;
            }
            let seen = there(fixture).await.len() as i64;
            assert!(seen >= end, "{seen} of {end}");
        }
        added
    };
    let (one, two, three) = tokio::join!(push(40), push(40), push(20));
    assert_eq!(one + two + three, 40);
    let wanted: Vec<String> = (1..41).map(|n| format!("a,{n}")).collect();
    assert_eq!(there(fixture).await, wanted);
}

/// Old rows of a part go, others stay.
pub async fn old_rows_are_forgotten(fixture: &Fixture) {
    let (journals, journal) = (journals(fixture), journal(fixture));
    journals.prepare(&journal).await.expect("a journal");
    journals.append(&journal, rows("a", 1..6)).await.expect("rows");
    journals.append(&journal, rows("b", 1..3)).await.expect("rows");
    let before = "2026-11-22T14:00:03Z".parse().expect("a time");
    assert_eq!(journals.forget(&journal, "a", before).await.expect("forgotten"), 2);
    assert_eq!(journals.forget(&journal, "a", before).await.expect("forgotten"), 0);
    assert_eq!(there(fixture).await, ["a,3", "a,4", "a,5", "b,1", "b,2"]);
}
