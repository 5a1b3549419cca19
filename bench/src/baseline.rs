//! What the databases do by themselves, with their own bulk statements: the measure of everything else.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::{Context, Result};
use futures_util::TryStreamExt;
use rusqlite::Connection;
use rusqlite::types::ValueRef;
use tokio::runtime::Runtime;
use tokio_postgres::{Client, NoTls};

use crate::scenario::{Contender, Place, Task, Work};
use crate::shop::TABLES;

/// One statement a table, all in one transaction; one CSV file a table. Connections are kept from task to task.
#[derive(Default)]
pub(crate) struct Baseline {
    open: Option<Open>,
}

enum Open {
    Postgres { url: String, runtime: Runtime, client: Box<Client> },
    Sqlite { connection: Connection },
}

impl Contender for Baseline {
    fn name(&self) -> &'static str {
        "bulk statements"
    }

    fn prepare(&mut self, place: &Place, task: &Task) -> Result<()> {
        let people = task.people();
        match place {
            Place::Postgres { url, .. } => {
                if !matches!(&self.open, Some(Open::Postgres { url: known, .. }) if known == url) {
                    self.open = Some(connect(url)?);
                }
            }
            Place::Sqlite { file, .. } => {
                let connection = Connection::open(file).context("could not open the shop")?;
                connection.execute_batch(
                    "PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL; PRAGMA cache_size = -262144;
                     PRAGMA temp_store = MEMORY;",
                )?;
                self.open = Some(Open::Sqlite { connection });
            }
        }
        // The people, where the statements find them.
        let rows: Vec<String> = people.iter().map(|id| format!("({id})")).collect();
        let wave = format!(
            "DROP TABLE IF EXISTS wave; CREATE TEMP TABLE wave (id bigint PRIMARY KEY); INSERT INTO wave VALUES {};
             ANALYZE wave;",
            rows.join(",")
        );
        let script = match task {
            Task::Erase(_) | Task::Export(_) => wave,
            Task::Restore(_) => format!("{wave} {}", set_aside(task)),
        };
        match self.open.as_ref().context("no connection")? {
            Open::Postgres { runtime, client, .. } => runtime.block_on(client.batch_execute(&script))?,
            Open::Sqlite { connection } => connection.execute_batch(&script)?,
        }
        Ok(())
    }

    fn run(&mut self, place: &Place, task: &Task) -> Result<Work> {
        let rows = match (self.open.as_mut().context("no connection")?, task) {
            (Open::Postgres { runtime, client, .. }, Task::Erase(_)) => {
                runtime.block_on(erase_postgres(client, task))?
            }
            (Open::Postgres { runtime, client, .. }, Task::Export(_)) => {
                runtime.block_on(export_postgres(client, place.dir(), task))?
            }
            (Open::Postgres { runtime, client, .. }, Task::Restore(_)) => {
                runtime.block_on(put_back_postgres(client))?
            }
            (Open::Sqlite { connection }, Task::Restore(_)) => put_back_sqlite(connection)?,
            (Open::Sqlite { connection }, Task::Erase(_)) => erase_sqlite(connection, task)?,
            (Open::Sqlite { connection }, Task::Export(_)) => export_sqlite(connection, place.dir(), task)?,
        };
        Ok(Work { rows })
    }
}

fn connect(url: &str) -> Result<Open> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let (client, connection) =
        runtime.block_on(tokio_postgres::connect(url, NoTls)).context("could not connect")?;
    // Its errors come out at the client's calls as well.
    runtime.spawn(connection);
    Ok(Open::Postgres { url: url.to_owned(), runtime, client: Box::new(client) })
}

/// Which rows of a table are these people's, in the form the planner does best with: one person by value, many by a
/// table of them.
fn theirs(table: &str, task: &Task) -> String {
    let them = match task.people() {
        [person] => format!("= {person}"),
        _ => "IN (SELECT id FROM wave)".to_owned(),
    };
    match table {
        "messages" => format!("sender_id {them} OR recipient_id {them}"),
        "order_items" => format!("order_id IN (SELECT id FROM orders WHERE customer_id {them})"),
        "customers" => format!("id {them}"),
        _ => format!("customer_id {them}"),
    }
}

/// Copies these people's rows into tables of their own and deletes them.
fn set_aside(task: &Task) -> String {
    let mut script = String::from("BEGIN;");
    for table in TABLES {
        let theirs = theirs(table, task);
        script.push_str(&format!(
            "DROP TABLE IF EXISTS aside_{table}; CREATE TABLE aside_{table} AS SELECT * FROM {table} WHERE {theirs};"
        ));
    }
    for table in TABLES {
        script.push_str(&format!("DELETE FROM {table} WHERE {};", theirs(table, task)));
    }
    script + "COMMIT;"
}

fn put_back(table: &str) -> String {
    format!("INSERT INTO {table} SELECT * FROM aside_{table}")
}

async fn put_back_postgres(client: &mut Client) -> Result<u64> {
    let transaction = client.transaction().await?;
    let mut rows = 0;
    for table in TABLES.iter().rev() {
        rows += transaction.execute(&put_back(table), &[]).await?;
    }
    transaction.commit().await?;
    Ok(rows)
}

fn put_back_sqlite(connection: &mut Connection) -> Result<u64> {
    let transaction = connection.transaction()?;
    let mut rows = 0;
    for table in TABLES.iter().rev() {
        rows += transaction.execute(&put_back(table), [])?;
    }
    transaction.commit()?;
    Ok(rows as u64)
}

async fn erase_postgres(client: &mut Client, task: &Task) -> Result<u64> {
    let transaction = client.transaction().await?;
    let mut rows = 0;
    for table in TABLES {
        rows +=
            transaction.execute(&format!("DELETE FROM {table} WHERE {}", theirs(table, task)), &[]).await?;
    }
    transaction.commit().await?;
    Ok(rows)
}

fn erase_sqlite(connection: &mut Connection, task: &Task) -> Result<u64> {
    let transaction = connection.transaction()?;
    let mut rows = 0;
    for table in TABLES {
        rows += transaction.execute(&format!("DELETE FROM {table} WHERE {}", theirs(table, task)), [])?;
    }
    transaction.commit()?;
    Ok(rows as u64)
}

async fn export_postgres(client: &mut Client, dir: &Path, task: &Task) -> Result<u64> {
    let mut rows = 0;
    for table in TABLES {
        let mut file = create(dir, table)?;
        let copy =
            format!("COPY (SELECT * FROM {table} WHERE {}) TO STDOUT (FORMAT csv)", theirs(table, task));
        let mut stream = std::pin::pin!(client.copy_out(&copy).await?);
        while let Some(bytes) = stream.try_next().await? {
            // PostgreSQL sends one row a message.
            rows += 1;
            file.write_all(&bytes)?;
        }
        finish(file)?;
    }
    Ok(rows)
}

fn export_sqlite(connection: &Connection, dir: &Path, task: &Task) -> Result<u64> {
    let mut count = 0;
    for table in TABLES {
        let mut writer = csv::Writer::from_writer(create(dir, table)?);
        let mut statement =
            connection.prepare(&format!("SELECT * FROM {table} WHERE {}", theirs(table, task)))?;
        let columns = statement.column_count();
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            for index in 0..columns {
                match row.get_ref(index)? {
                    ValueRef::Null => writer.write_field("")?,
                    ValueRef::Integer(number) => writer.write_field(number.to_string())?,
                    ValueRef::Real(number) => writer.write_field(number.to_string())?,
                    ValueRef::Text(bytes) | ValueRef::Blob(bytes) => writer.write_field(bytes)?,
                }
            }
            writer.write_record(None::<&[u8]>)?;
            count += 1;
        }
        finish(writer.into_inner().map_err(|error| error.into_error())?)?;
    }
    Ok(count)
}

fn create(dir: &Path, table: &str) -> Result<BufWriter<File>> {
    let file = File::create(dir.join(format!("{table}.csv"))).context("could not make a file")?;
    Ok(BufWriter::with_capacity(1 << 18, file))
}

fn finish(file: BufWriter<File>) -> Result<()> {
    let file = file.into_inner().map_err(|error| error.into_error())?;
    file.sync_all().context("could not make a file durable")
}

#[cfg(test)]
mod tests {
    use exeunt_testkit::Postgres;

    use super::Baseline;
    use crate::scenario::{Contender, Place, Task};
    use crate::shop;

    /// 100 busy people of 50 rows; one ordinary one of 19, with the message got.
    fn check(place: &Place) {
        let mut baseline = Baseline::default();
        let wave: Vec<i64> = (1..=1000).filter(|id| id % 10 == 0).collect();
        let mut rows = |task: &Task| {
            baseline.prepare(place, task).unwrap();
            baseline.run(place, task).unwrap().rows
        };
        assert_eq!(rows(&Task::Restore(vec![31])), 20);
        assert_eq!(rows(&Task::Export(wave.clone())), 5000);
        assert_eq!(rows(&Task::Erase(wave.clone())), 5000);
        assert_eq!(rows(&Task::Export(wave)), 0);
        assert_eq!(rows(&Task::Erase(vec![21])), 20);
    }

    #[test]
    fn postgresql_erases_and_exports_all_of_a_wave() {
        let dir = tempfile::tempdir().unwrap();
        let server = Postgres::shared();
        let database = server.create_database().unwrap();
        shop::make_postgres(&database, 1000).unwrap();
        let url = database.url().to_owned();
        check(&Place::Postgres { url, server: server.pid().unwrap(), dir: dir.path().to_owned() });
    }

    #[test]
    fn sqlite_erases_and_exports_all_of_a_wave() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("shop.db");
        shop::make_sqlite(&file, 1000).unwrap();
        check(&Place::Sqlite { file, dir: dir.path().to_owned() });
    }
}
