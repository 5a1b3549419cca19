//! The form of a backup, version 1: a tar archive, compressed with zstd, in one age file. Whoever has the key can look at it with
//! `age`, `zstd` and `tar`.
//!
//! ```text
//! backup.json                       what this is: version, release, schema, tables and their columns
//! home/…                            files of the home, as they lie there
//! checkpoints/<org_…>/log.vkey      the public keys of the logs
//! store/<table>/<number>.jsonl      rows, one JSON array a line; bytes in base 64
//! end.json                          how many of each there are
//! ```

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use exeunt_base::OrganizationId;
use exeunt_store::shape::{Kind, Table};
use exeunt_store::snapshot::Cell;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::backups::error::Error;

/// The version of this form.
pub const VERSION: u32 = 1;

/// The first file.
pub(super) const HEAD: &str = "backup.json";
/// The last one.
pub(super) const END: &str = "end.json";
/// Before the names of files of the home.
pub(super) const HOME: &str = "home/";
/// Before those that lie with the checkpoints.
pub(super) const CHECKPOINTS: &str = "checkpoints/";
/// Before rows.
pub(super) const STORE: &str = "store/";

/// What a backup is of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The version of the form.
    pub version: u32,
    /// The release that made it.
    pub made_by: String,
    /// When, RFC 3339.
    pub made_at: String,
    /// The version of the store's schema.
    pub schema: u64,
    /// Whose it is: id, name, and how many entries its log had at the least.
    pub organizations: Vec<Kept>,
    /// The tables of the store.
    pub tables: Vec<Table>,
}

/// An organization in a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Entries of its log, or a few more.
    pub log_entries: u64,
}

impl Head {
    /// The organizations' ids.
    pub(super) fn ids(&self) -> Result<Vec<OrganizationId>, Error> {
        let one =
            |kept: &Kept| kept.id.parse().map_err(|_| Error::NotWhole(String::from("an id in it is none")));
        self.organizations.iter().map(one).collect()
    }
}

/// What a backup holds, counted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct End {
    /// Files of the home.
    pub files: u64,
    /// Their bytes.
    pub file_bytes: u64,
    /// Rows by table; tables without any are left out.
    pub rows: BTreeMap<String, u64>,
}

/// A row as a line.
pub(super) fn line(row: &[Cell], out: &mut Vec<u8>) {
    let cells = row.iter().map(|cell| match cell {
        Cell::Null => Value::Null,
        Cell::Text(text) => Value::from(text.as_str()),
        Cell::Number(number) => Value::from(*number),
        Cell::Bytes(bytes) => Value::from(STANDARD.encode(bytes)),
    });
    out.extend_from_slice(Value::Array(cells.collect()).to_string().as_bytes());
    out.push(b'\n');
}

/// The rows of lines.
pub(super) fn rows(bytes: &[u8], table: &Table) -> Result<Vec<Vec<Cell>>, Error> {
    let broken = || Error::NotWhole(format!("a row of table {} cannot be read", table.name));
    let one = |line: &[u8]| {
        let values: Vec<Value> = serde_json::from_slice(line).map_err(|_| broken())?;
        if values.len() != table.columns.len() {
            return Err(broken());
        }
        values.into_iter().zip(&table.columns).map(|(value, column)| cell(value, column.kind)).collect()
    };
    let cell_lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    cell_lines.map(|line| one(line).map_err(|_: Error| broken())).collect()
}

fn cell(value: Value, kind: Kind) -> Result<Cell, Error> {
    let broken = || Error::NotWhole(String::from("a value is of another kind than its column"));
    Ok(match (value, kind) {
        (Value::Null, _) => Cell::Null,
        (Value::String(text), Kind::Text) => Cell::Text(text),
        (Value::Number(number), Kind::Number) => Cell::Number(number.as_i64().ok_or_else(broken)?),
        (Value::String(text), Kind::Bytes) => Cell::Bytes(STANDARD.decode(text).map_err(|_| broken())?),
        _ => return Err(broken()),
    })
}
