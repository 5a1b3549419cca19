//! Digests: SHA-256 over canonical JSON, so that one plan has one name on every machine.

use aws_lc_rs::digest::{SHA256, digest};
use exeunt_base::{Name, canonical, hex};
use exeunt_source::catalog::{Catalog, Generated, Rule, Table, TableSort};
use serde_json::{Value, json};

use crate::document::{Document, Triggers};

/// The canonical text of a plan.
pub fn text(document: &Document) -> String {
    let value = serde_json::to_value(document)
        .expect("a plan is made of names, numbers and lists, which JSON can hold");
    canonical::to_string(&value)
}

/// The digest of a plan, in hexadecimal.
pub fn of(document: &Document) -> String {
    of_text(&text(document))
}

/// The digest of a text, in hexadecimal: also for the map's own.
pub fn of_text(text: &str) -> String {
    hex::encode(digest(&SHA256, text.as_bytes()).as_ref())
}

/// Why a stored plan cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// The text is not the one that was approved.
    #[error("its text does not have the digest it is stored under")]
    OtherDigest,
    /// The text is no plan of this version.
    #[error("it is not a plan of this version: {0}")]
    Malformed(String),
}

/// Reads a stored plan back and checks that it is the one its digest names.
pub fn read(text: &str, digest: &str) -> Result<Document, ReadError> {
    if of_text(text) != digest {
        return Err(ReadError::OtherDigest);
    }
    serde_json::from_str(text).map_err(|error| ReadError::Malformed(error.to_string()))
}

/// The digest of a live schema, by which a plan notices that it drifted. Sizes do not count; neither do partitions,
/// which come and go under a parent that does.
pub fn catalog(catalog: &Catalog) -> String {
    let tables = catalog.tables.iter().filter(|table| !matches!(table.sort, TableSort::PartitionOf(_)));
    let mut tables: Vec<(&Table, Value)> = tables.map(|table| (table, table_value(table))).collect();
    tables.sort_by(|one, other| one.0.name.cmp(&other.0.name));
    of_text(&canonical::to_string(&tables.into_iter().map(|(_, value)| value).collect()))
}

/// The triggers of a live schema, apart from the rest; `None` when none is switched on.
pub fn triggers(source: &Name, live: &Catalog) -> Option<Triggers> {
    let mut all = live.tables.iter().flat_map(|table| &table.triggers);
    if !all.any(|trigger| trigger.enabled) {
        return None;
    }
    let (without, enabled) = apart(live);
    Some(Triggers { source: source.clone(), without, enabled })
}

/// Whether a live schema is the one a plan was made for, but for triggers that were dropped or switched off since.
pub fn has_lost_triggers(document: &Document, source: &Name, live: &Catalog) -> bool {
    let Some(known) = document.triggers.iter().find(|known| known.source == *source) else { return false };
    let (without, enabled) = apart(live);
    without == known.without && enabled.iter().all(|trigger| known.enabled.contains(trigger))
}

/// The digest of a schema but for its triggers, and those of the triggers that are switched on.
fn apart(live: &Catalog) -> (String, Vec<String>) {
    let mut without = live.clone();
    let mut enabled = Vec::new();
    for table in &mut without.tables {
        for trigger in std::mem::take(&mut table.triggers).into_iter().filter(|trigger| trigger.enabled) {
            let at = [table.name.schema.as_str(), table.name.name.as_str(), trigger.name.as_str()];
            enabled.push(of_text(&canonical::to_string(&json!([at, trigger.digest]))));
        }
    }
    enabled.sort_unstable();
    (catalog(&without), enabled)
}

/// All of a table that a plan could depend on; never its size.
fn table_value(table: &Table) -> Value {
    let names = |names: &[Name]| names.iter().map(Name::as_str).map(Value::from).collect::<Vec<_>>();
    json!({
        "name": [table.name.schema.as_str(), table.name.name.as_str()],
        "sort": match &table.sort {
            TableSort::Ordinary => json!("ordinary"),
            TableSort::Partitioned => json!("partitioned"),
            TableSort::PartitionOf(of) => json!(["partition", of.schema.as_str(), of.name.as_str()]),
            TableSort::InheritsFrom(of) => json!(["inherits", of.schema.as_str(), of.name.as_str()]),
            TableSort::Remote(what) => json!(["remote", what]),
        },
        "columns": table.columns.iter().map(|column| json!([
            column.name.as_str(),
            column.type_name,
            column.not_null,
            column.default,
            match column.generated {
                Generated::No => "",
                Generated::Computed => "computed",
                Generated::IdentityAlways => "always",
                Generated::IdentityByDefault => "by_default",
            },
        ])).collect::<Vec<_>>(),
        "key": names(&table.primary_key),
        "uniques": table.uniques.iter().map(|unique| json!([names(&unique.columns), unique.whole])).collect::<Vec<_>>(),
        "references": table.foreign_keys.iter().map(|key| json!([
            names(&key.columns),
            key.to.schema.as_str(),
            key.to.name.as_str(),
            names(&key.to_columns),
            match key.on_delete {
                Rule::Refuse => "refuse",
                Rule::Cascade => "cascade",
                Rule::SetNull => "set_null",
                Rule::SetDefault => "set_default",
            },
            key.deferrable,
            key.enforced,
        ])).collect::<Vec<_>>(),
        "checks": table.checks.iter().map(|check| check.expression.as_str()).collect::<Vec<_>>(),
        "triggers": table.triggers.iter().map(|trigger| json!([trigger.name.as_str(), trigger.enabled, trigger.digest])).collect::<Vec<_>>(),
        "hazards": table.hazards.iter().map(|hazard| match hazard {
            exeunt_source::catalog::Hazard::Rule(name) => json!(["rule", name]),
            exeunt_source::catalog::Hazard::RowSecurity => json!("row_security"),
        }).collect::<Vec<_>>(),
    })
}
