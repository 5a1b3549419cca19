//! What becomes of the rows reached, and of references to those that go.

use crate::oracle::{Cut, Erased, Fate, Reached, Reader, equal, erased_has, joins};
use crate::world::{At, Decision, Record, Relation, Value};

impl Reader<'_> {
    pub(super) fn outcome(&self, reached: &Reached) -> Erased {
        let mut erased = Erased::default();
        for (at, fates) in &reached.fates {
            if fates.contains(&Fate::Delete) {
                erased.deleted.insert(*at);
                continue;
            }
            for fate in fates {
                match fate {
                    Fate::Mask(methods) => {
                        let columns = erased.masks.entry(*at).or_default();
                        for (column, method) in methods {
                            columns.entry(column.clone()).or_default().push(method.clone());
                        }
                    }
                    Fate::Cut(relation) => {
                        let relation = &self.table(at.0).relations[*relation];
                        let ghost = (relation.decision == Some(Decision::Repoint))
                            .then(|| (relation.to, relation.on.clone()));
                        let cut = Cut { columns: relation.by.clone(), ghost };
                        erased.cuts.entry(*at).or_default().push(cut);
                    }
                    Fate::Delete | Fate::Keep => {}
                }
            }
        }
        for at in self.world.rows().filter(|at| !erased.deleted.contains(at)).collect::<Vec<_>>() {
            self.references(at, &mut erased);
        }
        erased
    }

    /// Where a reference leads that nobody decided and that cannot be empty: to the ghost there is.
    fn instead(&self, at: usize, relation: &Relation) -> Option<(usize, Vec<String>)> {
        let (table, to) = (self.table(at), self.table(relation.to));
        let open = |column: &String| table.required(column) && !table.key.contains(column);
        let needed = relation.decision.is_none() || matches!(relation.decision, Some(Decision::Row(_)));
        (needed && to.ghost.is_some() && relation.by.iter().all(open))
            .then(|| (relation.to, relation.on.clone()))
    }

    /// What becomes of the references of a row that stays.
    fn references(&self, at: At, erased: &mut Erased) {
        let (table, row) = (self.table(at.0), self.world.row(at));
        let mut said: Vec<(&[String], usize)> = Vec::new();
        let mut cut = |columns: &[String], ghost: Option<(usize, Vec<String>)>| {
            let clearable = columns.iter().any(|column| !table.required(column));
            if ghost.is_none() && !clearable {
                erased.stops.push(at);
                return;
            }
            erased.cuts.entry(at).or_default().push(Cut { columns: columns.to_vec(), ghost });
        };
        let mut stops = false;
        for relation in table.relations.iter().filter(|relation| !relation.identity) {
            let mut targets = self.table(relation.to).rows.iter().enumerate();
            let gone = |(other, target): (usize, &Record)| {
                erased_has(&erased.deleted, (relation.to, other)) && joins(relation, row, target)
            };
            if relation.when.is_none_or(|kind| row["kind"] == Value::text(kind)) {
                said.push((&relation.by, relation.to));
            }
            if !targets.any(gone) {
                continue;
            }
            match &relation.decision {
                Some(Decision::Refuse) => stops = true,
                Some(Decision::Repoint) => cut(&relation.by, Some((relation.to, relation.on.clone()))),
                _ => cut(&relation.by, self.instead(at.0, relation)),
            }
        }
        for foreign in &table.foreign {
            if said.contains(&(&foreign.columns, foreign.to)) {
                continue;
            }
            let lost = self.table(foreign.to).rows.iter().enumerate().any(|(other, target)| {
                let same =
                    foreign.columns.iter().zip(&foreign.on).all(|(by, on)| equal(&row[by], &target[on]));
                same && erased_has(&erased.deleted, (foreign.to, other))
            });
            if lost {
                cut(&foreign.columns, None);
            }
        }
        if stops {
            erased.stops.push(at);
        }
    }
}
