//! Where identifiers are looked for after the purge: every text of every table, mapped or not.

use exeunt_base::Kind;
use exeunt_source::catalog::TableSort;

use crate::build::schema::Schema;
use crate::document::Place;

/// All places, in the order of sources and tables.
pub(crate) fn all(schema: &Schema<'_>) -> Vec<Place> {
    let place = |node: &crate::build::schema::TableNode<'_>| {
        if matches!(node.table.sort, TableSort::PartitionOf(_) | TableSort::Remote(_)) {
            return None; // looked at through its parent, or not ours to look at
        }
        let model = node.model.map(|model| schema.models[model].model);
        let columns: Vec<_> = node
            .table
            .columns
            .iter()
            .filter(|column| {
                let field = model.and_then(|model| model.fields.get(&column.name));
                let told = model.and_then(|model| model.subject.as_ref());
                let names = told.is_some_and(|kinds| kinds.values().any(|name| *name == column.name));
                let readable = column.kind.is_textual()
                    || names
                        && matches!(column.kind, Kind::Uuid | Kind::Enum(_) | Kind::Inet | Kind::Other(_));
                readable && field.is_none_or(|field| field.search)
            })
            .map(|column| column.name.clone())
            .collect();
        (!columns.is_empty()).then(|| Place {
            source: node.source.clone(),
            table: node.table.name.clone(),
            columns,
            mapped: model.is_some(),
        })
    };
    schema.tables.iter().filter_map(place).collect()
}
