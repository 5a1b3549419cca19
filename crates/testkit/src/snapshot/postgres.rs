//! Reads a PostgreSQL database into a snapshot. Cells are taken as PostgreSQL's own text, which is lossless.

use std::collections::BTreeMap;
use std::pin::pin;

use anyhow::{Context, Result, anyhow};
use futures_util::TryStreamExt;
use tokio_postgres::{Client, NoTls, SimpleQueryMessage, SimpleQueryRow};

use crate::snapshot::{Snapshot, Stored, by_content, digest};

/// What defines the state besides rows: `(what, definition)` of every object that is not PostgreSQL's own.
const SCHEMA: &str = include_str!("schema.sql");

/// Tables with rows of their own, and their keys in order.
const TABLES: &str = "
    SELECT c.oid::text, n.nspname, c.relname, coalesce(array_to_string(array(
        SELECT a.attname FROM pg_index i, unnest(i.indkey) WITH ORDINALITY k(number, place)
        JOIN pg_attribute a ON a.attnum = k.number
        WHERE i.indrelid = c.oid AND i.indisprimary AND a.attrelid = c.oid ORDER BY k.place), E'\\x01'), '')
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'm') AND n.nspname !~ '^(pg_|information_schema$)'
    ORDER BY 2, 3";

/// Works in async tests too: the connection lives on a thread of its own.
pub(crate) fn read(url: &str) -> Result<Snapshot> {
    let url = url.to_owned();
    let reading = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(connect_and_read(&url))
    });
    reading.join().map_err(|_| anyhow!("the reader panicked"))?
}

async fn connect_and_read(url: &str) -> Result<Snapshot> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.context("could not connect")?;
    let driver = tokio::spawn(connection);
    let snapshot = read_all(&client).await;
    drop(client);
    driver.await.context("the connection's task failed")?.context("the connection failed")?;
    snapshot
}

async fn read_all(client: &Client) -> Result<Snapshot> {
    client
        .batch_execute(
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL timezone = 'UTC';
             SET LOCAL datestyle = 'ISO, YMD'; SET LOCAL intervalstyle = 'postgres'; SET LOCAL bytea_output = 'hex';
             SET LOCAL extra_float_digits = 1; SET LOCAL search_path = pg_catalog; SET LOCAL row_security = off;",
        )
        .await
        .context("could not begin to read")?;
    let mut snapshot = Snapshot::default();
    let definitions: BTreeMap<String, String> = rows(client, SCHEMA)
        .await
        .context("could not read the schema")?
        .iter()
        .map(|row| (text(row, 0), text(row, 1)))
        .collect();
    snapshot.schema = definitions;
    sequences(client, &mut snapshot).await?;
    for table in rows(client, TABLES).await.context("could not list the tables")? {
        let (schema, name) = (text(&table, 1), text(&table, 2));
        let (columns, found) = read_table(client, &schema, &name, &text(&table, 3))
            .await
            .with_context(|| format!("could not read {schema}.{name}"))?;
        snapshot.add_table(format!("{schema}.{name}"), columns, found);
    }
    client.batch_execute("COMMIT").await.context("could not end reading")?;
    Ok(snapshot)
}

/// The catalog view hides whether a sequence was called, so each is asked itself.
async fn sequences(client: &Client, snapshot: &mut Snapshot) -> Result<()> {
    for row in rows(client, "SELECT schemaname, sequencename FROM pg_sequences").await? {
        let (schema, name) = (text(&row, 0), text(&row, 1));
        let state = format!("SELECT last_value, is_called FROM {}.{}", quoted(&schema), quoted(&name));
        for state in rows(client, &state).await? {
            let value = format!("{} {}", text(&state, 0), text(&state, 1));
            snapshot.schema.insert(format!("value-of-sequence {schema}.{name}"), value);
        }
    }
    Ok(())
}

async fn read_table(
    client: &Client,
    schema: &str,
    name: &str,
    keys: &str,
) -> Result<(Vec<String>, Vec<Stored>)> {
    let statement = format!("SELECT * FROM ONLY {}.{}", quoted(schema), quoted(name));
    let mut columns = Vec::new();
    let mut found = Vec::new();
    let keys: Vec<&str> = keys.split('\u{1}').filter(|key| !key.is_empty()).collect();
    // As a stream: a table may be larger than memory, its digests are not.
    let mut messages = pin!(client.simple_query_raw(&statement).await?);
    while let Some(message) = messages.try_next().await? {
        match message {
            SimpleQueryMessage::RowDescription(described) => {
                columns = described.iter().map(|column| column.name().to_owned()).collect();
            }
            SimpleQueryMessage::Row(row) => found.push(stored(&row, &columns, &keys)),
            _ => {}
        }
    }
    Ok((columns, found))
}

fn stored(row: &SimpleQueryRow, columns: &[String], keys: &[&str]) -> Stored {
    let cells: Vec<_> = (0..columns.len())
        .map(|index| row.get(index).map_or_else(|| digest(0, &[]), |value| digest(1, value.as_bytes())))
        .collect();
    let part = |key: &&str| {
        let index = columns.iter().position(|column| column == key)?;
        Some(format!("{}={}", columns[index], row.get(index)?))
    };
    let key = match keys {
        [] => by_content(&cells),
        keys => keys.iter().filter_map(part).collect::<Vec<_>>().join(" "),
    };
    Stored { key, cells }
}

async fn rows(client: &Client, query: &str) -> Result<Vec<SimpleQueryRow>> {
    let messages = client.simple_query(query).await?;
    Ok(messages
        .into_iter()
        .filter_map(|message| match message {
            SimpleQueryMessage::Row(row) => Some(row),
            _ => None,
        })
        .collect())
}

fn text(row: &SimpleQueryRow, index: usize) -> String {
    row.get(index).unwrap_or_default().to_owned()
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use crate::Postgres;
    use crate::snapshot::{Snapshot, postgres_hash};

    #[test]
    fn rows_taken_out_and_put_back_give_the_same_hash() {
        let database = Postgres::shared().create_database().unwrap();
        database
            .run(
                "CREATE TABLE t (id serial PRIMARY KEY, a numeric, at timestamptz, b bytea, c int[]);
                 CREATE TABLE log (line text); INSERT INTO log VALUES ('x'), ('x'), (NULL), ('');
                 INSERT INTO t (a, at, b, c) VALUES (1.50, '2026-01-01', '\\x00', '{1,NULL}'), (NULL, 'infinity', '', '{}');",
            )
            .unwrap();
        let before = postgres_hash(database.url()).unwrap();
        database.run("CREATE TEMP TABLE k AS TABLE t; DELETE FROM t; INSERT INTO t SELECT * FROM k ORDER BY id DESC").unwrap();
        assert_eq!(postgres_hash(database.url()).unwrap(), before);
        database.run("UPDATE t SET a = 1.5 WHERE id = 1").unwrap();
        assert_ne!(postgres_hash(database.url()).unwrap(), before, "a changed scale is a change");
    }

    #[tokio::test]
    async fn a_difference_is_told_by_table_key_and_column() {
        let database = Postgres::shared().create_database().unwrap();
        database
            .run(
                "CREATE TABLE \"Odd \"\"t\" (\"a\nb\" int, k text, v text, PRIMARY KEY (k, \"a\nb\"));
                 CREATE SEQUENCE s; CREATE TYPE mood AS ENUM ('ok');
                 INSERT INTO \"Odd \"\"t\" VALUES (1, 'x', NULL), (2, 'x', '');",
            )
            .unwrap();
        let before = Snapshot::of_postgres(database.url()).unwrap();
        database
            .run(
                "SELECT nextval('s'); ALTER TYPE mood ADD VALUE 'sad';
                 UPDATE \"Odd \"\"t\" SET v = '' WHERE v IS NULL; DELETE FROM \"Odd \"\"t\" WHERE \"a\nb\" = 2;
                 ALTER TABLE \"Odd \"\"t\" DISABLE TRIGGER ALL; CREATE INDEX i ON \"Odd \"\"t\" (v);",
            )
            .unwrap();
        let after = Snapshot::of_postgres(database.url()).unwrap();
        let told: Vec<String> = before.changes(&after).iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            [
                "+ index public.i",
                "~ type public.mood: definition",
                "~ value-of-sequence public.s: definition",
                "~ public.Odd \"t[k=x a\nb=1]: v",
                "- public.Odd \"t[k=x a\nb=2]",
            ]
        );
    }
}
