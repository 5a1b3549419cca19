//! Journals with the least rights: whoever made the table for us need not let us make any.

use exeunt_base::{Cell, FaultKind};
use exeunt_source::{Journal, JournalColumn, JournalSort, Source};
use exeunt_source_postgres::{Postgres, Settings};

use crate::{database, name};

#[tokio::test(flavor = "multi_thread")]
async fn a_journal_that_is_there_needs_few_rights() {
    let database = database("");
    let column = |text: &str, sort| JournalColumn { name: name(text), sort, required: true };
    let mut journal = Journal {
        table: exeunt_base::TableRef { schema: name("told"), name: name("rows") },
        columns: vec![
            column("id", JournalSort::Text),
            column("whose", JournalSort::Text),
            column("n", JournalSort::Whole),
            column("at", JournalSort::Moment),
        ],
        key: name("id"),
        part: name("whose"),
        number: name("n"),
        moment: name("at"),
    };
    let (reader, user) = (format!("looker_{}", database.name()), format!("teller_{}", database.name()));
    let script = exeunt_source_postgres::grant_script(&name(&reader), &name(&user), &[], Some(&journal));
    database.run(&script).unwrap();
    database.run(&format!("ALTER ROLE {user} LOGIN PASSWORD 'p'")).unwrap();
    let url = database.url().replace("postgres:testkit@", &format!("{user}:p@"));
    let source = Postgres::connect(&Settings::from_url(&url)).await.unwrap();
    let journals = source.journals().unwrap();
    journals.prepare(&journal).await.unwrap();
    let row = vec![Cell::text("a"), Cell::text("x"), Cell::Int(1), Cell::text("2026-01-01T00:00:00.000000Z")];
    assert_eq!(journals.append(&journal, vec![row]).await.unwrap(), 1);
    let later = "2026-01-02T00:00:00Z".parse().unwrap();
    assert_eq!(journals.forget(&journal, "x", later).await.unwrap(), 1);
    journal.table.schema = name("elsewhere");
    let fault = journals.prepare(&journal).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Denied, "{fault}");
    drop(source);
    for role in [&user, &reader] {
        database
            .run(&format!("REVOKE ALL ON PARAMETER session_replication_role FROM {role}; DROP OWNED BY {role}; DROP ROLE {role};"))
            .unwrap();
    }
}
