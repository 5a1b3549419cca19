//! Map and catalogs bound together and indexed once, so that no later pass searches a list.

use std::collections::{BTreeMap, HashMap};

use exeunt_base::{ModelRef, Name, TableRef};
use exeunt_datamap::Model;
use exeunt_datamap::model::{Relation, Span};
use exeunt_source::catalog::{Column, Table, TableSort};
use exeunt_source::selection::KeyBy;

use crate::inputs::Inputs;
use crate::problem::Problem;

/// A table's place in [`Schema::tables`].
pub(crate) type TableId = usize;
/// A model's place in [`Schema::models`].
pub(crate) type ModelId = usize;

/// Map and catalogs as one graph.
pub(crate) struct Schema<'a> {
    pub(crate) inputs: Inputs<'a>,
    pub(crate) tables: Vec<TableNode<'a>>,
    pub(crate) models: Vec<ModelNode<'a>>,
    by_name: HashMap<(&'a Name, &'a TableRef), TableId>,
    by_model: BTreeMap<ModelRef, ModelId>,
}

/// A table of some source.
pub(crate) struct TableNode<'a> {
    pub(crate) source: &'a Name,
    pub(crate) table: &'a Table,
    pub(crate) model: Option<ModelId>,
    pub(crate) columns: HashMap<&'a Name, &'a Column>,
}

/// A mapped table.
pub(crate) struct ModelNode<'a> {
    pub(crate) at: ModelRef,
    pub(crate) model: &'a Model,
    pub(crate) table: TableId,
    pub(crate) key: KeyBy,
}

impl<'a> Schema<'a> {
    /// Binds every model to its table and every name in it to a column.
    pub(crate) fn bind(inputs: Inputs<'a>, problems: &mut Vec<Problem>) -> Self {
        let mut schema = Self {
            inputs,
            tables: Vec::new(),
            models: Vec::new(),
            by_name: HashMap::new(),
            by_model: BTreeMap::new(),
        };
        for (source, catalog) in inputs.catalogs {
            for table in &catalog.tables {
                schema.by_name.insert((source, &table.name), schema.tables.len());
                schema.tables.push(TableNode {
                    source,
                    table,
                    model: None,
                    columns: table.columns.iter().map(|column| (&column.name, column)).collect(),
                });
            }
        }
        for source in inputs.map.sources.values() {
            let Some(catalog) = inputs.catalogs.get(&source.name) else {
                problems.push(Problem {
                    code: "source_unknown",
                    span: source.span.clone(),
                    at: source.name.to_string(),
                    text: "the map describes a source whose schema is not known".into(),
                    fix: "connect the source, or take it out of the map".into(),
                });
                continue;
            };
            for (name, model) in &source.models {
                schema.bind_model(&source.name, catalog.default_schema.as_ref(), name, model, problems);
            }
        }
        for id in 0..schema.models.len() {
            schema.check_model(id, problems);
        }
        schema
    }

    /// The table of that name in a source.
    pub(crate) fn table(&self, source: &Name, table: &TableRef) -> Option<TableId> {
        self.by_name.get(&(source, table)).copied()
    }

    /// The model a relation leads to.
    pub(crate) fn model(&self, at: &ModelRef) -> Option<ModelId> {
        self.by_model.get(at).copied()
    }

    /// A model's table.
    pub(crate) fn table_of(&self, model: ModelId) -> &TableNode<'a> {
        &self.tables[self.models[model].table]
    }

    /// All relations, with the model that holds each and the model it leads to.
    pub(crate) fn relations(&self) -> impl Iterator<Item = (ModelId, usize, ModelId, &'a Relation)> {
        self.models.iter().enumerate().flat_map(move |(from, node)| {
            node.model.relations.iter().enumerate().filter_map(move |(place, relation)| {
                self.by_model.get(&relation.to).map(|to| (from, place, *to, relation))
            })
        })
    }

    /// `shop.orders.customer_id`, for people.
    pub(crate) fn spot(&self, table: TableId, columns: &[Name]) -> String {
        let node = &self.tables[table];
        let table = match node.model {
            Some(model) => self.models[model].at.to_string(),
            None => format!("{}.{}", node.source, node.table.name),
        };
        match columns {
            [] => table,
            [one] => format!("{table}.{one}"),
            many => {
                let names: Vec<String> = many.iter().map(Name::to_string).collect();
                format!("{table}.({})", names.join(", "))
            }
        }
    }

    /// Whether NULL is refused in a column.
    pub(crate) fn not_null(&self, table: TableId, column: &Name) -> bool {
        let node = &self.tables[table];
        node.columns.get(column).is_none_or(|column| column.not_null)
            || node.table.primary_key.contains(column)
    }

    fn bind_model(
        &mut self,
        source: &'a Name,
        default_schema: Option<&Name>,
        name: &'a Name,
        model: &'a Model,
        problems: &mut Vec<Problem>,
    ) {
        let at = ModelRef { source: source.clone(), model: name.clone() };
        let mut missing = |code, text: String, fix: &str| {
            problems.push(Problem {
                code,
                span: model.span.clone(),
                at: at.to_string(),
                text,
                fix: fix.into(),
            });
        };
        let schema = model.table.schema.as_ref().or(default_schema);
        let table = schema.and_then(|schema| {
            let table = TableRef { schema: schema.clone(), name: model.table.name.clone() };
            self.table(source, &table)
        });
        let Some(table) = table else {
            return missing(
                "table_missing",
                format!("table `{}` is not in the database", model.table),
                "correct the table's name, or take the model out of the map",
            );
        };
        match &self.tables[table].table.sort {
            TableSort::Ordinary | TableSort::Partitioned | TableSort::InheritsFrom(_) => {}
            TableSort::PartitionOf(parent) => {
                return missing(
                    "partition_mapped",
                    format!("`{}` is a partition of `{parent}`", model.table),
                    "map the parent table: its statements reach all partitions",
                );
            }
            TableSort::Remote(what) => {
                return missing(
                    "table_remote",
                    format!("`{}` is kept elsewhere ({what}) and cannot be erased from here", model.table),
                    "map it in the source that holds its rows",
                );
            }
        }
        if let Some(other) = self.tables[table].model {
            let other = self.models[other].at.clone();
            return missing(
                "table_mapped_twice",
                format!("table `{}` is already described by model `{other}`", model.table),
                "describe a table once; use `when:` on relations to tell its rows apart",
            );
        }
        let key = if model.key.is_empty() { KeyBy::WholeRow } else { KeyBy::Columns(model.key.clone()) };
        let id = self.models.len();
        self.tables[table].model = Some(id);
        self.by_model.insert(at.clone(), id);
        self.models.push(ModelNode { at, model, table, key });
    }

    /// Every column the map names must be there; the key must tell rows apart.
    fn check_model(&self, id: ModelId, problems: &mut Vec<Problem>) {
        let node = &self.models[id];
        let table = &self.tables[node.table];
        let absent = |column: &Name, span: &Span, problems: &mut Vec<Problem>| {
            problems.push(Problem {
                code: "column_missing",
                span: span.clone(),
                at: format!("{}.{column}", node.at),
                text: format!("table `{}` has no column `{column}`", table.table.name),
                fix: "correct the name; after a change of the schema, run `exeunt map check`".into(),
            });
        };
        for (name, field) in &node.model.fields {
            if !table.columns.contains_key(name) {
                absent(name, &field.span, problems);
            }
        }
        for name in &node.model.key {
            if !table.columns.contains_key(name) && !node.model.fields.contains_key(name) {
                absent(name, &node.model.span, problems);
            }
        }
        for relation in &node.model.relations {
            for name in relation.by.iter().chain(relation.when.keys()) {
                if !table.columns.contains_key(name) && !node.model.fields.contains_key(name) {
                    absent(name, &relation.span, problems);
                }
            }
            let Some(other) = self.model(&relation.to) else { continue };
            let other_table = self.table_of(other);
            for name in &relation.on {
                let known = other_table.columns.contains_key(name);
                if !known && !self.models[other].model.fields.contains_key(name) {
                    problems.push(Problem {
                        code: "column_missing",
                        span: relation.span.clone(),
                        at: format!("{}.{name}", relation.to),
                        text: format!("table `{}` has no column `{name}`", other_table.table.name),
                        fix: "name columns of the other table under `on:`".into(),
                    });
                }
            }
        }
        let present = node.model.key.iter().all(|name| table.columns.contains_key(name));
        match &node.key {
            KeyBy::Columns(key) if present && !table.table.is_unique(key) => problems.push(Problem {
                code: "key_not_unique",
                span: node.model.span.clone(),
                at: node.at.to_string(),
                text:
                    "nothing in the database makes the model's key unique, so one key could mean several rows"
                        .into(),
                fix: "name the primary key or a unique constraint's columns under `key:`".into(),
            }),
            KeyBy::WholeRow => {
                let able = self
                    .inputs
                    .abilities
                    .get(&node.at.source)
                    .is_some_and(|abilities| abilities.whole_row_identity);
                if !able {
                    problems.push(Problem {
                        code: "key_missing",
                        span: node.model.span.clone(),
                        at: node.at.to_string(),
                        text: "the model has no key and this source cannot tell its rows apart without one"
                            .into(),
                        fix: "give the table a unique key and name it under `key:`".into(),
                    });
                }
            }
            KeyBy::Columns(_) => {}
        }
    }
}
