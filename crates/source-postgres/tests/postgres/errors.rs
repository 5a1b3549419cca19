//! Faults: the right kind, and no value in any word of them.

use exeunt_base::{Cell, Fault, FaultKind};
use exeunt_source::{Insert, Read, Rows, Source};
use exeunt_source_postgres::{Postgres, Settings};

use crate::{database, ints, key, names, source, table};

const CANARY: &str = "canary-7f3a";

fn check(fault: &Fault, kind: FaultKind, code: &str, words: &[&str]) {
    let text = format!("{fault} {fault:?}");
    assert!(!text.contains("canary"), "{text}");
    assert_eq!((fault.kind, fault.code.as_deref()), (kind, Some(code)), "{text}");
    for word in words {
        assert!(fault.what.contains(word), "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_name_the_constraint_and_not_the_value() {
    let database = database(
        "CREATE TABLE parents (id int PRIMARY KEY);
         CREATE TABLE t (id int PRIMARY KEY, email text CHECK (email NOT LIKE '%7f3a'), at date, n varchar(5),
            parent int REFERENCES parents, must text NOT NULL DEFAULT '', word text);
         CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            RAISE NOTICE 'saw %', NEW.word; RAISE EXCEPTION 'will not take %', NEW.word USING HINT = NEW.word; END $$;
         CREATE TRIGGER no BEFORE INSERT ON t FOR EACH ROW WHEN (NEW.word IS NOT NULL) EXECUTE FUNCTION no();
         CREATE TABLE u (id int, email text);
         CREATE UNIQUE INDEX by_email ON u (lower(email));
         INSERT INTO u VALUES (1, 'canary-7f3a');",
    );
    let source = source(&database).await;
    let canary = || Cell::text(CANARY);
    for (column, cell, kind, code, words) in [
        ("email", canary(), FaultKind::Refused, "23514", ["public.t", "t_email_check"]),
        ("at", canary(), FaultKind::Refused, "22007", ["adding rows to `public.t`", "datetime"]),
        ("n", canary(), FaultKind::Refused, "22001", ["adding rows", "truncation"]),
        ("parent", Cell::Int(77), FaultKind::Refused, "23503", ["t_parent_fkey", "public.t"]),
        ("must", Cell::Null, FaultKind::Refused, "23502", ["column `must`", "public.t"]),
        ("word", canary(), FaultKind::Refused, "P0001", ["raised by a trigger", "public.t"]),
    ] {
        let insert =
            Insert { table: table("t"), columns: names(&format!("id {column}")), answer: names("id") };
        let mut transaction = source.begin().await.unwrap();
        let pages = transaction.insert(&insert, vec![vec![Cell::Int(1), cell]]).await.unwrap();
        check(&pages.collect().await.unwrap_err(), kind, code, &words);
    }
    let update = exeunt_source::Update {
        table: table("u"),
        key: key("id"),
        set: names("email"),
        columns: names("id"),
        triggers: exeunt_source::Triggers::Fire,
    };
    database.run("INSERT INTO u VALUES (2, 'x')").unwrap();
    let mut transaction = source.begin().await.unwrap();
    let pages = transaction.update(&update, vec![vec![Cell::Int(2), canary()]]).await.unwrap();
    check(&pages.collect().await.unwrap_err(), FaultKind::Refused, "23505", &["by_email"]);
    // Not even a value that never reached the server.
    let insert = Insert { table: table("t"), columns: names("id"), answer: vec![] };
    let mut transaction = source.begin().await.unwrap();
    let fault = transaction.insert(&insert, vec![vec![canary()]]).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Refused);
    assert!(!format!("{fault:?}").contains("canary"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schema_that_changed_is_told_and_then_learned() {
    let database =
        database("CREATE TABLE t (id int PRIMARY KEY, a int, b text); INSERT INTO t VALUES (1, 2, 'x');");
    let mut settings = Settings::from_url(database.url());
    // One connection, so that what was prepared on it meets the change.
    settings.connections = 1;
    let source = Postgres::connect(&settings).await.unwrap();
    let read = Read { table: table("t"), columns: names("id a b"), rows: Rows::Keyed(key("id"), ints([1])) };
    let once = async || {
        let mut reader = source.snapshot().await.unwrap();
        match reader.read(&read).await {
            Ok(pages) => pages.collect().await,
            Err(fault) => Err(fault),
        }
    };
    assert_eq!(once().await.unwrap().len(), 1);
    database.run("ALTER TABLE t ALTER a TYPE text").unwrap();
    assert_eq!(once().await.unwrap_err().kind, FaultKind::Drifted);
    source.describe().await.unwrap();
    assert_eq!(once().await.unwrap()[0][2], Cell::text("2"));
    database.run("ALTER TABLE t DROP b").unwrap();
    check(&once().await.unwrap_err(), FaultKind::Missing, "42703", &["reading rows of `public.t`"]);
    database.run("DROP TABLE t").unwrap();
    check(&once().await.unwrap_err(), FaultKind::Missing, "42P01", &[]);
    source.describe().await.unwrap();
    assert_eq!(once().await.unwrap_err().kind, FaultKind::Missing);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_goes_away_is_unreachable_and_comes_back() {
    let server = exeunt_testkit::Postgres::start().unwrap();
    let database = server.create_database().unwrap();
    database.run("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1);").unwrap();
    let source = source(&database).await;
    let read = Read { table: table("t"), columns: names("id"), rows: Rows::Keyed(key("id"), ints([1])) };
    let mut reader = source.snapshot().await.unwrap();
    assert_eq!(reader.read(&read).await.unwrap().collect().await.unwrap().len(), 1);
    server.crash().unwrap();
    let fault = match reader.read(&read).await {
        Ok(pages) => pages.collect().await.unwrap_err(),
        Err(fault) => fault,
    };
    assert_eq!(fault.kind, FaultKind::Unreachable, "{fault}");
    drop(reader);
    let fault = source.snapshot().await.err().unwrap();
    assert_eq!(fault.kind, FaultKind::Unreachable, "{fault}");
    server.start_again().unwrap();
    let mut reader = source.snapshot().await.unwrap();
    assert_eq!(reader.read(&read).await.unwrap().collect().await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_address_or_password_says_so() {
    let database = database("");
    for (from, to, kind) in [
        (":testkit@", ":canary-7f3a@", FaultKind::Denied),
        ("postgres:", "canary-7f3a:", FaultKind::Denied),
        ("127.0.0.1:", "127.0.0.1:1", FaultKind::Denied),
    ] {
        let url = database.url().replace(from, to);
        let fault = Postgres::connect(&Settings::from_url(&url)).await.err().unwrap();
        assert!(!format!("{fault} {fault:?}").contains("canary"), "{fault}");
        assert!(fault.kind == kind || to.ends_with(":1"), "{fault}");
    }
    let nowhere = format!("{}_nowhere", database.url());
    let fault = Postgres::connect(&Settings::from_url(&nowhere)).await.err().unwrap();
    assert_eq!((fault.kind, fault.code.as_deref()), (FaultKind::Denied, Some("3D000")));
    let fault = Postgres::connect(&Settings::from_url("postgresql://u@127.0.0.1:1/x")).await.err().unwrap();
    assert_eq!(fault.kind, FaultKind::Unreachable, "{fault}");
    assert!(fault.what.contains("127.0.0.1:1, database `x`"), "{fault}");
    // This server speaks no TLS: a connection that asks for it must not fall back.
    let strict = format!("{}?sslmode=require", database.url());
    let fault = Postgres::connect(&Settings::from_url(&strict)).await.err().unwrap();
    assert_eq!(fault.kind, FaultKind::Denied, "{fault}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_right_missing_behind_a_trigger_is_named_and_what_a_function_raises_is_not() {
    let database = database(
        "CREATE TABLE t (id int PRIMARY KEY); CREATE TABLE u (id int PRIMARY KEY); CREATE TABLE audit_log (id int);
         INSERT INTO t VALUES (1); INSERT INTO u VALUES (1);
         CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            INSERT INTO audit_log VALUES (OLD.id); RETURN OLD; END $$;
         CREATE TRIGGER note BEFORE DELETE ON t FOR EACH ROW EXECUTE FUNCTION note();
         CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            RAISE EXCEPTION 'not canary-7f3a' USING ERRCODE = '42501'; END $$;
         CREATE TRIGGER no BEFORE DELETE ON u FOR EACH ROW EXECUTE FUNCTION no();",
    );
    let user = format!("clerk_{}", database.name());
    database.run(&format!("CREATE ROLE {user} LOGIN PASSWORD 'p'; GRANT ALL ON t, u TO {user};")).unwrap();
    let url = database.url().replace("postgres:testkit@", &format!("{user}:p@"));
    let source = Postgres::connect(&Settings::from_url(&url)).await.unwrap();
    source.describe().await.unwrap();
    for (name, words) in [("t", "audit_log"), ("u", "insufficient privilege")] {
        let delete = exeunt_source::Delete { table: table(name), key: key("id"), columns: names("id") };
        let mut transaction = source.begin().await.unwrap();
        let fault = match transaction.delete(&delete, ints([1])).await {
            Ok(pages) => pages.collect().await.unwrap_err(),
            Err(fault) => fault,
        };
        check(&fault, FaultKind::Denied, "42501", &[words]);
    }
    drop(source);
    database.run(&format!("DROP OWNED BY {user}; DROP ROLE {user};")).unwrap();
}
