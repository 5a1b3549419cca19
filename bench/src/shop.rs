//! The generated shop: with 100,000 customers, 2.21 million rows in six tables, made by SQL alone and always the same.
//!
//! Every tenth customer is busy (50 rows: 1 customer, 2 addresses, 8 orders, 16 order lines, 19 events, 4 messages sent to
//! the next busy one); the others have 19 (1, 1, 3, 6, 7, 1) and get one message. Rows of one person lie scattered over
//! their tables, as they do where rows come in over years.

use std::path::Path;

use anyhow::{Context, Result};
use exeunt_testkit::Database;
use rusqlite::Connection;

use crate::scenario::Scenario;

/// The tables, children first: an order in which rows can be deleted.
pub(crate) const TABLES: [&str; 6] =
    ["messages", "events", "order_items", "orders", "addresses", "customers"];

/// Fills an empty PostgreSQL database; the number of rows.
pub(crate) fn make_postgres(database: &Database<'_>, customers: u32) -> Result<u64> {
    let script = include_str!("shop/postgres.sql").replace(":customers", &customers.to_string());
    database.run(&script).context("could not make the shop")?;
    let counts: Vec<String> = TABLES.iter().map(|table| format!("(SELECT count(*) FROM {table})")).collect();
    let rows = database.ask(&format!("SELECT {}", counts.join(" + ")))?;
    rows.parse().context("could not count the shop's rows")
}

/// Fills an empty SQLite file; the number of rows.
pub(crate) fn make_sqlite(file: &Path, customers: u32) -> Result<u64> {
    let connection = Connection::open(file).context("could not open the shop's file")?;
    let script = include_str!("shop/sqlite.sql").replace(":customers", &customers.to_string());
    connection.execute_batch(&script).context("could not make the shop")?;
    let counts: Vec<String> = TABLES.iter().map(|table| format!("(SELECT count(*) FROM {table})")).collect();
    let rows: i64 = connection.query_row(&format!("SELECT {}", counts.join(" + ")), [], |row| row.get(0))?;
    connection
        .execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")
        .context("could not settle the shop's file")?;
    u64::try_from(rows).context("could not count the shop's rows")
}

/// Adds what only this scenario needs, and settles the copy.
pub(crate) fn prepare_postgres(copy: &Database<'_>, scenario: &Scenario, customers: u32) -> Result<()> {
    if let Scenario::EraseHeavy(person) | Scenario::ExportHeavy(person) = scenario {
        let events = "SELECT 100000000 + i, :person, 'view', timestamptz '2024-01-01' + i * interval '1 minute',
            '/p/' || i, 'agent ' || i % 50, jsonb_build_object('i', i), '198.51.100.7' FROM generate_series(1, 100000) i";
        heavy(*person, customers, events, |script| copy.run(script).map(drop))?;
    }
    copy.run("ANALYZE; CHECKPOINT;").context("could not settle the copy")?;
    Ok(())
}

/// Adds what only this scenario needs.
pub(crate) fn prepare_sqlite(copy: &Path, scenario: &Scenario, customers: u32) -> Result<()> {
    if let Scenario::EraseHeavy(person) | Scenario::ExportHeavy(person) = scenario {
        let events = "WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < 100000)
            SELECT 100000000 + i, :person, 'view', '2024-01-01T00:00:00Z', '/p/' || i, 'agent ' || (i % 50),
            json_object('i', i), '198.51.100.7' FROM s";
        let connection = Connection::open(copy).context("could not open the copy")?;
        heavy(*person, customers, events, |script| Ok(connection.execute_batch(script)?))?;
        connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").context("could not settle the copy")?;
    }
    Ok(())
}

/// A person with 100,000 events and nothing else.
fn heavy(person: i64, customers: u32, events: &str, run: impl Fn(&str) -> Result<()>) -> Result<()> {
    debug_assert!(person > i64::from(customers), "the heavy person is one more");
    let events = events.replace(":person", &person.to_string());
    run(&format!(
        "INSERT INTO customers SELECT {person}, 'heavy@example.test', full_name, phone, born_on, country, created_at,
             ltv_score FROM customers WHERE id = 1;
         INSERT INTO events {events};"
    ))
    .context("could not add the person with many events")
}

#[cfg(test)]
mod tests {
    use exeunt_testkit::Postgres;

    #[test]
    fn both_shops_have_the_promised_size() {
        let dir = tempfile::tempdir().unwrap();
        // 100 busy customers of 50 rows and 900 ordinary ones of 19.
        assert_eq!(super::make_sqlite(&dir.path().join("shop.db"), 1000).unwrap(), 22_100);
        let database = Postgres::shared().create_database().unwrap();
        assert_eq!(super::make_postgres(&database, 1000).unwrap(), 22_100);
    }
}
