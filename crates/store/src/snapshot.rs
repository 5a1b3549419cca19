//! All that a store remembers as of one moment, read page by page while others go on writing.

use crate::change::Held;
use crate::connect::Store;
use crate::database::{Row, Value, made};
use crate::error::Error;
use crate::migrate;
use crate::rows::Reading;
use crate::shape::{self, Kind, Table, quoted};

/// Rows of a page: documents of plans are large, and all of a page is in memory.
const PAGE: usize = 200;

/// One value of a row. What is personal in it is sealed.
#[derive(Clone, PartialEq, Eq)]
pub enum Cell {
    /// No value.
    Null,
    /// Text.
    Text(String),
    /// A whole number.
    Number(i64),
    /// Bytes.
    Bytes(Vec<u8>),
}

impl std::fmt::Debug for Cell {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Cell")
    }
}

impl Cell {
    /// As a statement takes it; a missing one still has its column's kind.
    pub(crate) fn to_value(&self, kind: Kind) -> Value {
        match (self, kind) {
            (Self::Text(text), _) => Value::from(text.as_str()),
            (Self::Number(number), _) => Value::from(*number),
            (Self::Bytes(bytes), _) => Value::from(bytes.as_slice()),
            (Self::Null, Kind::Text) => Value::Text(None),
            (Self::Null, Kind::Number) => Value::Number(None),
            (Self::Null, Kind::Bytes) => Value::Bytes(None),
        }
    }
}

/// The moment.
pub struct Snapshot<'a> {
    connection: Held<'a>,
    /// The version of the schema.
    pub version: u64,
    /// The tables there are, parents before children.
    pub tables: Vec<Table>,
}

impl std::fmt::Debug for Snapshot<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Snapshot({} tables)", self.tables.len())
    }
}

impl Store {
    /// Holds the moment. On SQLite whoever shares this store's connection waits until it is dropped; other processes do not.
    pub async fn snapshot(&self) -> Result<Snapshot<'_>, Error> {
        let mut connection = Held(self.reader().await);
        connection.begin_reading().await.map_err(Error::while_doing("be read as it is now"))?;
        let version = migrate::version(&mut connection).await?;
        let tables = shape::tables(&mut connection).await?;
        Ok(Snapshot { connection, version, tables })
    }
}

impl Snapshot<'_> {
    /// The next rows of a table in the order of its key, after this row; none when there are no more. A table without a key is one
    /// page: it has no order to go on in.
    pub async fn page(&mut self, table: &Table, after: Option<&[Cell]>) -> Result<Vec<Vec<Cell>>, Error> {
        let list = |columns: &[String]| columns.join(", ");
        let all: Vec<String> = table.columns.iter().map(|column| quoted(&column.name)).collect();
        let key: Vec<String> = table.key().iter().map(|column| quoted(&column.name)).collect();
        let mut text = format!("SELECT {} FROM {}", list(&all), quoted(&table.name));
        if key.is_empty() {
            if after.is_some() {
                return Ok(Vec::new());
            }
            let rows = made(text).fetch_all(&mut self.connection).await;
            let rows = rows.map_err(Error::while_doing("be read as it was"))?;
            return rows.iter().map(|row| cells(row, table)).collect();
        }
        if after.is_some() {
            let places = crate::bulk::places(key.len());
            text.push_str(&format!(" WHERE ({}) > ({places})", list(&key)));
        }
        text.push_str(&format!(" ORDER BY {} LIMIT {PAGE}", list(&key)));
        let mut query = made(text);
        for column in table.key().into_iter().filter(|_| after.is_some()) {
            let place = table.columns.iter().position(|other| other.name == column.name);
            let cell = place.zip(after).and_then(|(place, row)| row.get(place)).unwrap_or(&Cell::Null);
            query = query.bind(cell.to_value(column.kind));
        }
        let rows = query.fetch_all(&mut self.connection).await;
        let rows = rows.map_err(Error::while_doing("be read as it was"))?;
        rows.iter().map(|row| cells(row, table)).collect()
    }

    /// Lets the moment go.
    pub async fn end(mut self) -> Result<(), Error> {
        self.connection.rollback().await.map_err(Error::while_doing("end reading"))
    }
}

fn cells(row: &Row, table: &Table) -> Result<Vec<Cell>, Error> {
    let reading = Reading { row, what: "row" };
    let one = |column: &shape::Column| {
        Ok(match column.kind {
            Kind::Text => reading.get::<Option<String>>(&column.name)?.map_or(Cell::Null, Cell::Text),
            Kind::Number => reading.get::<Option<i64>>(&column.name)?.map_or(Cell::Null, Cell::Number),
            Kind::Bytes => reading.get::<Option<Vec<u8>>>(&column.name)?.map_or(Cell::Null, Cell::Bytes),
        })
    };
    table.columns.iter().map(one).collect()
}
