//! The live schema, from SQLite's own tables of it.

mod definition;
mod kinds;
mod table;
mod tokens;
mod trigger;

use std::collections::HashMap;

use exeunt_base::{Fault, FaultKind, Name, TableRef};
use exeunt_source::Catalog;
use exeunt_source::catalog::View;
use rusqlite::Connection;

use crate::error::fault;

const DOING: &str = "read the schema";

/// Reads the schema `main`. SQLite's own tables are left out.
pub(crate) fn describe(connection: &Connection) -> Result<Catalog, Fault> {
    let schema = Schema::read(connection)?;
    let mut catalog = Catalog {
        product: format!("SQLite {}", rusqlite::version()),
        default_schema: Some(named("main")?),
        ..Catalog::default()
    };
    for listed in &schema.tables {
        if listed.sort == "view" {
            catalog.views.push(View {
                name: table_ref(&listed.name)?,
                materialized: false,
                reads: schema.reads(&listed.name)?,
            });
        } else {
            catalog.tables.push(table::describe(connection, &schema, listed)?);
        }
    }
    catalog.tables.sort_by(|one, two| one.name.cmp(&two.name));
    catalog.views.sort_by(|one, two| one.name.cmp(&two.name));
    Ok(catalog)
}

/// What `sqlite_schema` and `table_list` say of everything.
pub(crate) struct Schema {
    pub(crate) tables: Vec<Listed>,
    /// Definitions of tables and views, by name in lower case.
    definitions: HashMap<String, String>,
    /// Triggers by the table they are on, in lower case: name and definition.
    pub(crate) triggers: HashMap<String, Vec<(String, String)>>,
    /// Rows by table in lower case, as ANALYZE last counted them.
    pub(crate) counted: HashMap<String, u64>,
    /// More rows than this do not fit into the file.
    pub(crate) most_rows: u64,
}

/// A line of `table_list`.
pub(crate) struct Listed {
    pub(crate) name: String,
    pub(crate) sort: String,
    pub(crate) without_rowid: bool,
}

impl Schema {
    fn read(connection: &Connection) -> Result<Self, Fault> {
        let list = |error: rusqlite::Error| fault(DOING, &error);
        let mut tables = Vec::new();
        let mut statement = connection
            .prepare("SELECT name, type, wr FROM pragma_table_list WHERE schema = 'main'")
            .map_err(list)?;
        let mut rows = statement.query([]).map_err(list)?;
        while let Some(row) = rows.next().map_err(list)? {
            let name: String = row.get(0).map_err(list)?;
            // A prefix nobody else may use.
            if name.get(..7).is_some_and(|prefix| prefix.eq_ignore_ascii_case("sqlite_")) {
                continue;
            }
            let (sort, without_rowid) = (row.get(1).map_err(list)?, row.get(2).map_err(list)?);
            tables.push(Listed { name, sort, without_rowid });
        }
        let mut found = Self {
            tables,
            definitions: HashMap::new(),
            triggers: HashMap::new(),
            counted: HashMap::new(),
            most_rows: connection
                .query_row("PRAGMA main.page_count", [], |row| row.get::<_, i64>(0))
                .map(|pages| u64::try_from(pages).unwrap_or(0).saturating_mul(500))
                .map_err(list)?,
        };
        let mut statement = connection
            .prepare("SELECT type, name, tbl_name, sql FROM main.sqlite_schema WHERE sql IS NOT NULL ORDER BY name")
            .map_err(list)?;
        let mut rows = statement.query([]).map_err(list)?;
        while let Some(row) = rows.next().map_err(list)? {
            let text = |column: usize| row.get::<_, String>(column).map_err(list);
            let (sort, name, table, sql) = (text(0)?, text(1)?, text(2)?, text(3)?);
            if sort == "trigger" {
                found.triggers.entry(table.to_ascii_lowercase()).or_default().push((name, sql));
            } else if sort == "table" || sort == "view" {
                found.definitions.insert(name.to_ascii_lowercase(), sql);
            }
        }
        found.count(connection);
        Ok(found)
    }

    /// Reads what ANALYZE left, where it was ever run. Statistics are a convenience: without them there are none.
    fn count(&mut self, connection: &Connection) {
        let Ok(mut statement) = connection.prepare("SELECT tbl, stat FROM main.sqlite_stat1") else { return };
        let Ok(mut rows) = statement.query([]) else { return };
        while let Ok(Some(row)) = rows.next() {
            if let (Ok(table), Ok(stat)) = (row.get::<_, String>(0), row.get::<_, String>(1)) {
                let first = stat.split(' ').next().and_then(|number| number.parse().ok()).unwrap_or(0);
                let most = self.counted.entry(table.to_ascii_lowercase()).or_default();
                *most = first.max(*most);
            }
        }
    }

    /// The text that defines a table or view.
    pub(crate) fn definition(&self, name: &str) -> &str {
        self.definitions.get(&name.to_ascii_lowercase()).map_or("", String::as_str)
    }

    /// A table's or view's name as the schema spells it.
    pub(crate) fn spelled(&self, name: &str) -> Option<Name> {
        let listed = self.tables.iter().find(|listed| listed.name.eq_ignore_ascii_case(name))?;
        Name::new(&listed.name).ok()
    }

    /// Tables and views that a view's text names.
    fn reads(&self, view: &str) -> Result<Vec<TableRef>, Fault> {
        let words = tokens::tokens(self.definition(view));
        let mut found: Vec<TableRef> = Vec::new();
        for listed in self.tables.iter().filter(|listed| !listed.name.eq_ignore_ascii_case(view)) {
            let is_named = |token: &tokens::Token| {
                token.name().is_some_and(|name| name.eq_ignore_ascii_case(&listed.name))
            };
            if words.iter().any(is_named) {
                found.push(table_ref(&listed.name)?);
            }
        }
        found.sort();
        Ok(found)
    }
}

/// A name from the schema.
pub(crate) fn named(text: &str) -> Result<Name, Fault> {
    Name::new(text).map_err(|_| {
        Fault::new(FaultKind::Unsupported, "the schema holds a name that is empty").while_doing(DOING)
    })
}

/// A table of the schema `main`.
pub(crate) fn table_ref(name: &str) -> Result<TableRef, Fault> {
    Ok(TableRef { schema: named("main")?, name: named(name)? })
}
