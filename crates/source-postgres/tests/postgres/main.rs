//! The connector against a real, throw-away server.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod errors;
mod journals;
mod reads;
mod schema;
mod scrubs;
mod strikes;
mod tls;
mod values;

use exeunt_base::{Cell, Name, Row, TableRef};
use exeunt_source::{KeyBy, Source};
use exeunt_source_postgres::{Postgres, Settings};
use exeunt_testkit::Database;

/// The connector, on a fresh database made by a script.
async fn source(database: &Database<'_>) -> Postgres {
    Postgres::connect(&Settings::from_url(database.url())).await.unwrap()
}

fn database(script: &str) -> Database<'static> {
    let database = exeunt_testkit::Postgres::shared().create_database().unwrap();
    database.run(script).unwrap();
    database
}

fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

fn names(text: &str) -> Vec<Name> {
    text.split_whitespace().map(name).collect()
}

fn table(text: &str) -> TableRef {
    TableRef { schema: name("public"), name: name(text) }
}

fn key(text: &str) -> KeyBy {
    KeyBy::Columns(names(text))
}

fn ints(numbers: impl IntoIterator<Item = i64>) -> Vec<Row> {
    numbers.into_iter().map(|number| vec![Cell::Int(number)]).collect()
}

/// All columns of a table that can be written.
async fn written(source: &Postgres, of: &TableRef) -> Vec<Name> {
    let catalog = source.describe().await.unwrap();
    catalog.table(of).unwrap().written_columns().map(|column| column.name.clone()).collect()
}
