//! A shop with every shape that makes erasing hard: a household sharing an address, messages between customers, votes on
//! things of two kinds, invoices kept ten years, trees, a cycle, composite keys, a table without a key holding equal
//! rows, generated columns, a counter kept by triggers, a view, types of PostgreSQL's own, and a hostile name.
//!
//! Thirteen tables, the same rows on both databases. Whatever is about a person is a canary.

mod rows;

use std::path::Path;

use anyhow::{Context, Result};

use crate::postgres::Database;

/// The tables, parents before children (the cycle `customers.last_order_id` aside).
pub const TABLES: [&str; 13] = [
    "addresses",
    "customers",
    "customer_addresses",
    "categories",
    "products",
    "orders",
    "order_items",
    "invoices",
    "messages",
    "comments",
    "votes",
    "access_log",
    HOSTILE_TABLE,
];

/// A table whose name is an attack, with columns to match.
pub const HOSTILE_TABLE: &str = "odd \"table\"; drop";

/// The shop's schema for PostgreSQL.
pub const POSTGRES_SCHEMA: &str = include_str!("shop/postgres.sql");

/// The shop's schema for SQLite.
pub const SQLITE_SCHEMA: &str = include_str!("shop/sqlite.sql");

/// A data map for the shop, source `shop`, fit for both databases: rows deleted, anonymized, kept and re-pointed.
pub const MAP: &str = include_str!("shop/map.yaml");

/// Makes the shop in an empty or missing SQLite file, with so many customers (at least 10).
pub fn install_sqlite(path: &Path, people: u32) -> Result<()> {
    let connection = rusqlite::Connection::open(path).context("could not open the shop's file")?;
    let rows = rows::script(rows::Dialect::Sqlite, people);
    let script = format!("PRAGMA foreign_keys = ON; {SQLITE_SCHEMA} BEGIN; {rows} COMMIT;");
    connection.execute_batch(&script).context("could not make the shop")
}

/// Makes the shop in an empty PostgreSQL database, with so many customers (at least 10).
pub fn install_postgres(database: &Database<'_>, people: u32) -> Result<()> {
    let rows = rows::script(rows::Dialect::Postgres, people);
    database
        .run(&format!("BEGIN; {POSTGRES_SCHEMA} {rows} COMMIT; ANALYZE;"))
        .context("could not make the shop")?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use crate::search::{Search, search_dir};
    use crate::snapshot::Snapshot;
    use crate::{Postgres, canary, shop};

    #[test]
    fn both_shops_hold_the_same_number_of_rows() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("shop.db");
        shop::install_sqlite(&file, 20).unwrap();
        let database = Postgres::shared().create_database().unwrap();
        shop::install_postgres(&database, 20).unwrap();

        let count = |snapshot: &Snapshot| {
            let named = snapshot.tables().into_iter();
            let plain = named.map(|(name, rows)| (name.split_once('.').unwrap().1.to_owned(), rows));
            plain.filter(|(name, _)| name != "sqlite_sequence").collect::<Vec<_>>()
        };
        let sqlite = count(&Snapshot::of_sqlite(&file).unwrap());
        assert_eq!(sqlite, count(&Snapshot::of_postgres(database.url()).unwrap()));
        assert_eq!(sqlite.len(), 13);
        assert!(sqlite.iter().all(|(_, rows)| *rows > 0), "{sqlite:?}");
        let violations = "SELECT count(*) FROM pragma_foreign_key_check";
        let broken: i64 =
            Connection::open(&file).unwrap().query_row(violations, [], |row| row.get(0)).unwrap();
        assert_eq!(broken, 0);
    }

    #[test]
    fn the_same_shop_is_made_each_time_and_the_counter_is_right() {
        let dir = tempfile::tempdir().unwrap();
        let (one, two) = (dir.path().join("1.db"), dir.path().join("2.db"));
        shop::install_sqlite(&one, 12).unwrap();
        shop::install_sqlite(&two, 12).unwrap();
        assert_eq!(crate::sqlite_hash(&one).unwrap(), crate::sqlite_hash(&two).unwrap());
        let wrong = "SELECT count(*) FROM customers c WHERE message_count <>
            (SELECT count(*) FROM messages WHERE sender_id = c.id)";
        let wrong: i64 = Connection::open(&one).unwrap().query_row(wrong, [], |row| row.get(0)).unwrap();
        assert_eq!(wrong, 0);
    }

    #[test]
    fn the_map_is_a_map() {
        let map = exeunt_datamap::parse(&[("shop.yaml".into(), shop::MAP.into())]);
        let map = map.unwrap_or_else(|errors| panic!("{errors}"));
        let models: usize = map.sources.values().map(|source| source.models.len()).sum();
        assert_eq!(models, 11);
    }

    #[test]
    fn everybody_can_be_found_by_their_canary() {
        let dir = tempfile::tempdir().unwrap();
        shop::install_sqlite(&dir.path().join("shop.db"), 10).unwrap();
        assert!(search_dir(dir.path()).unwrap().len() > 100);
        for person in 1..=10 {
            let found = Search::for_texts(&[&canary::word("email", person)]).dir(dir.path()).unwrap();
            assert!(!found.is_empty(), "person {person}");
        }
    }
}
