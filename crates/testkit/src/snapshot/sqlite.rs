//! Reads a SQLite database into a snapshot.

use std::path::Path;

use anyhow::{Context, Result};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};

use crate::snapshot::{Snapshot, Stored, by_content, digest};

pub(crate) fn read(path: &Path) -> Result<Snapshot> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags)
        .with_context(|| format!("could not open {}", path.display()))?;
    // One transaction: one state.
    let transaction = connection.transaction().context("could not begin to read")?;
    let mut snapshot = Snapshot::default();
    for pragma in ["encoding", "user_version", "application_id"] {
        let value = transaction.query_row(&format!("PRAGMA {pragma}"), [], |row| {
            Ok(match row.get_ref(0)? {
                ValueRef::Integer(number) => number.to_string(),
                ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
                _ => String::new(),
            })
        })?;
        snapshot.schema.insert(format!("pragma {pragma}"), value);
    }
    let mut tables = Vec::new();
    let mut schema = transaction.prepare("SELECT type, name, coalesce(sql, '') FROM sqlite_schema")?;
    let mut rows = schema.query([])?;
    while let Some(row) = rows.next()? {
        let (kind, name, sql): (String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        // Statistics are not state: ANALYZE may run at any time.
        if name.starts_with("sqlite_stat") {
            continue;
        }
        snapshot.schema.insert(format!("{kind} main.{name}"), sql);
        if kind == "table" {
            tables.push(name);
        }
    }
    for name in tables {
        let (columns, rows) = table(&transaction, &name).with_context(|| format!("could not read {name}"))?;
        snapshot.add_table(format!("main.{name}"), columns, rows);
    }
    Ok(snapshot)
}

fn table(connection: &Connection, name: &str) -> Result<(Vec<String>, Vec<Stored>)> {
    let mut keys: Vec<(i64, String)> = connection
        .prepare("SELECT pk, name FROM pragma_table_xinfo(?1) WHERE pk > 0")?
        .query_map([name], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    keys.sort();
    if name == "sqlite_sequence" {
        keys = vec![(1, "name".into())];
    }
    let mut statement = connection.prepare(&format!("SELECT * FROM \"{}\"", name.replace('"', "\"\"")))?;
    let columns: Vec<String> = statement.column_names().into_iter().map(str::to_owned).collect();
    let mut found = Vec::new();
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let mut cells = Vec::with_capacity(columns.len());
        for index in 0..columns.len() {
            cells.push(match row.get_ref(index)? {
                ValueRef::Null => digest(0, &[]),
                ValueRef::Integer(number) => digest(1, &number.to_be_bytes()),
                ValueRef::Real(number) => digest(2, &number.to_bits().to_be_bytes()),
                ValueRef::Text(text) => digest(3, text),
                ValueRef::Blob(bytes) => digest(4, bytes),
            });
        }
        let mut parts = Vec::new();
        for (_, key) in &keys {
            let value = match row.get_ref(key.as_str())? {
                ValueRef::Null => "NULL".into(),
                ValueRef::Integer(number) => number.to_string(),
                ValueRef::Real(number) => number.to_string(),
                ValueRef::Text(text) => format!("'{}'", String::from_utf8_lossy(text)),
                ValueRef::Blob(bytes) => format!("x'{}'", exeunt_base::hex::encode(bytes)),
            };
            parts.push(format!("{key}={value}"));
        }
        let key = if keys.is_empty() { by_content(&cells) } else { parts.join(" ") };
        found.push(Stored { key, cells });
    }
    Ok((columns, found))
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use crate::snapshot::{Snapshot, sqlite_hash};

    fn database(script: &str) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        Connection::open(file.path()).unwrap().execute_batch(script).unwrap();
        file
    }

    const ROWS: &str = "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a, b);
        CREATE TABLE log (line); INSERT INTO log VALUES ('x'), ('x'), (NULL);
        INSERT INTO t VALUES (1, 'a', 1), (2, NULL, x'31'), (3, 'c', 1.0);";

    #[test]
    fn rows_taken_out_and_put_back_give_the_same_hash() {
        let file = database(ROWS);
        let before = sqlite_hash(file.path()).unwrap();
        let connection = Connection::open(file.path()).unwrap();
        connection.execute_batch("DELETE FROM t WHERE id = 2; DELETE FROM log;").unwrap();
        assert_ne!(sqlite_hash(file.path()).unwrap(), before);
        connection
            .execute_batch(
                "INSERT INTO t VALUES (2, NULL, x'31'); INSERT INTO log VALUES (NULL), ('x'), ('x')",
            )
            .unwrap();
        assert_eq!(sqlite_hash(file.path()).unwrap(), before);
    }

    #[test]
    fn a_difference_is_told_by_table_key_and_column() {
        let file = database(ROWS);
        let before = Snapshot::of_sqlite(file.path()).unwrap();
        let connection = Connection::open(file.path()).unwrap();
        connection
            .execute_batch(
                "UPDATE t SET b = '1' WHERE id = 1; DELETE FROM t WHERE id = 3;
                 INSERT INTO t (a) VALUES ('d'); CREATE INDEX i ON t (a);",
            )
            .unwrap();
        let after = Snapshot::of_sqlite(file.path()).unwrap();
        let told: Vec<String> = before.changes(&after).iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            [
                "+ index main.i",
                "~ main.sqlite_sequence[name='t']: seq",
                "~ main.t[id=1]: b",
                "- main.t[id=3]",
                "+ main.t[id=4]"
            ]
        );
    }
}
