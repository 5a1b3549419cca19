//! One table: columns, keys, references, triggers.

use exeunt_base::{Fault, FaultKind, Name, TableRef};
use exeunt_source::catalog::{Column, ForeignKey, Generated, Rule, Table, TableSort, Unique};
use rusqlite::Connection;

use crate::describe::definition::{self, Definition};
use crate::describe::{DOING, Listed, Schema, kinds, named, table_ref, trigger};
use crate::error::fault;

/// Describes a table.
pub(crate) fn describe(connection: &Connection, schema: &Schema, listed: &Listed) -> Result<Table, Fault> {
    let name = table_ref(&listed.name)?;
    let is_remote = listed.sort == "virtual";
    let (mut columns, keyed) = match columns(connection, &listed.name) {
        // A module we do not have: listed all the same, without columns.
        Err(fault) if is_remote && fault.kind == FaultKind::Missing => (Vec::new(), Vec::new()),
        read => read?,
    };
    let names: Vec<Name> = columns.iter().map(|column| column.name.clone()).collect();
    let definition = definition::read(schema.definition(&listed.name), &names);
    let sort = match listed.sort.as_str() {
        "virtual" => TableSort::Remote(definition.module.clone().unwrap_or_else(|| "virtual".into())),
        "shadow" => TableSort::Remote("shadow".into()),
        _ => TableSort::Ordinary,
    };
    let mut table = Table {
        name,
        sort,
        columns: Vec::new(),
        primary_key: keyed.clone(),
        uniques: Vec::new(),
        foreign_keys: Vec::new(),
        checks: definition.checks.clone(),
        triggers: Vec::new(),
        hazards: Vec::new(),
        estimated_rows: None,
    };
    if !is_remote {
        let indexes = indexes(connection, &listed.name, &definition)?;
        // An INTEGER PRIMARY KEY is the row id itself and has no index.
        let is_rowid = !keyed.is_empty() && !indexes.iter().any(|index| index.origin == "pk");
        for column in columns.iter_mut().filter(|column| keyed.contains(&column.name)) {
            if is_rowid && !listed.without_rowid {
                column.generated = Generated::IdentityByDefault;
            }
            column.not_null |= is_rowid || listed.without_rowid;
        }
        for index in indexes {
            if index.origin != "pk" {
                table.uniques.push(index.unique);
            } else if !index.unique.whole {
                // It tells rows apart that a comparison of its columns does not.
                table.primary_key.clear();
            }
        }
        table.foreign_keys = foreign_keys(connection, schema, &table.name, &definition)?;
        table.estimated_rows = estimate(connection, schema, listed);
    }
    table.columns = columns;
    let spelled = |name: &str| schema.spelled(name);
    for (name, text) in schema.triggers.get(&listed.name.to_ascii_lowercase()).into_iter().flatten() {
        table.triggers.push(trigger::read(named(name)?, text, &spelled));
    }
    Ok(table)
}

/// Columns, and those of the primary key in key order.
fn columns(connection: &Connection, table: &str) -> Result<(Vec<Column>, Vec<Name>), Fault> {
    let list = |error: rusqlite::Error| fault(DOING, &error);
    let mut statement = connection
        .prepare(
            "SELECT name, type, \"notnull\", dflt_value, pk, hidden FROM pragma_table_xinfo(?1, 'main') ORDER BY cid",
        )
        .map_err(list)?;
    let mut rows = statement.query([table]).map_err(list)?;
    let (mut columns, mut keyed) = (Vec::new(), Vec::new());
    while let Some(row) = rows.next().map_err(list)? {
        let hidden: i64 = row.get(5).map_err(list)?;
        // Hidden columns of virtual tables are arguments, not data.
        if hidden == 1 {
            continue;
        }
        let name = named(&row.get::<_, String>(0).map_err(list)?)?;
        let declared: String = row.get(1).map_err(list)?;
        let type_name = declared.trim_end_matches("GENERATED ALWAYS").trim_end().to_owned();
        let place: i64 = row.get(4).map_err(list)?;
        if place > 0 {
            keyed.push((place, name.clone()));
        }
        columns.push(Column {
            name,
            kind: kinds::kind(&type_name),
            type_name,
            not_null: row.get(2).map_err(list)?,
            default: row.get(3).map_err(list)?,
            generated: if hidden > 1 { Generated::Computed } else { Generated::No },
        });
    }
    keyed.sort();
    Ok((columns, keyed.into_iter().map(|(_, name)| name).collect()))
}

struct Index {
    origin: String,
    unique: Unique,
}

/// Unique indexes.
fn indexes(connection: &Connection, table: &str, definition: &Definition) -> Result<Vec<Index>, Fault> {
    let list = |error: rusqlite::Error| fault(DOING, &error);
    let mut statement = connection
        .prepare(
            "SELECT name, origin, partial FROM pragma_index_list(?1, 'main') WHERE \"unique\" ORDER BY name",
        )
        .map_err(list)?;
    let found = statement
        .query_map([table], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .and_then(Iterator::collect::<rusqlite::Result<Vec<(String, String, bool)>>>)
        .map_err(list)?;
    let mut parts = connection
        .prepare("SELECT name, coll FROM pragma_index_xinfo(?1, 'main') WHERE key ORDER BY seqno")
        .map_err(list)?;
    let mut indexes = Vec::new();
    for (name, origin, partial) in found {
        let parts = parts
            .query_map([&name], |row| Ok((row.get(0)?, row.get(1)?)))
            .and_then(Iterator::collect::<rusqlite::Result<Vec<(Option<String>, String)>>>)
            .map_err(list)?;
        let mut whole = !partial;
        let mut columns = Vec::new();
        for (column, collation) in parts {
            let Some(column) = column else {
                whole = false;
                continue;
            };
            // Rows are named by comparing columns, so the column must not find equal what the index tells apart.
            let own =
                definition.collations.get(&column.to_ascii_lowercase()).map_or("binary", String::as_str);
            whole &= own == "binary" || own.eq_ignore_ascii_case(&collation);
            columns.push(named(&column)?);
        }
        indexes.push(Index { origin, unique: Unique { name, columns, whole } });
    }
    Ok(indexes)
}

fn foreign_keys(
    connection: &Connection,
    schema: &Schema,
    table: &TableRef,
    definition: &Definition,
) -> Result<Vec<ForeignKey>, Fault> {
    let list = |error: rusqlite::Error| fault(DOING, &error);
    let mut statement = connection
        .prepare(
            "SELECT f.id, f.\"table\", f.\"from\", f.on_delete, coalesce(f.\"to\", (SELECT name
                 FROM pragma_table_xinfo(f.\"table\", 'main') WHERE pk = f.seq + 1), '')
             FROM pragma_foreign_key_list(?1, 'main') AS f ORDER BY f.id DESC, f.seq",
        )
        .map_err(list)?;
    let mut rows = statement.query([table.name.as_str()]).map_err(list)?;
    let mut found: Vec<(i64, ForeignKey)> = Vec::new();
    while let Some(row) = rows.next().map_err(list)? {
        let id: i64 = row.get(0).map_err(list)?;
        let text = |column: usize| row.get::<_, String>(column).map_err(list);
        let (to, from, rule, there) = (text(1)?, named(&text(2)?)?, text(3)?, text(4)?);
        if found.last().is_none_or(|(last, _)| *last != id) {
            let clause = definition.references.get(found.len());
            let to = TableRef {
                schema: table.schema.clone(),
                name: schema.spelled(&to).map_or_else(|| named(&to), Ok)?,
            };
            found.push((
                id,
                ForeignKey {
                    name: clause.and_then(|clause| clause.name.clone()).unwrap_or_default(),
                    columns: Vec::new(),
                    to,
                    to_columns: Vec::new(),
                    on_delete: rule_of(&rule),
                    deferrable: clause.is_some_and(|clause| clause.deferred),
                    enforced: true,
                },
            ));
        }
        if let Some((_, key)) = found.last_mut() {
            key.columns.push(from);
            // A table that is not there has no columns either.
            if !there.is_empty() {
                key.to_columns.push(named(&there)?);
            }
        }
    }
    let keys = found.into_iter().map(|(_, mut key)| {
        if key.name.is_empty() {
            let columns: Vec<&str> = key.columns.iter().map(Name::as_str).collect();
            key.name = format!("{}_{}_fkey", table.name.as_str(), columns.join("_"));
        }
        key
    });
    Ok(keys.collect())
}

fn rule_of(text: &str) -> Rule {
    match text {
        "CASCADE" => Rule::Cascade,
        "SET NULL" => Rule::SetNull,
        "SET DEFAULT" => Rule::SetDefault,
        _ => Rule::Refuse,
    }
}

/// What ANALYZE counted, else the greatest row id as far as the file has room for so many rows.
fn estimate(connection: &Connection, schema: &Schema, listed: &Listed) -> Option<u64> {
    if let Some(counted) = schema.counted.get(&listed.name.to_ascii_lowercase()) {
        return Some(*counted);
    }
    if listed.without_rowid {
        return None;
    }
    let mut sql = exeunt_source::sql::Sql::new(exeunt_source::sql::Dialect::Sqlite);
    sql.put("SELECT max(t.rowid) FROM ").table(&table_ref(&listed.name).ok()?).put(" AS t");
    let greatest = connection.query_row(&sql.finish().text, [], |row| row.get::<_, Option<i64>>(0)).ok()?;
    Some(u64::try_from(greatest.unwrap_or(0)).unwrap_or(0).min(schema.most_rows))
}
