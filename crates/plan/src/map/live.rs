//! A catalog with the lookups that comparing needs: tables by name, foreign keys by target.

use std::collections::HashMap;

use exeunt_base::{Kind, Name, TableRef};
use exeunt_datamap::model::TableName;
use exeunt_source::catalog::{Catalog, Column, ForeignKey, Generated, Rule, Table};

/// A catalog, indexed.
pub(crate) struct Live<'a> {
    pub(crate) catalog: &'a Catalog,
    tables: HashMap<&'a TableRef, &'a Table>,
    incoming: HashMap<&'a TableRef, Vec<(&'a Table, &'a ForeignKey)>>,
}

impl<'a> Live<'a> {
    pub(crate) fn new(catalog: &'a Catalog) -> Self {
        let tables = catalog.tables.iter().map(|table| (&table.name, table)).collect();
        let mut incoming: HashMap<_, Vec<_>> = HashMap::new();
        for table in &catalog.tables {
            for key in &table.foreign_keys {
                incoming.entry(&key.to).or_default().push((table, key));
            }
        }
        Self { catalog, tables, incoming }
    }

    pub(crate) fn table(&self, name: &TableRef) -> Option<&'a Table> {
        self.tables.get(name).copied()
    }

    /// The table a map means; without a schema, the source's own one.
    pub(crate) fn resolve(&self, name: &TableName) -> Option<TableRef> {
        if let Some(schema) = &name.schema {
            return Some(TableRef { schema: schema.clone(), name: name.name.clone() });
        }
        if let Some(schema) = &self.catalog.default_schema {
            return Some(TableRef { schema: schema.clone(), name: name.name.clone() });
        }
        let mut named = self.catalog.tables.iter().filter(|table| table.name.name == name.name);
        let first = named.next()?;
        named.next().is_none().then(|| first.name.clone())
    }

    /// Foreign keys that lead to a table.
    pub(crate) fn incoming(&self, table: &TableRef) -> &[(&'a Table, &'a ForeignKey)] {
        self.incoming.get(table).map_or(&[], Vec::as_slice)
    }

    /// The columns a foreign key leads to, in its own order.
    pub(crate) fn target<'k>(&self, key: &'k ForeignKey) -> &'k [Name]
    where
        'a: 'k,
    {
        if !key.to_columns.is_empty() {
            return &key.to_columns;
        }
        self.table(&key.to).map_or(&[], |table| table.primary_key.as_slice())
    }
}

/// Whether all columns of a foreign key refuse NULL, so that it cannot be cleared.
pub(crate) fn is_required(table: &Table, columns: &[Name]) -> bool {
    columns.iter().all(|name| {
        table.column(name).is_some_and(|column| column.not_null || table.primary_key.contains(name))
    })
}

/// Whether an INSERT may leave the column out.
pub(crate) fn may_be_left_out(table: &Table, column: &Column) -> bool {
    // SQLite numbers a lone INTEGER PRIMARY KEY by itself, and does not call that a default.
    let numbered = table.primary_key == [column.name.clone()]
        && matches!(column.kind, Kind::Integer { .. })
        && column.type_name.eq_ignore_ascii_case("integer");
    !column.not_null && !table.primary_key.contains(&column.name)
        || column.default.is_some()
        || column.generated != Generated::No
        || numbered
}

/// What a foreign key does on its own when its target goes, if anything.
pub(crate) fn own_rule(rule: Rule) -> Option<&'static str> {
    match rule {
        Rule::Refuse => None,
        Rule::Cascade => Some("ON DELETE CASCADE"),
        Rule::SetNull => Some("ON DELETE SET NULL"),
        Rule::SetDefault => Some("ON DELETE SET DEFAULT"),
    }
}

/// Kinds that may be compared with each other in a join.
pub(crate) fn comparable(one: &Kind, other: &Kind) -> bool {
    #[derive(PartialEq)]
    enum Class {
        Number,
        Text,
        Uuid,
        Day,
        Anything,
        Odd,
    }
    let class = |kind: &Kind| match kind {
        Kind::Integer { .. } | Kind::Decimal { .. } | Kind::Real => Class::Number,
        Kind::Text { .. } | Kind::Enum(_) => Class::Text,
        Kind::Uuid => Class::Uuid,
        Kind::Date | Kind::Timestamp { .. } => Class::Day,
        Kind::Any => Class::Anything,
        Kind::Other(name) if name.contains("citext") => Class::Text,
        _ => Class::Odd,
    };
    let (a, b) = (class(one), class(other));
    a == Class::Anything || b == Class::Anything || if a == Class::Odd { one == other } else { a == b }
}
