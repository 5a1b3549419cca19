//! Columns: every one mapped, every mapped one real, every method possible.

use std::collections::BTreeMap;

use exeunt_base::{Kind, Name};
use exeunt_datamap::categories;
use exeunt_datamap::model::{Action, EdgeAction, KeepFrom, Method, Model, Scalar, Then};
use exeunt_datamap::suggest::did_you_mean;
use exeunt_source::catalog::{Generated, Table};

use crate::map::check::Check;
use crate::map::finding::Severity;
use crate::map::live::may_be_left_out;

const ERROR: Severity = Severity::Error;
const WARNING: Severity = Severity::Warning;
const INFO: Severity = Severity::Info;

impl Check<'_> {
    pub(super) fn columns(&mut self) {
        for (name, model, table) in self.bound() {
            self.fields(name, model, table);
            self.key(name, model, table);
            self.keep(name, model, table);
            self.ghost(name, model, table);
            let fates = model.relations.iter().filter_map(|relation| match &relation.on_erase {
                Some(EdgeAction::Row(action)) => Some(action),
                _ => None,
            });
            for action in std::iter::once(&model.on_erase).chain(&model.on_anonymize).chain(fates) {
                if let Action::Anonymize(methods) = action {
                    self.methods(name, model, table, methods);
                }
            }
            if let Some(Then::Anonymize(methods)) = model.keep.as_ref().map(|keep| &keep.then) {
                self.methods(name, model, table, methods);
            }
        }
    }

    fn fields(&mut self, name: &Name, model: &Model, table: &Table) {
        for (column, field) in &model.fields {
            let place = format!("{name}.{column}");
            if table.column(column).is_none() {
                let known = table.columns.iter().map(|column| column.name.as_str());
                let fix = did_you_mean(column.as_str(), known)
                    .unwrap_or_else(|| String::from("take it out of the map"));
                let what = format!("the table `{}` has no column `{column}`", table.name);
                self.put((ERROR, "column-missing"), Some(&field.span), &place, what, fix);
            }
            if let Some(new) = field.category.as_deref().and_then(categories::replaced_by) {
                let what = "the taxonomy has replaced this category";
                self.put(
                    (INFO, "category-replaced"),
                    Some(&field.span),
                    &place,
                    what,
                    format!("use `{new}`"),
                );
            }
        }
        for column in &table.columns {
            if !model.fields.contains_key(&column.name) {
                let place = format!("{name}.{}", column.name);
                let what = format!("the column ({}) is not in the map", column.type_name);
                let fix = "add it under `fields:` with its category";
                self.put((ERROR, "column-unmapped"), Some(&model.span), &place, what, fix);
            }
        }
    }

    fn key(&mut self, name: &Name, model: &Model, table: &Table) {
        let (place, span) = (name.as_str(), Some(&model.span));
        let listed = |columns: &[Name]| columns.iter().map(Name::as_str).collect::<Vec<_>>().join(", ");
        if model.key.is_empty() {
            if table.primary_key.is_empty() {
                let what = "the table has no key: a row is known by all its values, equal rows go together";
                self.put((INFO, "no-key"), span, place, what, "");
            } else {
                let fix = format!("add `key: [{}]`", listed(&table.primary_key));
                self.put(
                    (WARNING, "key-left-out"),
                    span,
                    place,
                    "the table has a primary key the map does not name",
                    fix,
                );
            }
        } else if model.key.iter().all(|column| table.column(column).is_some())
            && !table.is_unique(&model.key)
        {
            let what = format!("nothing in the source makes ({}) unique", listed(&model.key));
            let fix = if table.primary_key.is_empty() {
                String::from("add a unique constraint, or leave `key:` out")
            } else {
                format!("use `key: [{}]`", listed(&table.primary_key))
            };
            self.put((ERROR, "key-not-unique"), span, place, what, fix);
        }
    }

    fn keep(&mut self, name: &Name, model: &Model, table: &Table) {
        let Some(KeepFrom::Column(from)) = model.keep.as_ref().map(|keep| &keep.from) else { return };
        let Some(column) = table.column(from) else { return };
        let dated =
            matches!(column.kind, Kind::Date | Kind::Timestamp { .. } | Kind::Text { .. } | Kind::Any);
        if !dated {
            let what = format!("the period is counted from a column of type {}", column.type_name);
            let place = format!("{name}.{from}");
            self.put((ERROR, "keep-from-no-date"), Some(&model.span), &place, what, "count from a date");
        }
    }

    fn ghost(&mut self, name: &Name, model: &Model, table: &Table) {
        let Some(ghost) = &model.ghost else { return };
        for column in table.written_columns() {
            let place = format!("{name}.{}", column.name);
            let value = ghost.row.get(&column.name);
            if column.not_null && value == Some(&Scalar::Null) {
                let what = "the ghost's value is null, which the column refuses";
                self.put(
                    (ERROR, "ghost-incomplete"),
                    Some(&model.span),
                    &place,
                    what,
                    "give it a value under `ghost:`",
                );
            } else if value.is_none() && !may_be_left_out(table, column) && column.kind != Kind::Uuid {
                let what = "the ghost needs a value here: the column refuses NULL and has no default";
                self.put(
                    (ERROR, "ghost-incomplete"),
                    Some(&model.span),
                    &place,
                    what,
                    "give it a value under `ghost:`",
                );
            }
        }
        for column in ghost.row.keys().filter_map(|name| table.column(name)) {
            if column.generated == Generated::Computed {
                let place = format!("{name}.{}", column.name);
                let what = "the source computes this column; the ghost cannot have its own value";
                self.put(
                    (ERROR, "ghost-generated"),
                    Some(&model.span),
                    &place,
                    what,
                    "take it out of `ghost:`",
                );
            }
        }
    }

    fn methods(&mut self, name: &Name, model: &Model, table: &Table, methods: &BTreeMap<Name, Method>) {
        for (column_name, method) in methods.iter().filter(|(_, method)| **method != Method::Keep) {
            let Some(column) = table.column(column_name) else { continue };
            let place = format!("{name}.{column_name}");
            let word = method.word();
            if matches!(column.generated, Generated::Computed | Generated::IdentityAlways) {
                let what = format!("the source fills this column itself; `{word}` cannot change it");
                let fix = "anonymize the columns it is computed from, and take this one out";
                self.put((ERROR, "generated-masked"), Some(&model.span), &place, what, fix);
            } else if *method == Method::Null && (column.not_null || table.primary_key.contains(column_name))
            {
                let what = "the column refuses NULL";
                self.put(
                    (ERROR, "null-refused"),
                    Some(&model.span),
                    &place,
                    what,
                    "use `redact` or another method",
                );
            } else if matches!(method, Method::Fixed(_)) && table.is_unique(std::slice::from_ref(column_name))
            {
                let what = "every row would get one value, and the column is unique";
                self.put(
                    (ERROR, "unique-fixed"),
                    Some(&model.span),
                    &place,
                    what,
                    "use `pseudonym`, `hash` or `fake`",
                );
            } else if *method == Method::TruncateIp
                && !matches!(column.kind, Kind::Inet | Kind::Text { .. } | Kind::Any)
            {
                let what =
                    format!("`{word}` needs a network address, and the column is {}", column.type_name);
                self.put((ERROR, "method-mismatch"), Some(&model.span), &place, what, "use another method");
            }
        }
    }
}
