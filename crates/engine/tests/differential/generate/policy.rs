//! What the map decides about rows and references.

use crate::generate::Maker;
use crate::world::{Action, Decision, Edge, Keep, Method, Table};

impl Maker {
    pub(super) fn actions(&mut self, at: usize) {
        let person = !self.tables[at].subject.is_empty();
        let roll = self.roll(20);
        let masks = self.methods(at);
        let in_key = self.tables[at].relations.iter().any(|relation| relation.by == ["ka"]);
        let action = match roll {
            0..5 if !in_key => Action::Anonymize(masks),
            5..7 if !person && !in_key => Action::Detach,
            7..10 if !in_key => {
                self.tables[at].keep = Some(self.keep(at));
                if self.one_in(2) { Action::Keep } else { Action::Anonymize(masks) }
            }
            _ => Action::Delete,
        };
        // rows without a key cannot be changed, only deleted: that is tried seldom enough not to be all that is tried
        let keyless = self.tables[at].key.is_empty() && !self.one_in(8);
        let action = if keyless { Action::Delete } else { action };
        if keyless {
            self.tables[at].keep = None;
        }
        let open = self.tables[at].key == ["id"];
        let anchored =
            self.tables[at].columns.iter().any(|column| column.required && column.name.starts_with('r'));
        if open && !anchored && self.one_in(2) {
            self.tables[at].ghost = Some(self.one_in(2));
        }
        self.tables[at].action = Some(action);
    }

    fn keep(&mut self, at: usize) -> Keep {
        let (count, unit) = self.pick(&[(10, 'y'), (3, 'y'), (6, 'm'), (90, 'd')]);
        let then = if self.one_in(3) { Some(self.methods(at)) } else { None };
        Keep {
            count,
            unit,
            dated: !self.one_in(5),
            starting: self.pick(&["date", "date", "end_of_month", "end_of_year"]),
            then,
            when: if self.one_in(3) { Some("a") } else { None },
        }
    }

    fn methods(&mut self, at: usize) -> Vec<(String, Method)> {
        let mut found = Vec::new();
        let name_required = self.tables[at].column("name").required;
        for column in ["email", "name", "note", "ip", "age", "born"] {
            if !(self.one_in(3) || column == "born" && found.is_empty()) {
                continue;
            }
            let list: &[Method] = match column {
                "email" => &[
                    Method::Null,
                    Method::Hash,
                    Method::Pseudonym,
                    Method::FakeEmail,
                    Method::Redact,
                    Method::Keep,
                ],
                "name" if name_required => {
                    &[Method::Redact, Method::Fixed, Method::FakeName, Method::Partial(1, 0)]
                }
                "name" => &[Method::Null, Method::Hash, Method::Pseudonym, Method::FakeName, Method::Shuffle],
                "note" => {
                    &[Method::Null, Method::Redact, Method::Fixed, Method::Prefix(2), Method::Partial(1, 1)]
                }
                "ip" => &[Method::Null, Method::TruncateIp],
                "age" => &[Method::Null, Method::Band(10), Method::NoiseAmount(3), Method::Redact],
                _ => &[Method::Null, Method::Year, Method::Month, Method::NoiseDays(30)],
            };
            found.push((column.to_owned(), self.pick(list)));
        }
        if found.iter().all(|(_, method)| *method == Method::Keep) {
            found.push((String::from("born"), Method::Year));
            found.dedup_by(|one, other| one.0 == other.0);
        }
        found
    }

    pub(super) fn decisions(&mut self, at: usize) {
        for place in 0..self.tables[at].relations.len() {
            let relation = &self.tables[at].relations[place];
            let (to, edge, identity) = (relation.to, relation.edge, relation.identity);
            let required = relation.by.iter().any(|column| self.tables[at].required(column));
            let in_key = relation.by == ["ka"];
            let ghost = self.tables[to].ghost.is_some()
                && relation.on == ["id"]
                && self.tables[to].source == self.tables[at].source
                && !in_key;
            let cut = if ghost && (required || self.one_in(3)) { Decision::Repoint } else { Decision::Null };
            let masks = Decision::Row(Action::Anonymize(self.methods(at)));
            let kept = self.tables[at].keep.is_some();
            let minimized = matches!(self.tables[at].action, Some(Action::Anonymize(_)));
            let roll = self.roll(16);
            let keyless = self.tables[at].key.is_empty()
                && self.tables[at].action == Some(Action::Delete)
                && !self.one_in(8);
            let decision = match edge {
                Edge::OwnedBy if keyless => None,
                Edge::AccessedBy if keyless && identity => None,
                _ if keyless => Some(Decision::Cascade),
                _ if in_key && edge == Edge::RefersTo => Some(Decision::Cascade),
                _ if in_key => None,
                Edge::OwnedBy if identity => match roll {
                    0..2 => Some(Decision::Null),
                    2 => Some(Decision::Row(Action::Delete)),
                    _ => None,
                },
                _ if identity => None,
                Edge::OwnedBy => match roll {
                    0 | 1 => Some(cut),
                    2 if ghost => Some(Decision::Repoint),
                    3 => Some(Decision::Refuse),
                    4 => Some(Decision::Row(Action::Detach)),
                    5 if !kept || minimized => Some(masks),
                    6 => Some(Decision::Row(Action::Delete)),
                    7 if kept => Some(Decision::Row(Action::Keep)),
                    8 => Some(Decision::Cascade),
                    _ => None,
                },
                Edge::RefersTo => match roll {
                    0 => Some(Decision::Refuse),
                    1..5 => Some(Decision::Cascade),
                    _ => Some(cut),
                },
                _ => match roll {
                    0..2 => Some(Decision::Cascade),
                    2..5 => Some(cut),
                    5 => Some(Decision::Refuse),
                    _ => None,
                },
            };
            // rows that only `when:` tells apart, or of another source, cannot stop a deletion: no plan
            let relation = &self.tables[at].relations[place];
            let out_of_sight = relation.when.is_some()
                || self.tables[to].source != self.tables[at].source
                || relation.identity;
            let decision = decision.filter(|one| *one != Decision::Refuse || !out_of_sight);
            let decision = match (decision, edge) {
                (None, Edge::RefersTo) => Some(Decision::Cascade),
                (decision, _) => decision,
            };
            self.tables[at].relations[place].decision = decision;
        }
    }

    /// Makes references nullable where a row may outlive what it refers to, so that most maps can be carried out.
    pub(super) fn soften(&mut self, at: usize) {
        let goes = |table: &Table| {
            matches!(table.action, Some(Action::Delete))
                || table.keep.is_some()
                || table.relations.iter().any(|relation| {
                    matches!(relation.decision, Some(Decision::Cascade | Decision::Row(Action::Delete)))
                })
        };
        let stays = |table: &Table| {
            !matches!(table.action, Some(Action::Delete))
                || table.keep.is_some()
                || table.relations.iter().any(|relation| {
                    relation.shared
                        || !matches!(
                            relation.decision,
                            None | Some(Decision::Cascade | Decision::Row(Action::Delete))
                        )
                })
        };
        let mut loosen: Vec<String> = Vec::new();
        for relation in &self.tables[at].relations {
            let taken = relation.edge == Edge::OwnedBy
                && !stays(&self.tables[at])
                && matches!(
                    relation.decision,
                    None | Some(Decision::Row(Action::Delete) | Decision::Cascade)
                );
            let decided = matches!(relation.decision, Some(Decision::Repoint))
                || relation.decision == Some(Decision::Cascade) && self.tables[at].keep.is_none();
            let cuts = matches!(relation.decision, Some(Decision::Null | Decision::Row(Action::Detach)))
                || relation.edge == Edge::OwnedBy
                    && relation.decision.is_none()
                    && self.tables[at].action == Some(Action::Detach);
            if cuts || goes(&self.tables[relation.to]) && !taken && !decided {
                loosen.extend(relation.by.iter().cloned());
            }
        }
        for foreign in &self.tables[at].foreign {
            let described = self.tables[at]
                .relations
                .iter()
                .any(|relation| relation.by == foreign.columns && relation.to == foreign.to);
            if !described || foreign.rule == "set null" {
                loosen.extend(foreign.columns.iter().cloned());
            }
        }
        let table = &mut self.tables[at];
        for column in &mut table.columns {
            if loosen.contains(&column.name) && !table.key.contains(&column.name) && column.name != "email" {
                column.required = false;
            }
        }
        for foreign in &mut table.foreign {
            let fixed = foreign.columns.iter().any(|column| table.key.contains(column));
            if foreign.rule == "set null" && fixed {
                foreign.rule = "";
            }
        }
    }
}
