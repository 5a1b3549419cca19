//! The data map read as `docs/data-map.md` says it, row by row and slowly. Shares nothing with the planner.

mod law;
mod outcome;
mod shown;

use std::collections::{BTreeMap, BTreeSet};

use crate::oracle::law::covered;
use crate::world::{Action, At, Decision, Edge, Method, Person, Record, Relation, Table, Value, World};

/// What becomes of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Fate {
    Delete,
    Mask(Vec<(String, Method)>),
    Keep,
    /// Detached by this relation of its table.
    Cut(usize),
}

/// A reference that is no more: cleared, or pointed to the ghost of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cut {
    pub(crate) columns: Vec<String>,
    pub(crate) ghost: Option<(usize, Vec<String>)>,
}

/// What an erasure comes to.
#[derive(Debug, Default)]
pub(crate) struct Erased {
    pub(crate) deleted: BTreeSet<At>,
    /// Columns masked, each with the methods that may have done it.
    pub(crate) masks: BTreeMap<At, BTreeMap<String, Vec<Method>>>,
    pub(crate) cuts: BTreeMap<At, Vec<Cut>>,
    /// Rows that refer to a deleted one and stop its deletion.
    pub(crate) stops: Vec<At>,
    /// After a restore that told of rows waiting for others: what was there before it, as which a row may have stayed.
    pub(crate) waiting: Option<Vec<Vec<Record>>>,
    /// Whether one of several people came back: a shared row does so with any of them (decision 0009).
    pub(crate) somebody_back: bool,
}

/// What a person is shown.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Shown {
    pub(crate) owned: BTreeSet<At>,
    pub(crate) accessed: BTreeSet<At>,
    /// Columns blacked out in the accessed rows of a table: by a relation that shows some of them.
    pub(crate) redacted: BTreeMap<usize, BTreeSet<String>>,
    /// Columns that some relation blacks out, though it may lead from nothing of the person's.
    pub(crate) perhaps: BTreeMap<usize, BTreeSet<String>>,
}

struct Reader<'a> {
    world: &'a World,
    people: Vec<&'a Person>,
    erasure: bool,
}

#[derive(Default, Clone, PartialEq)]
struct Reached {
    flowing: BTreeSet<At>,
    fates: BTreeMap<At, Vec<Fate>>,
}

/// What erasing these people does.
pub(crate) fn erase(world: &World, people: &[usize]) -> Erased {
    let people: Vec<&Person> = people.iter().map(|person| &world.people[*person]).collect();
    let reader = Reader { world, people, erasure: true };
    let reached = reader.reach();
    reader.outcome(&reached)
}

/// What a person has a right to see.
pub(crate) fn access(world: &World, person: usize) -> Shown {
    let reader = Reader { world, people: vec![&world.people[person]], erasure: false };
    let owned = reader.reach().flowing;
    reader.shown(owned)
}

impl Reader<'_> {
    fn table(&self, at: usize) -> &Table {
        &self.world.tables[at]
    }

    /// Everything these people reach. Who else owns a shared row looks at the outcome: repeated until nothing changes.
    fn reach(&self) -> Reached {
        let mut before = Reached::default();
        loop {
            let next = self.round(&before.flowing);
            if next == before {
                return next;
            }
            before = next;
        }
    }

    fn round(&self, before: &BTreeSet<At>) -> Reached {
        let mut reached = Reached::default();
        loop {
            let mut found: Vec<(At, Fate, bool)> = Vec::new();
            self.by_identifiers(&reached, &mut found);
            for (holder, table) in self.world.tables.iter().enumerate() {
                for (number, relation) in table.relations.iter().enumerate() {
                    if relation.identity {
                        self.by_identity(holder, number, relation, &reached, &mut found);
                    } else {
                        self.along(holder, number, relation, &reached, before, &mut found);
                    }
                }
            }
            let mut news = false;
            for (at, fate, flows) in found {
                let fates = reached.fates.entry(at).or_default();
                if !fates.contains(&fate) {
                    fates.push(fate);
                    news = true;
                }
                news |= flows && reached.flowing.insert(at);
            }
            if !news {
                return reached;
            }
        }
    }

    /// Rows of subject models that hold an identifier that was given, or learned from another subject model.
    fn by_identifiers(&self, reached: &Reached, found: &mut Vec<(At, Fate, bool)>) {
        let layers = self.layers();
        for (at, table) in self.world.tables.iter().enumerate() {
            let Some(layer) = layers[at] else { continue };
            for (kind, column) in &table.subject {
                let mut wanted: BTreeSet<String> = self.given(kind).collect();
                for (teller, telling) in self.world.tables.iter().enumerate() {
                    let Some((_, from)) = telling.subject.iter().find(|(other, _)| other == kind) else {
                        continue;
                    };
                    let unique = telling.key == [from.clone()];
                    let nearer = layers[teller].is_some_and(|other| other < layer);
                    if teller != at && layers[teller].is_some() && (nearer || unique) {
                        wanted.extend(self.told(reached, teller, from));
                    }
                }
                for (row, record) in table.rows.iter().enumerate() {
                    if normal(&record[column]).is_some_and(|value| wanted.contains(&value)) {
                        let fate = self.fate(at, record, table.action(), None, false);
                        found.push(((at, row), fate, true));
                    }
                }
            }
        }
    }

    /// How far a subject model is from what was given: 0 when it is searched directly.
    fn layers(&self) -> Vec<Option<usize>> {
        let mut known: BTreeSet<&str> = self.world.kinds.iter().copied().collect();
        let mut layers = vec![None; self.world.tables.len()];
        for layer in 0..self.world.tables.len() {
            let next: Vec<usize> = (0..layers.len())
                .filter(|at| layers[*at].is_none())
                .filter(|at| self.table(*at).subject.iter().any(|(kind, _)| known.contains(kind)))
                .collect();
            for at in next {
                known.extend(self.table(at).subject.iter().map(|(kind, _)| *kind));
                layers[at] = Some(layer);
            }
        }
        layers
    }

    fn given<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = String> + 'a {
        let all = self.people.iter().flat_map(|person| person.iter());
        all.filter(move |(other, _)| *other == kind).filter_map(|(_, value)| normal(&Value::text(value)))
    }

    fn told<'a>(
        &'a self,
        reached: &'a Reached,
        teller: usize,
        column: &'a str,
    ) -> impl Iterator<Item = String> + 'a {
        let rows = reached.flowing.iter().filter(move |at| at.0 == teller);
        rows.filter_map(move |at| normal(&self.world.row(*at)[column]))
    }

    /// Rows that carry the person's address and nothing else.
    fn by_identity(
        &self,
        holder: usize,
        number: usize,
        relation: &Relation,
        reached: &Reached,
        found: &mut Vec<(At, Fate, bool)>,
    ) {
        if relation.edge != Edge::OwnedBy {
            return;
        }
        let addresses = self.addresses(reached);
        for (row, record) in self.table(holder).rows.iter().enumerate() {
            if normal(&record[&relation.by[0]]).is_some_and(|value| addresses.contains(&value)) {
                self.owned((holder, row), number, relation, found);
            }
        }
    }

    fn addresses(&self, reached: &Reached) -> BTreeSet<String> {
        let mut addresses: BTreeSet<String> = self.given("email").collect();
        for (teller, telling) in self.world.tables.iter().enumerate() {
            for (_, column) in telling.subject.iter().filter(|(kind, _)| *kind == "email") {
                addresses.extend(self.told(reached, teller, column));
            }
        }
        addresses
    }

    /// Ownership down and up, and what cascades.
    fn along(
        &self,
        holder: usize,
        number: usize,
        relation: &Relation,
        reached: &Reached,
        before: &BTreeSet<At>,
        found: &mut Vec<(At, Fate, bool)>,
    ) {
        for (row, record) in self.table(holder).rows.iter().enumerate() {
            for (other, target) in self.table(relation.to).rows.iter().enumerate() {
                if !joins(relation, record, target) {
                    continue;
                }
                let (here, there) = ((holder, row), (relation.to, other));
                let spared = |at| self.erasure && relation.shared && self.another_owner(at, before);
                if relation.edge == Edge::OwnedBy && reached.flowing.contains(&there) && !spared(here) {
                    self.owned(here, number, relation, found);
                }
                if relation.edge == Edge::Owns && reached.flowing.contains(&here) && !spared(there) {
                    let action = self.table(there.0).action();
                    if !self.erasure {
                        found.push((there, Fate::Keep, true));
                    } else if *action != Action::Detach {
                        found.push((there, self.fate(there.0, target, action, None, false), true));
                    }
                }
                let gone = reached.fates.get(&there).is_some_and(|fates| fates.contains(&Fate::Delete));
                let cascades = relation.edge != Edge::OwnedBy && relation.decision == Some(Decision::Cascade);
                if self.erasure && cascades && gone {
                    found.push((here, self.fate(holder, record, &Action::Delete, None, true), true));
                }
            }
        }
    }

    /// A row whose owner was reached over its own relation.
    fn owned(&self, at: At, number: usize, relation: &Relation, found: &mut Vec<(At, Fate, bool)>) {
        if !self.erasure {
            return found.push((at, Fate::Keep, true));
        }
        let own = self.table(at.0).action();
        let action = match &relation.decision {
            Some(Decision::Refuse) => return,
            Some(Decision::Row(action)) => action,
            Some(Decision::Cascade) => &Action::Delete,
            Some(Decision::Null | Decision::Repoint) if *own == Action::Delete => &Action::Detach,
            _ => own,
        };
        let fate = self.fate(at.0, self.world.row(at), action, Some(number), false);
        found.push((at, fate, *action != Action::Detach));
    }

    /// The law first, then the action.
    fn fate(&self, at: usize, row: &Record, action: &Action, by: Option<usize>, cascade: bool) -> Fate {
        if !self.erasure {
            return Fate::Keep;
        }
        let table = self.table(at);
        let plain = |action: &Action| match action {
            Action::Delete => Fate::Delete,
            Action::Anonymize(methods) => Fate::Mask(methods.clone()),
            Action::Keep => Fate::Keep,
            Action::Detach => by.map_or(Fate::Keep, Fate::Cut),
        };
        let Some(keep) = &table.keep else { return plain(action) };
        if covered(keep, row) {
            return match (table.action(), action) {
                (Action::Anonymize(_), Action::Anonymize(methods)) | (Action::Anonymize(methods), _) => {
                    Fate::Mask(methods.clone())
                }
                _ => Fate::Keep,
            };
        }
        match (action, &keep.then) {
            _ if cascade => Fate::Delete,
            (Action::Detach | Action::Delete, _) => plain(action),
            (_, Some(methods)) => Fate::Mask(methods.clone()),
            (_, None) => Fate::Delete,
        }
    }

    /// Whether an owner of the row is left who was not reached.
    fn another_owner(&self, at: At, reached: &BTreeSet<At>) -> bool {
        let row = self.world.row(at);
        self.world.tables.iter().enumerate().any(|(holder, table)| {
            table.relations.iter().filter(|relation| !relation.identity).any(|relation| {
                let (owners, down) = match relation.edge {
                    Edge::OwnedBy if holder == at.0 => (relation.to, true),
                    Edge::Owns if relation.to == at.0 => (holder, false),
                    _ => return false,
                };
                self.table(owners).rows.iter().enumerate().any(|(place, owner)| {
                    let owns = if down { joins(relation, row, owner) } else { joins(relation, owner, row) };
                    owns && !reached.contains(&(owners, place))
                })
            })
        })
    }
}

fn erased_has(deleted: &BTreeSet<At>, at: At) -> bool {
    deleted.contains(&at)
}

fn equal(one: &Value, other: &Value) -> bool {
    *one != Value::Null && one == other
}

fn joins(relation: &Relation, holder: &Record, other: &Record) -> bool {
    relation.when.is_none_or(|kind| holder["kind"] == Value::text(kind))
        && relation.by.iter().zip(&relation.on).all(|(by, on)| equal(&holder[by], &other[on]))
}

/// An identifier as it is compared: e-mail addresses without blanks around and in small letters.
fn normal(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::Int(number) => Some(number.to_string()),
        Value::Text(text) => Some(text.trim().to_lowercase()).filter(|text| !text.is_empty()),
    }
}
