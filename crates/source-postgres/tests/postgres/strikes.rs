//! Changes by key, and how they end.

use exeunt_base::{Cell, FaultKind, Row};
use exeunt_source::strike::Triggers;
use exeunt_source::{Delete, Fate, Insert, KeyBy, Lock, Marker, Read, Referrer, Rows, Source, Update};
use exeunt_source_postgres::{Postgres, Settings};
use exeunt_testkit::postgres_hash;

use crate::{database, ints, key, names, source, table};

const SHOP: &str = "
    CREATE TABLE customers (id int PRIMARY KEY, email text UNIQUE, orders int NOT NULL DEFAULT 0);
    CREATE TABLE orders (id int PRIMARY KEY, customer_id int REFERENCES customers ON DELETE CASCADE, note text);
    CREATE FUNCTION count_orders() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF TG_OP = 'DELETE' THEN UPDATE customers SET orders = orders - 1 WHERE id = OLD.customer_id; RETURN OLD; END IF;
        UPDATE customers SET orders = orders + 1 WHERE id = NEW.customer_id; RETURN NEW; END $$;
    CREATE TRIGGER counts AFTER INSERT OR DELETE ON orders FOR EACH ROW EXECUTE FUNCTION count_orders();
    CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.note := 'stamped'; RETURN NEW; END $$;
    CREATE TRIGGER stamps BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION stamp();
    INSERT INTO customers SELECT g, 'p' || g || '@example.test' FROM generate_series(1, 10) g;
    INSERT INTO orders SELECT g, g % 10 + 1, 'note ' || g FROM generate_series(1, 100) g;";

fn orders() -> Delete {
    Delete { table: table("orders"), key: key("id"), columns: names("id customer_id note") }
}

async fn all(pages: exeunt_source::Pages) -> Vec<Row> {
    let mut rows = pages.collect().await.unwrap();
    rows.sort_by_key(|row| row[0].as_int());
    rows
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_are_deleted_and_put_back_with_their_counters() {
    let database = database(SHOP);
    let source = source(&database).await;
    let before = postgres_hash(database.url()).unwrap();
    let mut transaction = source.begin().await.unwrap();
    // One key is of no row, one is no key at all, one is named twice.
    let mut keys = ints([7, 1000, 17, 7]);
    keys.push(vec![Cell::Null]);
    keys.push(vec![Cell::text("abc")]);
    let mut images = all(transaction.delete(&orders(), keys).await.unwrap()).await;
    images.sort_by_key(|row| row[1].as_int());
    assert_eq!(images.len(), 2);
    assert_eq!(images[1], [Cell::Int(2), Cell::Int(17), Cell::Int(8), Cell::text("note 17")]);
    transaction.commit().await.unwrap();
    assert_eq!(database.ask("SELECT orders FROM customers WHERE id = 8").unwrap(), "8");
    let insert =
        Insert { table: table("orders"), columns: names("id customer_id note"), answer: names("note") };
    let mut rows: Vec<Row> = images.iter().map(|image| image[1..].to_vec()).collect();
    rows.insert(1, vec![Cell::Int(50), Cell::Int(1), Cell::text("taken")]);
    let mut transaction = source.begin().await.unwrap();
    let added = all(transaction.insert(&insert, rows).await.unwrap()).await;
    assert_eq!(added.iter().map(|row| row[0].as_int().unwrap()).collect::<Vec<_>>(), [0, 2]);
    transaction.commit().await.unwrap();
    assert_eq!(postgres_hash(database.url()).unwrap(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_transaction_changes_nothing_and_leaves_no_lock() {
    let database = database(SHOP);
    let mut settings = Settings::from_url(database.url());
    // One connection: whoever comes next has to wait until it was cleaned.
    settings.connections = 1;
    let source = Postgres::connect(&settings).await.unwrap();
    let before = postgres_hash(database.url()).unwrap();
    for listen in [true, false] {
        let mut transaction = source.begin().await.unwrap();
        let pages = transaction.delete(&orders(), ints(1..=100)).await.unwrap();
        if listen {
            pages.collect().await.unwrap();
        }
        drop(transaction);
        let mut transaction = source.begin().await.unwrap();
        let lock = Lock { table: table("orders"), key: key("id"), columns: names("id") };
        assert_eq!(transaction.lock(&lock, ints(1..=100)).await.unwrap().collect().await.unwrap().len(), 100);
        transaction.rollback().await.unwrap();
    }
    assert_eq!(postgres_hash(database.url()).unwrap(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quiet_change_is_not_seen_by_triggers_and_the_next_one_is() {
    let database = database(SHOP);
    let source = source(&database).await;
    assert!(source.abilities().quiet_triggers);
    let mut update = Update {
        table: table("orders"),
        key: key("id"),
        set: names("note"),
        columns: names("note"),
        triggers: Triggers::Quiet,
    };
    let mut transaction = source.begin().await.unwrap();
    let row = vec![Cell::Int(1), Cell::text("quiet")];
    let after = all(transaction.update(&update, vec![row.clone()]).await.unwrap()).await;
    assert_eq!(after, [[Cell::Int(0), Cell::text("quiet")]]);
    update.triggers = Triggers::Fire;
    let after = all(transaction.update(&update, vec![row]).await.unwrap()).await;
    assert_eq!(after, [[Cell::Int(0), Cell::text("stamped")]]);
    transaction.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_without_the_right_lets_triggers_fire() {
    let database = database(SHOP);
    let user = format!("lowly_{}", database.name());
    database
        .run(&format!("CREATE ROLE {user} LOGIN PASSWORD 'p'; GRANT SELECT, UPDATE ON ALL TABLES IN SCHEMA public TO {user};"))
        .unwrap();
    let mut settings =
        Settings::from_url(&database.url().replace("postgres:testkit@", &format!("{user}:p@")));
    let source = Postgres::connect(&settings).await.unwrap();
    assert!(!source.abilities().quiet_triggers);
    let update = Update {
        table: table("orders"),
        key: key("id"),
        set: names("note"),
        columns: names("note"),
        triggers: Triggers::Quiet,
    };
    let mut transaction = source.begin().await.unwrap();
    let rows = vec![vec![Cell::Int(1), Cell::text("quiet")]];
    assert_eq!(all(transaction.update(&update, rows).await.unwrap()).await[0][1], Cell::text("stamped"));
    let denied = transaction.delete(&orders(), ints([1])).await.unwrap().collect().await.unwrap_err();
    assert_eq!(denied.kind, FaultKind::Denied);
    drop(transaction);
    let advice = source.advise().await.unwrap().join("\n");
    assert!(advice.contains("table `public.orders` may be read but not erased from"), "{advice}");
    assert!(advice.contains("session_replication_role"), "{advice}");
    settings.user = Some("postgres".into());
    settings.password_file = None;
    let wrong = Postgres::connect(&settings).await.err().unwrap();
    assert_eq!(wrong.kind, FaultKind::Denied);
    drop(source);
    database.run(&format!("DROP OWNED BY {user}; DROP ROLE {user};")).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_still_referred_to_are_told() {
    let database = database(SHOP);
    database.run("DELETE FROM orders WHERE customer_id IN (3, 5)").unwrap();
    let source = source(&database).await;
    let mut transaction = source.begin().await.unwrap();
    let of = Lock { table: table("customers"), key: key("email"), columns: vec![] };
    let by = Referrer {
        table: table("orders"),
        on: vec![(names("customer_id")[0].clone(), names("id")[0].clone())],
    };
    let keys: Vec<Row> = (1..=5).map(|n| vec![Cell::Text(format!("p{n}@example.test"))]).collect();
    assert_eq!(transaction.referred(&of, &by, &keys).await.unwrap(), [0, 1, 3]);
    transaction.rollback().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_marker_tells_how_it_ended() {
    let database = database(SHOP);
    let source = source(&database).await;
    let mut transaction = source.begin().await.unwrap();
    let committed = transaction.marker().await.unwrap().unwrap();
    transaction.delete(&orders(), ints([1])).await.unwrap().collect().await.unwrap();
    assert_eq!(source.fate(&committed).await.unwrap(), Fate::Running);
    transaction.commit().await.unwrap();
    assert_eq!(source.fate(&committed).await.unwrap(), Fate::Committed);
    let mut transaction = source.begin().await.unwrap();
    let undone = transaction.marker().await.unwrap().unwrap();
    transaction.rollback().await.unwrap();
    assert_eq!(source.fate(&undone).await.unwrap(), Fate::RolledBack);
    // Another server, or this one after a crash, may give the same number to somebody else.
    let elsewhere = Marker(committed.0.replacen('@', "@9", 1));
    let future = Marker(format!("99{}", committed.0));
    for unknown in [elsewhere, future, Marker("nonsense".into()), Marker("x@".into())] {
        assert_eq!(source.fate(&unknown).await.unwrap(), Fate::Unknown);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_crash_no_transaction_is_mistaken_for_another() {
    let server = exeunt_testkit::Postgres::start().unwrap();
    let database = server.create_database().unwrap();
    database.run(SHOP).unwrap();
    let source = source(&database).await;
    let mut done = source.begin().await.unwrap();
    let committed = done.marker().await.unwrap().unwrap();
    done.delete(&orders(), ints([1])).await.unwrap().collect().await.unwrap();
    done.commit().await.unwrap();
    let mut open = source.begin().await.unwrap();
    let lost = open.marker().await.unwrap().unwrap();
    open.delete(&orders(), ints([2])).await.unwrap().collect().await.unwrap();
    server.crash().unwrap();
    assert_eq!(open.commit().await.unwrap_err().kind, FaultKind::Unreachable);
    server.start_again().unwrap();
    // The server forgets numbers it had not yet written to its log, and gives them out again.
    for marker in [&committed, &lost] {
        assert_eq!(source.fate(marker).await.unwrap(), Fate::Unknown);
    }
    assert_eq!(database.ask("SELECT count(*) FROM orders").unwrap(), "99");
}

#[tokio::test(flavor = "multi_thread")]
async fn keyless_rows_are_told_apart_by_the_whole_row() {
    let database = database(
        "CREATE TABLE log (line text, at timestamptz) PARTITION BY RANGE (at);
         CREATE TABLE log_a PARTITION OF log FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
         CREATE TABLE log_b PARTITION OF log DEFAULT;
         INSERT INTO log VALUES ('same', '2020-02-02'), ('same', '2020-02-02'), ('same', '2025-02-02'), ('other', NULL);",
    );
    let source = source(&database).await;
    let mut reader = source.snapshot().await.unwrap();
    let branch = exeunt_source::Branch {
        filters: vec![],
        joins: vec![],
        columns: names("line"),
        anchor: 0,
        compare: exeunt_source::Compare::Exact,
    };
    let selection = exeunt_source::Selection {
        table: table("log"),
        key: KeyBy::WholeRow,
        branches: vec![branch],
        filters: vec![],
        unless: vec![],
    };
    let anchors = [exeunt_source::Anchor { rows: vec![(5, vec![Cell::text("same")])] }];
    let found = reader.find(&selection, &anchors, &names("line")).await.unwrap().collect().await.unwrap();
    assert_eq!(found.len(), 3);
    let keys: Vec<Row> = found.iter().map(|row| row[1..4].to_vec()).collect();
    let selected = Read {
        table: table("log"),
        columns: names("line"),
        rows: Rows::Selected(selection, anchors.to_vec()),
    };
    assert_eq!(reader.read(&selected).await.unwrap().collect().await.unwrap().len(), 3);
    // A row that was changed since is another row.
    database.run("UPDATE log SET line = 'changed' WHERE at = '2025-02-02'").unwrap();
    let delete = Delete { table: table("log"), key: KeyBy::WholeRow, columns: names("line at") };
    let mut transaction = source.begin().await.unwrap();
    let images = all(transaction.delete(&delete, keys).await.unwrap()).await;
    assert_eq!(images.len(), 2);
    let insert = Insert { table: table("log"), columns: names("line at"), answer: vec![] };
    let rows = images.iter().map(|row| row[1..].to_vec()).collect();
    assert_eq!(all(transaction.insert(&insert, rows).await.unwrap()).await, [[Cell::Int(0)], [Cell::Int(1)]]);
    transaction.commit().await.unwrap();
    assert_eq!(database.ask("SELECT count(*) FROM log WHERE line = 'same'").unwrap(), "2");
}

#[tokio::test(flavor = "multi_thread")]
async fn deferrable_keys_step_aside_as_well() {
    let database = database(
        "CREATE TABLE seats (id int PRIMARY KEY DEFERRABLE INITIALLY DEFERRED, place int UNIQUE DEFERRABLE, who text);
         INSERT INTO seats VALUES (1, 10, 'a'), (2, 20, 'b');",
    );
    let source = source(&database).await;
    let insert = Insert { table: table("seats"), columns: names("id place who"), answer: names("id") };
    let row = |id: i64, place: i64| vec![Cell::Int(id), Cell::Int(place), Cell::text("x")];
    let rows = vec![row(1, 11), row(3, 30), row(4, 20), row(5, 50)];
    let mut transaction = source.begin().await.unwrap();
    let added = all(transaction.insert(&insert, rows).await.unwrap()).await;
    assert_eq!(added, [[Cell::Int(1), Cell::Int(3)], [Cell::Int(3), Cell::Int(5)]]);
    transaction.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn waiting_for_a_lock_ends() {
    let database = database(SHOP);
    let mut settings = Settings::from_url(database.url());
    settings.lock_timeout_seconds = 1;
    let source = Postgres::connect(&settings).await.unwrap();
    let lock = Lock { table: table("orders"), key: key("id"), columns: names("id") };
    let mut first = source.begin().await.unwrap();
    first.lock(&lock, ints([1])).await.unwrap().collect().await.unwrap();
    let mut second = source.begin().await.unwrap();
    let fault = second.lock(&lock, ints([1])).await.unwrap().collect().await.unwrap_err();
    assert_eq!((fault.kind, fault.code.as_deref()), (FaultKind::Contended, Some("55P03")));
    second.rollback().await.unwrap();
    first.rollback().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_failed_cannot_be_committed() {
    let database = database(SHOP);
    let source = source(&database).await;
    let mut transaction = source.begin().await.unwrap();
    transaction.delete(&orders(), ints([1])).await.unwrap().collect().await.unwrap();
    let customers = Delete { table: table("customers"), key: key("id"), columns: names("id") };
    let insert = Insert { table: table("orders"), columns: names("id customer_id"), answer: vec![] };
    let pages = transaction.insert(&insert, vec![vec![Cell::Int(500), Cell::Int(77)]]).await.unwrap();
    assert_eq!(pages.collect().await.unwrap_err().kind, FaultKind::Refused);
    let after = transaction.delete(&customers, ints([1])).await;
    assert!(after.is_err());
    let fault = transaction.commit().await.unwrap_err();
    assert_eq!(fault.code.as_deref(), Some("25P02"));
    assert_eq!(database.ask("SELECT count(*) FROM orders").unwrap(), "100");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_constraint_checked_at_the_end_refuses_the_commit() {
    let database = database(
        "CREATE TABLE a (id int PRIMARY KEY);
         CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a DEFERRABLE INITIALLY DEFERRED);
         INSERT INTO a VALUES (1); INSERT INTO b VALUES (1, 1);",
    );
    let source = source(&database).await;
    let delete = Delete { table: table("a"), key: key("id"), columns: names("id") };
    let mut transaction = source.begin().await.unwrap();
    assert_eq!(transaction.delete(&delete, ints([1])).await.unwrap().collect().await.unwrap().len(), 1);
    let fault = transaction.commit().await.unwrap_err();
    assert_eq!((fault.kind, fault.code.as_deref()), (FaultKind::Refused, Some("23503")));
    assert_eq!(database.ask("SELECT count(*) FROM a").unwrap(), "1");
}

#[tokio::test(flavor = "multi_thread")]
async fn triggers_find_their_tables_by_the_search_path_set() {
    let database = database(
        "CREATE SCHEMA shop; CREATE TABLE shop.t (id int PRIMARY KEY); CREATE TABLE shop.log (id int);
         CREATE FUNCTION shop.note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO log VALUES (OLD.id); RETURN OLD; END $$;
         CREATE TRIGGER note BEFORE DELETE ON shop.t FOR EACH ROW EXECUTE FUNCTION shop.note();
         INSERT INTO shop.t VALUES (1);",
    );
    let of = exeunt_base::TableRef { schema: crate::name("shop"), name: crate::name("t") };
    let delete = Delete { table: of.clone(), key: key("id"), columns: names("id") };
    let mut settings = Settings::from_url(database.url());
    for (path, expected) in [("public", Some(FaultKind::Missing)), ("shop", None)] {
        settings.search_path = names(path);
        let source = Postgres::connect(&settings).await.unwrap();
        let mut transaction = source.begin().await.unwrap();
        let answer = transaction.delete(&delete, ints([1])).await.unwrap().collect().await;
        assert_eq!(answer.err().map(|fault| fault.kind), expected);
        let catalog = source.describe().await.unwrap();
        let writes = &catalog.table(&of).unwrap().triggers[0].writes;
        assert_eq!(matches!(writes, exeunt_source::catalog::Writes::Known(_)), expected.is_none());
    }
}
