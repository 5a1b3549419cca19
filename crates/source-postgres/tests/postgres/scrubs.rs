//! Scrubbing, and looking at what is left in the server's own files.

use std::path::Path;

use exeunt_base::{Name, TableRef, Timestamp};
use exeunt_source::Source;
use exeunt_source_postgres::{Postgres, Scrub, Settings};

use crate::table;

const NOW: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

/// How often a text stands in the files of a directory.
fn count(dir: &Path, needle: &[u8]) -> usize {
    let mut found = 0;
    for entry in std::fs::read_dir(dir).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found += count(&path, needle);
        } else if let Ok(bytes) = std::fs::read(&path) {
            found += bytes.windows(needle.len()).filter(|window| *window == needle).count();
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn statistics_forget_and_a_rewrite_leaves_no_byte_in_tables() {
    let server = exeunt_testkit::Postgres::start().unwrap();
    let database = server.create_database().unwrap();
    database
        .run(
            "CREATE TABLE people (id int PRIMARY KEY, email text); CREATE INDEX ON people (email);
             INSERT INTO people SELECT g, CASE WHEN g % 2 = 0 THEN 'canary-7f3a@example.test' ELSE 'x' || g END
               FROM generate_series(1, 2000) g;
             CREATE TABLE gone (email text); INSERT INTO gone SELECT 'canary-7f3a@example.test' FROM generate_series(1, 50);
             ANALYZE; CHECKPOINT;
             DELETE FROM people WHERE email LIKE 'canary%'; DELETE FROM gone;",
        )
        .unwrap();
    let canary = b"canary-7f3a@example.test";
    let in_statistics = "SELECT count(*) FROM pg_stats WHERE most_common_vals::text LIKE '%canary%'";
    assert_eq!(database.ask(in_statistics).unwrap(), "2");
    let tables = [table("people"), table("gone"), table("never there")];
    let source = Postgres::connect(&Settings::from_url(database.url())).await.unwrap();
    let residue = source.scrub(&tables, NOW).await.unwrap();
    assert_eq!(database.ask(in_statistics).unwrap(), "0");
    let places: Vec<&str> = residue.left.iter().map(|left| left.place.as_str()).collect();
    assert!(places.contains(&"write-ahead log"), "{places:?}");
    assert!(places.contains(&"free space of `public.people`"), "{places:?}");
    assert!(residue.done.contains(&"table `public.never there` is gone".to_owned()));
    assert!(!format!("{residue:?}").contains("canary"));

    let mut settings = Settings::from_url(database.url());
    settings.scrub = Scrub::Rewrite;
    let source = Postgres::connect(&settings).await.unwrap();
    let residue = source.scrub(&tables, NOW).await.unwrap();
    assert!(!residue.left.iter().any(|left| left.place.starts_with("free space")), "{residue:?}");
    // Statistics and old catalog pages: written anew as well, to see that nothing else holds the text.
    database.run("VACUUM FULL pg_statistic; CHECKPOINT;").unwrap();
    assert_eq!(count(&server.dir().join("data/base"), canary), 0);
    assert!(count(&server.dir().join("data/pg_wal"), canary) > 0, "the log keeps it, as the residue says");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_holds_rows_back_is_told() {
    let server = exeunt_testkit::Postgres::start_with(&exeunt_testkit::postgres::Settings {
        extra: vec![
            ("max_prepared_transactions".into(), "2".into()),
            ("wal_level".into(), "logical".into()),
            ("archive_mode".into(), "on".into()),
            ("archive_command".into(), "true".into()),
        ],
        ..Default::default()
    })
    .unwrap();
    let database = server.create_database().unwrap();
    database
        .run(
            "CREATE TABLE t (id int); CREATE TABLE other (id int); INSERT INTO t VALUES (1);
             SELECT pg_create_physical_replication_slot('spare', true);
             BEGIN; INSERT INTO other VALUES (1); PREPARE TRANSACTION 'canary-7f3a';",
        )
        .unwrap();
    database.run("DELETE FROM t").unwrap();
    let source = Postgres::connect(&Settings::from_url(database.url())).await.unwrap();
    let residue = source.scrub(&[table("t")], NOW).await.unwrap();
    let places: Vec<&str> = residue.left.iter().map(|left| left.place.as_str()).collect();
    for place in [
        "dead rows of `public.t`",
        "replication slot `spare`",
        "prepared transactions",
        "archive of the write-ahead log",
    ] {
        assert!(places.contains(&place), "{places:?}");
    }
    assert!(!format!("{residue:?}").contains("canary"));
}

#[tokio::test(flavor = "multi_thread")]
async fn materialized_views_forget_too_in_the_order_they_read_each_other() {
    let database = crate::database(
        "CREATE TABLE t (id int, email text) PARTITION BY RANGE (id);
         CREATE TABLE t_low PARTITION OF t FOR VALUES FROM (0) TO (10);
         INSERT INTO t VALUES (1, 'canary-7f3a'), (2, 'b');
         CREATE MATERIALIZED VIEW \"z \"\"first\" AS SELECT email FROM t_low;
         CREATE VIEW between AS SELECT email FROM \"z \"\"first\";
         CREATE MATERIALIZED VIEW a_second AS SELECT email FROM between;
         CREATE MATERIALIZED VIEW empty AS SELECT email FROM t WITH NO DATA;
         CREATE MATERIALIZED VIEW fails AS SELECT 1 / (count(*) - 1) AS n FROM t;",
    );
    let source = crate::source(&database).await;
    database.run("DELETE FROM t WHERE id = 1").unwrap();
    let residue = source.scrub(&[table("t")], NOW).await.unwrap();
    for view in ["\"z \"\"first\"", "a_second"] {
        let held = database.run(&format!("DO $$ BEGIN ASSERT (SELECT count(*) FROM {view}) = 1; END $$"));
        assert!(held.is_ok(), "{view}: {residue:?}");
    }
    let refreshed: Vec<&String> = residue.done.iter().filter(|done| done.contains("refreshed")).collect();
    assert_eq!(refreshed.len(), 2, "{residue:?}");
    assert!(refreshed[1].contains("a_second"), "{residue:?}");
    let left = residue.left.iter().find(|left| left.place == "materialized view `public.fails`").unwrap();
    assert!(left.note.contains("until it is refreshed"), "{residue:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_may_not_vacuum_says_so() {
    let database = crate::database("CREATE TABLE t (id int);");
    let user = format!("visitor_{}", database.name());
    database.run(&format!("CREATE ROLE {user} LOGIN PASSWORD 'p'; GRANT ALL ON t TO {user};")).unwrap();
    let url = database.url().replace("postgres:testkit@", &format!("{user}:p@"));
    let source = Postgres::connect(&Settings::from_url(&url)).await.unwrap();
    let residue = source.scrub(&[table("t")], NOW).await.unwrap();
    assert!(residue.left.iter().any(|left| left.note.contains("may not vacuum")), "{residue:?}");
    assert!(residue.left.iter().any(|left| left.note.contains("may not list its files")), "{residue:?}");
    drop(source);
    database.run(&format!("DROP OWNED BY {user}; DROP ROLE {user};")).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_grant_script_is_enough_to_erase() {
    let database = crate::database("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1);");
    let role = |what: &str| Name::new(&format!("{what}_{}", database.name())).unwrap();
    let (reader, eraser) = (role("reads"), role("erases"));
    let named: Vec<TableRef> = vec![table("t")];
    database.run(&exeunt_source_postgres::grant_script(&reader, &eraser, &named, None)).unwrap();
    database.run(&format!("ALTER ROLE \"{eraser}\" LOGIN PASSWORD 'p'")).unwrap();
    let url = database.url().replace("postgres:testkit@", &format!("{eraser}:p@"));
    let source = Postgres::connect(&Settings::from_url(&url)).await.unwrap();
    assert!(source.abilities().quiet_triggers);
    let delete =
        exeunt_source::Delete { table: table("t"), key: crate::key("id"), columns: crate::names("id") };
    let mut transaction = source.begin().await.unwrap();
    assert_eq!(
        transaction.delete(&delete, crate::ints([1])).await.unwrap().collect().await.unwrap().len(),
        1
    );
    transaction.commit().await.unwrap();
    let advice = source.advise().await.unwrap();
    assert!(
        !advice.iter().any(|line| line.contains("superuser") || line.contains("may not be read")),
        "{advice:?}"
    );
    drop(source);
    for role in [&eraser, &reader] {
        database
            .run(&format!("REVOKE ALL ON PARAMETER session_replication_role FROM \"{role}\"; DROP OWNED BY \"{role}\"; DROP ROLE \"{role}\";"))
            .unwrap();
    }
}
