//! What hides a person's own row while other rows still hold it in place.

use exeunt_base::Kind;
use exeunt_datamap::categories::is_personal;
use exeunt_mask::{Masker, Method};
use exeunt_source::catalog::Generated;

use crate::build::edges::Edges;
use crate::build::schema::{ModelId, Schema};
use crate::document::{Assign, Value};
use crate::facts::facts_of;

/// Every personal column that may change without breaking anything: no key, no reference in either direction,
/// nothing the database computes, nothing a constraint would refuse.
pub(crate) fn of(schema: &Schema<'_>, edges: &Edges<'_>, model: ModelId) -> Vec<Assign> {
    let node = &schema.models[model];
    let table = schema.table_of(model);
    let kind = schema.inputs.abilities.get(&node.at.source).map_or("", |abilities| abilities.kind);
    let columns = table.table.columns.iter().filter(|column| {
        let name = &column.name;
        let told = node.model.subject.as_ref().is_some_and(|kinds| kinds.values().any(|told| told == name));
        let category = node.model.fields.get(name).and_then(|field| field.category.as_deref());
        let personal = told || category.is_some_and(is_personal);
        let held = node.model.key.contains(name)
            || table.table.primary_key.contains(name)
            || edges.into[node.table].iter().any(|edge| edges.all[*edge].to_columns.contains(name))
            || edges.out[node.table].iter().any(|edge| edges.all[*edge].columns.contains(name));
        // a counter or a flag tells nobody's name, and the application's triggers may live by it
        let says = told
            || !matches!(
                column.kind,
                Kind::Integer { .. }
                    | Kind::Decimal { .. }
                    | Kind::Real
                    | Kind::Bool
                    | Kind::Timestamp { .. }
            );
        personal && says && !held && column.generated == Generated::No
    });
    columns
        .filter(|column| {
            let category = node.model.fields.get(&column.name).and_then(|field| field.category.as_deref());
            let facts = facts_of(table.table, column, category.unwrap_or(""), kind);
            Masker::plan(&Method::Veil, &facts).is_ok()
        })
        .map(|column| Assign {
            column: column.name.clone(),
            to: Value::Mask(Method::Veil),
            category: node
                .model
                .fields
                .get(&column.name)
                .and_then(|field| field.category.clone())
                .unwrap_or_default(),
        })
        .collect()
}
