//! The catalog of a real SQLite database made from a script. Types follow their names, so that scripts can stand for
//! other databases too; triggers are given by the tests.

use std::collections::BTreeMap;

use exeunt_base::{Kind, Name, TableRef};
use exeunt_datamap::DataMap;
use exeunt_plan::map::Finding;
use exeunt_plan::map::check::trial;
use exeunt_source::abilities::Abilities;
use exeunt_source::catalog::{
    Catalog, Check, Column, ForeignKey, Generated, Rule, Table, TableSort, Unique, View,
};
use rusqlite::Connection;
use time::macros::date;

pub(crate) fn catalog(script: &str) -> Catalog {
    let db = Connection::open_in_memory().expect("a readable schema");
    db.execute_batch(script).expect("a readable schema");
    read(&db)
}

pub(crate) fn read(db: &Connection) -> Catalog {
    let mut list = db
        .prepare("select name, type, sql from sqlite_schema where type in ('table', 'view') and name not like 'sqlite\\_%' escape '\\' order by name")
        .expect("a readable schema");
    let rows: Vec<(String, String, Option<String>)> = list
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .expect("a readable schema")
        .map(|row| row.expect("a readable schema"))
        .collect();
    let tables: Vec<Table> = rows
        .iter()
        .filter(|(_, sort, _)| sort == "table")
        .map(|(name, _, sql)| table(db, name, sql.as_deref()))
        .collect();
    let views = rows.iter().filter(|(_, sort, _)| sort == "view").map(|(view, _, sql)| {
        let sql = sql.clone().unwrap_or_default();
        let reads = tables.iter().filter(|table| sql.contains(table.name.name.as_str()));
        View { name: main(view), materialized: false, reads: reads.map(|table| table.name.clone()).collect() }
    });
    let views = views.collect();
    Catalog { product: String::from("SQLite"), default_schema: Some(name("main")), tables, views }
}

pub(crate) fn name(text: &str) -> Name {
    Name::new(text).expect("a readable schema")
}

pub(crate) fn main(table: &str) -> TableRef {
    TableRef { schema: name("main"), name: name(table) }
}

fn table(db: &Connection, table: &str, sql: Option<&str>) -> Table {
    let mut columns: Vec<(i64, Column)> = Vec::new();
    let mut query = db
        .prepare("select name, type, \"notnull\", dflt_value, pk, hidden from pragma_table_xinfo(?1)")
        .expect("a readable schema");
    let mut rows = query.query([table]).expect("a readable schema");
    while let Some(row) = rows.next().expect("a readable schema") {
        let type_name: String = row.get(1).expect("a readable schema");
        let column = Column {
            name: name(&row.get::<_, String>(0).expect("a readable schema")),
            kind: kind(&type_name),
            type_name,
            not_null: row.get(2).expect("a readable schema"),
            default: row.get(3).expect("a readable schema"),
            generated: if row.get::<_, i64>(5).expect("a readable schema") >= 2 {
                Generated::Computed
            } else {
                Generated::No
            },
        };
        columns.push((row.get(4).expect("a readable schema"), column));
    }
    let mut keyed: Vec<(i64, Name)> = columns
        .iter()
        .filter(|(place, _)| *place > 0)
        .map(|(place, column)| (*place, column.name.clone()))
        .collect();
    keyed.sort();
    let mut uniques = Vec::new();
    let mut indexes = db
        .prepare("select name, \"unique\", partial from pragma_index_list(?1) where origin <> 'pk'")
        .expect("a readable schema");
    let found: Vec<(String, bool, bool)> = indexes
        .query_map([table], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .expect("a readable schema")
        .map(|row| row.expect("a readable schema"))
        .collect();
    for (index, _, partial) in found.into_iter().filter(|(_, unique, _)| *unique) {
        let mut info = db.prepare("select name from pragma_index_info(?1)").expect("a readable schema");
        let names: Vec<Option<String>> = info
            .query_map([&index], |row| row.get(0))
            .expect("a readable schema")
            .map(|row| row.expect("a readable schema"))
            .collect();
        let whole = !partial && names.iter().all(Option::is_some);
        uniques.push(Unique {
            name: index,
            columns: names.into_iter().flatten().map(|text| name(&text)).collect(),
            whole,
        });
    }
    let mut foreign_keys: Vec<ForeignKey> = Vec::new();
    let mut keys = db.prepare("select id, \"table\", \"from\", \"to\", on_delete from pragma_foreign_key_list(?1) order by id, seq").expect("a readable schema");
    let mut rows = keys.query([table]).expect("a readable schema");
    while let Some(row) = rows.next().expect("a readable schema") {
        let id = format!("fk{}", row.get::<_, i64>(0).expect("a readable schema"));
        let (from, to): (String, Option<String>) =
            (row.get(2).expect("a readable schema"), row.get(3).expect("a readable schema"));
        if foreign_keys.last().is_none_or(|key| key.name != id) {
            let on_delete = match row.get::<_, String>(4).expect("a readable schema").as_str() {
                "CASCADE" => Rule::Cascade,
                "SET NULL" => Rule::SetNull,
                "SET DEFAULT" => Rule::SetDefault,
                _ => Rule::Refuse,
            };
            let to = main(&row.get::<_, String>(1).expect("a readable schema"));
            foreign_keys.push(ForeignKey {
                name: id,
                columns: Vec::new(),
                to,
                to_columns: Vec::new(),
                on_delete,
                deferrable: false,
                enforced: true,
            });
        }
        let key = foreign_keys.last_mut().expect("a readable schema");
        key.columns.push(name(&from));
        key.to_columns.extend(to.map(|to| name(&to)));
    }
    Table {
        name: main(table),
        sort: match sql.filter(|sql| sql.to_lowercase().starts_with("create virtual")) {
            Some(_) => TableSort::Remote(String::from("virtual")),
            None => TableSort::Ordinary,
        },
        columns: columns.into_iter().map(|(_, column)| column).collect(),
        primary_key: keyed.into_iter().map(|(_, name)| name).collect(),
        uniques,
        foreign_keys,
        checks: Vec::<Check>::new(),
        triggers: Vec::new(),
        hazards: Vec::new(),
        estimated_rows: None,
    }
}

fn kind(declared: &str) -> Kind {
    let lower = declared.to_lowercase();
    let has = |word: &str| lower.contains(word);
    let max = lower.split(['(', ')']).nth(1).and_then(|digits| digits.trim().parse().ok());
    match () {
        () if lower.is_empty() => Kind::Any,
        () if has("bool") => Kind::Bool,
        () if has("uuid") => Kind::Uuid,
        () if has("json") => Kind::Json,
        () if has("inet") => Kind::Inet,
        () if has("int") => Kind::Integer { min: i64::MIN, max: i64::MAX },
        () if has("char") || has("text") || has("clob") => Kind::Text { max },
        () if has("timestamp") || has("datetime") => Kind::Timestamp { zoned: false },
        () if lower == "date" => Kind::Date,
        () if has("real") || has("doub") || has("floa") => Kind::Real,
        () if has("dec") || has("num") => Kind::Decimal { precision: None, scale: None },
        () if has("blob") => Kind::Bytes,
        () => Kind::Any,
    }
}

/// What SQLite can do.
const ABILITIES: Abilities = Abilities {
    kind: "sqlite",
    whole_row_identity: true,
    remembers_transactions: false,
    rolls_back: true,
    quiet_triggers: true,
    images_are_final: true,
    deletes_along_ways: false,
    snapshots: true,
    rows_per_strike: 250_000,
};

/// What would stand in the way of plans.
pub(crate) fn tried(map: &DataMap, catalogs: &BTreeMap<Name, Catalog>) -> Vec<Finding> {
    let abilities = catalogs.keys().map(|source| (source.clone(), ABILITIES)).collect();
    trial(map, catalogs, &abilities, date!(2026 - 11 - 22))
}
