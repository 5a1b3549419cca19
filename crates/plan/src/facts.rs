//! What a mask must know of a column, read from the live catalog. The planner checks by it and the engine masks by it,
//! so both mean the same.

use exeunt_mask::facts::{Dialect, Facts};
use exeunt_source::catalog::{Column, Generated, Table};

/// The facts of a column. `category` is the map's; `kind` is the source's kind, `sqlite` or `postgres`.
pub fn facts_of(table: &Table, column: &Column, category: &str, kind: &str) -> Facts {
    let mentions = |list: &[exeunt_base::Name]| list.contains(&column.name);
    let unique = mentions(&table.primary_key)
        || table.uniques.iter().any(|unique| unique.columns.is_empty() || mentions(&unique.columns));
    let checks = table
        .checks
        .iter()
        .filter(|check| check.columns.is_empty() || mentions(&check.columns))
        .map(|check| check.expression.clone())
        .collect();
    Facts {
        name: column.name.as_str().to_owned(),
        kind: column.kind.clone(),
        nullable: !column.not_null,
        unique,
        checks,
        dialect: match kind {
            "postgres" => Dialect::Postgres,
            "sqlite" => Dialect::Sqlite,
            _ => Dialect::Other,
        },
        category: (!category.is_empty()).then(|| category.to_owned()),
        default_literal: column.default.clone(),
        generated: column.generated == Generated::Computed,
    }
}
