//! The row that stands in for erased people, where a reference can neither be cleared nor take its row along.

use std::collections::BTreeMap;

use exeunt_base::{Kind, ModelRef, Name, TableRef};
use exeunt_datamap::DataMap;
use exeunt_datamap::model::{EdgeAction, Ghost, GhostPer, Reference, Scalar};
use exeunt_datamap::render::Notes;
use exeunt_source::catalog::{Column, Table};

use crate::map::discover::categories::is_email;
use crate::map::live::{Live, may_be_left_out};

/// Values for every column that needs one, where a plain one can be made up.
pub(super) fn row(table: &Table) -> Option<BTreeMap<Name, Scalar>> {
    let needed =
        table.written_columns().filter(|column| !may_be_left_out(table, column) && column.kind != Kind::Uuid);
    needed.map(|column| Some((column.name.clone(), value(table, column)?))).collect()
}

fn value(table: &Table, column: &Column) -> Option<Scalar> {
    let refers = table.foreign_keys.iter().any(|key| key.columns.contains(&column.name));
    let checked = table.checks.iter().any(|check| check.columns.contains(&column.name));
    if refers || checked || table.primary_key.contains(&column.name) {
        return None;
    }
    let fits = |text: &str, max: Option<u32>| max.is_none_or(|max| text.chars().count() <= max as usize);
    Some(match &column.kind {
        Kind::Text { max } if is_email(column) && fits("ghost@erased.invalid", *max) => {
            Scalar::Text(String::from("ghost@erased.invalid"))
        }
        Kind::Text { max } => {
            let text = if fits("erased", *max) { "erased" } else { "" };
            Scalar::Text(text.to_owned())
        }
        Kind::Any => Scalar::Text(String::from("erased")),
        Kind::Integer { .. } | Kind::Decimal { .. } | Kind::Real => Scalar::Int(0),
        Kind::Bool => Scalar::Bool(false),
        Kind::Date => Scalar::Text(String::from("1970-01-01")),
        Kind::Timestamp { .. } => Scalar::Text(String::from("1970-01-01 00:00:00")),
        Kind::Json => Scalar::Text(String::from("{}")),
        Kind::Enum(words) => Scalar::Text(words.first()?.clone()),
        _ => return None,
    })
}

/// Gives a ghost to every model that something is repointed to.
pub(super) fn add(map: &mut DataMap, live: &Live<'_>, names: &BTreeMap<TableRef, Name>, notes: &mut Notes) {
    let repointed = |relation: &&exeunt_datamap::model::Relation| {
        relation.on_erase == Some(EdgeAction::Cut(Reference::Repoint))
    };
    let wanted: Vec<ModelRef> = map
        .models()
        .flat_map(|(_, model)| model.relations.iter().filter(repointed).map(|relation| relation.to.clone()))
        .collect();
    let tables: BTreeMap<&Name, &TableRef> = names.iter().map(|(table, name)| (name, table)).collect();
    for at in wanted {
        let table = tables.get(&at.model).and_then(|table| live.table(table));
        let model = map.sources.get_mut(&at.source).and_then(|source| source.models.get_mut(&at.model));
        if let (Some(model), Some(row)) = (model, table.and_then(row))
            && model.ghost.is_none()
        {
            model.ghost = Some(Ghost { per: GhostPer::Shared, row });
            let note =
                "reason: the ghost takes the place of an erased person where a reference cannot be cleared";
            notes.models.entry(at).or_default().push(note.to_owned());
        }
    }
}
