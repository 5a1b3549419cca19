//! References: those of the map must fit the schema, those of the schema must be decided by the map.

use std::collections::{BTreeSet, HashSet};

use exeunt_base::{Kind, Name, TableRef};
use exeunt_datamap::model::{Action, EdgeAction, Model, Reference, Relation, RelationKind};
use exeunt_source::catalog::{ForeignKey, Table, TableSort};

use crate::map::check::{Check, deletes_later};
use crate::map::finding::Severity;
use crate::map::live::{comparable, is_required, own_rule};

const ERROR: Severity = Severity::Error;
const WARNING: Severity = Severity::Warning;

impl Check<'_> {
    pub(super) fn references(&mut self) {
        for (name, model, table) in self.bound() {
            for relation in &model.relations {
                if let Some(target) = self.tables.get(&relation.to).copied() {
                    self.joins(name, table, relation, target);
                    self.cuts(name, model, table, relation);
                }
            }
            self.foreign_keys(name, model, table);
            self.outsiders(name, model, table);
        }
    }

    /// Both sides of a relation can be compared.
    fn joins(&mut self, name: &Name, table: &Table, relation: &Relation, target: &Table) {
        for (by, on) in relation.by.iter().zip(&relation.on) {
            let (Some(here), Some(there)) = (table.column(by), target.column(on)) else { continue };
            let place = format!("{name}.{by}");
            if let Some(kind) = &relation.by_identity {
                if !matches!(here.kind, Kind::Text { .. } | Kind::Any)
                    && !matches!(&here.kind, Kind::Other(word) if word.contains("citext"))
                {
                    let what =
                        format!("`by_identity: {kind}` needs a text column, and this is {}", here.type_name);
                    self.put(
                        (ERROR, "identity-not-text"),
                        Some(&relation.span),
                        &place,
                        what,
                        "join by a key instead",
                    );
                }
            } else if !comparable(&here.kind, &there.kind) {
                let what = format!(
                    "{} here is compared with {} in `{}.{on}`",
                    here.type_name, there.type_name, relation.to
                );
                let fix = "correct `by:` or `on:`; columns of different types never match";
                self.put((ERROR, "reference-type-mismatch"), Some(&relation.span), &place, what, fix);
            }
        }
    }

    /// What the relation decides about the reference can be done.
    fn cuts(&mut self, name: &Name, model: &Model, table: &Table, relation: &Relation) {
        let Some(target) = self.map.model(&relation.to) else { return };
        if relation.by_identity.is_some() || !is_required(table, &relation.by) {
            return;
        }
        let columns = relation.by.iter().map(Name::as_str).collect::<Vec<_>>().join(", ");
        let place = format!("{name}.{columns}");
        if relation.on_erase == Some(EdgeAction::Cut(Reference::Null)) {
            let what = "`on_erase: null` cannot clear a column that refuses NULL";
            let fix = "use repoint with a `ghost:`, cascade or refuse";
            self.put((ERROR, "null-refused"), Some(&relation.span), &place, what, fix);
            return;
        }
        let stays = match relation.kind {
            RelationKind::OwnedBy => !matches!(model.fate(relation), Action::Delete),
            RelationKind::AccessedBy | RelationKind::Accesses => true,
            RelationKind::Owns | RelationKind::RefersTo => false,
        };
        let declared = table.foreign_keys.iter().any(|key| {
            key.enforced && same_pairs(&key.columns, self.live.target(key), &relation.by, &relation.on)
        });
        // Another relation over the same columns may decide it: masked with its owner, and gone when its owner goes.
        let taken_along = model.relations.iter().any(|other| {
            other.to == relation.to
                && other.on_erase == Some(EdgeAction::Cascade)
                && other.when.is_empty()
                && same_pairs(&other.by, &other.on, &relation.by, &relation.on)
        });
        let undecided = matches!(relation.on_erase, None | Some(EdgeAction::Row(_))) && !taken_along;
        if !stays || !undecided || !declared || target.ghost.is_some() {
            return;
        }
        let to = &relation.to.model;
        if self.deletes_at_once(&relation.to, target) {
            let what =
                format!("the row stays when the row in `{to}` goes, and its reference cannot be cleared");
            let fix = format!(
                "add a `ghost:` to `{to}` (and `on_erase: repoint` here), or choose cascade or refuse"
            );
            self.put((ERROR, "reference-undecided"), Some(&relation.span), &place, what, fix);
        } else if self.may_delete(&relation.to, target) && !deletes_later(model) {
            let what =
                format!("the row is still here when the period ends for which the row in `{to}` is kept");
            let fix = "add the same `keep:` to this model, or a second relation by the same columns with `as: refers_to, on_erase: cascade`";
            self.put((WARNING, "outlives-its-owner"), Some(&relation.span), &place, what, fix);
        }
    }

    /// Every foreign key between mapped tables is decided by a relation.
    fn foreign_keys(&mut self, name: &Name, model: &Model, table: &Table) {
        for key in &table.foreign_keys {
            let Some((to_name, to_model)) = self.mapped.get(&key.to).copied() else { continue };
            let to = self.at(to_name);
            let columns = self.live.target(key);
            let decided = model.relations.iter().any(|relation| {
                relation.to == to && same_pairs(&key.columns, columns, &relation.by, &relation.on)
            });
            let at = self.at(name);
            let turned = to_model.relations.iter().any(|relation| {
                let owns = matches!(relation.kind, RelationKind::Owns | RelationKind::Accesses);
                owns && relation.to == at && same_pairs(columns, &key.columns, &relation.by, &relation.on)
            });
            if decided || turned || !self.may_delete(&to, to_model) {
                continue;
            }
            let by = key.columns.iter().map(Name::as_str).collect::<Vec<_>>().join(", ");
            let what =
                format!("nothing decides what becomes of this reference when the row in `{to_name}` goes");
            let word = if is_required(table, &key.columns) { "refuse" } else { "null" };
            let by_word = if key.columns.len() == 1 { by.clone() } else { format!("[{by}]") };
            let fix = format!(
                "add a relation such as `{{ to: {to_name}, by: {by_word}, as: owned_by }}` or `{{ to: {to_name}, by: {by_word}, as: refers_to, on_erase: {word} }}`"
            );
            let place = format!("{name}.{by}");
            self.put((ERROR, "foreign-key-undecided"), Some(&model.span), &place, what, fix);
        }
    }

    /// Foreign keys of unmapped tables into a mapped one: rows the plan cannot see would block it, or go with it.
    fn outsiders(&mut self, name: &Name, model: &Model, table: &Table) {
        if !self.may_delete(&self.at(name), model) {
            return;
        }
        let incoming: Vec<(&Table, &ForeignKey)> = self.live.incoming(&table.name).to_vec();
        for (other, key) in incoming {
            let covered =
                matches!(other.sort, TableSort::PartitionOf(_)) || self.mapped.contains_key(&other.name);
            if covered {
                continue;
            }
            let by = key.columns.iter().map(Name::as_str).collect::<Vec<_>>().join(", ");
            let place = format!("{}.{by}", other.name);
            let fix = "map this table, with a relation that decides the reference";
            match own_rule(key.on_delete).filter(|_| key.enforced) {
                Some(rule) => {
                    let further = self.cascade(&other.name);
                    let further = if further.is_empty() {
                        String::new()
                    } else {
                        format!(", and on to {}", further.join(", "))
                    };
                    let what = format!(
                        "{rule} reaches from `{name}` into this table{further}, which is not in the map"
                    );
                    self.put((ERROR, "cascade-outside"), None, &place, what, fix);
                }
                None => {
                    let severity = if key.enforced { ERROR } else { WARNING };
                    let what = format!("rows of this table, which is not in the map, refer to `{name}`");
                    self.put((severity, "foreign-key-from-unmapped"), None, &place, what, fix);
                }
            }
        }
    }

    /// Tables further down that the source's own cascades would reach.
    fn cascade(&self, from: &TableRef) -> Vec<String> {
        let mut seen: HashSet<TableRef> = HashSet::from([from.clone()]);
        let mut found = BTreeSet::new();
        let mut waiting = vec![from.clone()];
        while let Some(above) = waiting.pop() {
            for (table, key) in self.live.incoming(&above) {
                if own_rule(key.on_delete).is_some() && seen.insert(table.name.clone()) {
                    found.insert(format!("`{}`", table.name));
                    waiting.push(table.name.clone());
                }
            }
        }
        found.into_iter().collect()
    }
}

/// Whether two lists of column pairs are the same pairs, in whatever order.
pub(in crate::map) fn same_pairs(from: &[Name], to: &[Name], by: &[Name], on: &[Name]) -> bool {
    let pairs = |a: &[Name], b: &[Name]| a.iter().cloned().zip(b.iter().cloned()).collect::<BTreeSet<_>>();
    from.len() == by.len() && to.len() == on.len() && pairs(from, to) == pairs(by, on)
}
