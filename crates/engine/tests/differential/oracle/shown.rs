//! What a person is shown.

use std::collections::{BTreeMap, BTreeSet};

use crate::oracle::{Reached, Reader, Shown, joins, normal};
use crate::world::{At, Edge, Record};

impl Reader<'_> {
    pub(super) fn shown(&self, owned: BTreeSet<At>) -> Shown {
        let mut shown = Shown { owned, ..Shown::default() };
        let reached = Reached { flowing: shown.owned.clone(), fates: BTreeMap::new() };
        let addresses = self.addresses(&reached);
        let mut direct: BTreeSet<At> = BTreeSet::new();
        for (holder, table) in self.world.tables.iter().enumerate() {
            for relation in &table.relations {
                let target = match relation.edge {
                    Edge::AccessedBy => holder,
                    Edge::Accesses => relation.to,
                    _ => continue,
                };
                shown.perhaps.entry(target).or_default().extend(relation.redact.iter().cloned());
                if relation.identity {
                    let same = |row: &Record| {
                        normal(&row[&relation.by[0]]).is_some_and(|value| addresses.contains(&value))
                    };
                    let rows = table.rows.iter().enumerate().filter(|(_, row)| same(row));
                    for (row, _) in rows {
                        direct.insert((holder, row));
                        shown.redacted.entry(target).or_default().extend(relation.redact.iter().cloned());
                    }
                    continue;
                }
                for (row, record) in table.rows.iter().enumerate() {
                    for (other, there) in self.table(relation.to).rows.iter().enumerate() {
                        if !joins(relation, record, there) {
                            continue;
                        }
                        let (here, there) = ((holder, row), (relation.to, other));
                        let row = match relation.edge {
                            Edge::AccessedBy if shown.owned.contains(&there) => here,
                            Edge::Accesses if shown.owned.contains(&here) => there,
                            _ => continue,
                        };
                        direct.insert(row);
                        shown.redacted.entry(target).or_default().extend(relation.redact.iter().cloned());
                    }
                }
            }
        }
        let mut all = direct.clone();
        loop {
            let below = self.parts_of(&all);
            let news = below.into_iter().filter(|at| all.insert(*at)).count();
            if news == 0 {
                break;
            }
        }
        shown.accessed = all.difference(&shown.owned).copied().collect();
        shown
    }

    /// What belongs to rows that are shown; never another person's row, nor what belongs to one.
    fn parts_of(&self, rows: &BTreeSet<At>) -> Vec<At> {
        let mut found = Vec::new();
        let person = |table: usize| !self.table(table).subject.is_empty();
        for (holder, table) in self.world.tables.iter().enumerate() {
            for relation in table.relations.iter().filter(|relation| !relation.identity) {
                if person(holder) || person(relation.to) {
                    continue;
                }
                for (row, record) in table.rows.iter().enumerate() {
                    for (other, there) in self.table(relation.to).rows.iter().enumerate() {
                        let (here, far) = ((holder, row), (relation.to, other));
                        if relation.edge == Edge::OwnedBy
                            && rows.contains(&far)
                            && joins(relation, record, there)
                        {
                            found.push(here);
                        }
                        if relation.edge == Edge::Owns
                            && rows.contains(&here)
                            && joins(relation, record, there)
                        {
                            found.push(far);
                        }
                    }
                }
            }
        }
        found
    }
}
