//! What tables a store has, as its database tells: a copy is complete whatever later releases add.

use serde::{Deserialize, Serialize};

use crate::database::Connection;
use crate::error::Error;
use crate::rows::Reading;

/// One table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its columns, in the order of their making.
    pub columns: Vec<Column>,
}

/// One column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: Kind,
    /// Its place in the key, from 1 on; 0 when it is no part of it.
    pub key: u64,
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Text.
    Text,
    /// A whole number.
    Number,
    /// Bytes.
    Bytes,
}

impl Table {
    /// The columns of its key, in the key's order; none when it has no key.
    pub(crate) fn key(&self) -> Vec<&Column> {
        let mut key: Vec<&Column> = self.columns.iter().filter(|column| column.key > 0).collect();
        key.sort_by_key(|column| column.key);
        key
    }
}

/// A name of our own as it stands in a statement.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// The tables that hold what a store remembers, parents before children, as they were made.
pub(crate) async fn tables(connection: &mut Connection) -> Result<Vec<Table>, Error> {
    let doing = "read which tables it has";
    let damaged = |why: String| Error::Damaged { what: "control store", why };
    let mut found: Vec<Table> = Vec::new();
    for row in connection.columns().await.map_err(Error::while_doing(doing))? {
        let reading = Reading { row: &row, what: "control store" };
        let (table, name): (String, String) = (reading.get("table_name")?, reading.get("name")?);
        let word: String = reading.get("kind")?;
        let kind = match word.to_ascii_lowercase().as_str() {
            "text" => Kind::Text,
            "bigint" => Kind::Number,
            "blob" | "bytea" => Kind::Bytes,
            other => return Err(damaged(format!("column {table}.{name} is of the type {other}"))),
        };
        let column = Column { name, kind, key: reading.count("key")? };
        match found.last_mut() {
            Some(last) if last.name == table => last.columns.push(column),
            _ => found.push(Table { name: table, columns: vec![column] }),
        }
    }
    // the version is not a memory: it says how the others are shaped
    found.retain(|table| table.name != "schema_version");
    Ok(found)
}
