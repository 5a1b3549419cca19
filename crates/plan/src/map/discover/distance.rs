//! How far tables are from people: which ones ownership reaches at all, and in how many steps.

use std::collections::{BTreeSet, VecDeque};

use exeunt_base::TableRef;
use exeunt_datamap::model::{EdgeAction, RelationKind};
use exeunt_source::catalog::{ForeignKey, Table};

use crate::map::discover::links::{Link, Linker};
use crate::map::discover::roles::Role;
use crate::map::live::is_required;

impl<'a> Linker<'a> {
    /// Follows ownership down from people; where it ends, whoever made a row that nothing else links owns it.
    pub(super) fn measure(&mut self) {
        let mut waiting: VecDeque<TableRef> = self.people.subjects.keys().cloned().collect();
        self.distance = waiting.iter().map(|table| (table.clone(), 0)).collect();
        loop {
            self.spread(waiting);
            let found = self.find_last_resorts();
            if found.is_empty() {
                return;
            }
            waiting = VecDeque::new();
            for (table, key) in found {
                self.last_resorts.insert((table.name.clone(), key.columns.clone()));
                if self.distance.insert(table.name.clone(), 1).is_none() {
                    waiting.push_back(table.name.clone());
                }
            }
        }
    }

    fn spread(&mut self, mut waiting: VecDeque<TableRef>) {
        while let Some(above) = waiting.pop_front() {
            let next = self.distance.get(&above).map_or(1, |distance| distance + 1);
            for (table, key) in self.live.incoming(&above).to_vec() {
                if !self.distance.contains_key(&table.name) && self.may_own(table, key) {
                    self.distance.insert(table.name.clone(), next);
                    waiting.push_back(table.name.clone());
                }
            }
        }
    }

    /// `created_by` that cannot be empty, in tables nothing else links to a person. Parts of such a table wait for it:
    /// they are its parts, not their creator's.
    fn find_last_resorts(&self) -> Vec<(&'a Table, &'a ForeignKey)> {
        let open = |table: &&Table| Self::usable(table) && !self.distance.contains_key(&table.name);
        let handled = |table: &'a Table, key: &'a ForeignKey| {
            let (role, why) = self.role(table, key);
            self.is_subject(&key.to)
                && role == Role::Touched
                && is_required(table, &key.columns)
                && !why.contains("others share")
        };
        let keys = |table: &'a Table| {
            table.foreign_keys.iter().filter(move |key| handled(table, key)).map(move |key| (table, key))
        };
        // What people are registered at, wrote comments on, are members of: it is theirs as well.
        let shared = |table: &Table| {
            let theirs = |other: &Table| other.name != table.name && self.has_direct_owner(other);
            self.live.incoming(&table.name).iter().any(|(other, _)| theirs(other))
        };
        // A table with another parent that is reached, but may be empty, is not its creator's either.
        let parted = |table: &Table| {
            let parent = |key: &ForeignKey| !self.is_subject(&key.to) && self.distance.contains_key(&key.to);
            table.foreign_keys.iter().any(|key| key.to != table.name && parent(key))
        };
        let found: Vec<(&Table, &ForeignKey)> = self
            .live
            .catalog
            .tables
            .iter()
            .filter(open)
            .filter(|table| !parted(table) && !shared(table))
            .flat_map(keys)
            .collect();
        let tables: BTreeSet<&TableRef> = found.iter().map(|(table, _)| &table.name).collect();
        let part = |table: &Table| {
            let of = |key: &ForeignKey| key.to != table.name && tables.contains(&key.to);
            table.foreign_keys.iter().any(|key| of(key) && is_required(table, &key.columns))
        };
        let wholes: Vec<_> = found.iter().filter(|(table, _)| !part(table)).copied().collect();
        if !wholes.is_empty() {
            return wholes;
        }
        // Parts of each other in a ring: somebody has to begin.
        let first = found.first().map(|(table, _)| table.name.clone());
        found.into_iter().filter(|(table, _)| Some(&table.name) == first.as_ref()).collect()
    }

    /// Tables that a person's request reaches by the relations made, as the map's own check will see it.
    pub(super) fn reached(&self) -> BTreeSet<TableRef> {
        let mut reached: BTreeSet<TableRef> = self.people.subjects.keys().cloned().collect();
        loop {
            let mut more = Vec::new();
            for (table, links) in &self.linked.tables {
                for link in &links.relations {
                    let (from, to) = match link {
                        Link { on_erase: Some(EdgeAction::Cascade), .. } => (&link.to, table),
                        Link { kind: RelationKind::OwnedBy | RelationKind::AccessedBy, .. } => {
                            (&link.to, table)
                        }
                        Link { kind: RelationKind::Owns | RelationKind::Accesses, .. } => (table, &link.to),
                        Link { kind: RelationKind::RefersTo, .. } => continue,
                    };
                    if reached.contains(from) && !reached.contains(to) {
                        more.push(to.clone());
                    }
                }
            }
            if more.is_empty() {
                return reached;
            }
            reached.extend(more);
        }
    }
}
