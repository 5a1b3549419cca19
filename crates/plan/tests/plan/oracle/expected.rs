//! What the map says, row by row: a slow and simple reading, sharing nothing with the planner.

use std::collections::{BTreeMap, BTreeSet};

use exeunt_datamap::DataMap;
use exeunt_datamap::model::{Action, EdgeAction, Model, Reference, Relation, RelationKind, Scalar, Then};
use rusqlite::Connection;

use crate::oracle::world::{Record, Value, World};

type At = (usize, i64);
type Declared = (usize, String, Vec<(String, Scalar)>);

/// What happens to a row that is reached.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Deed {
    Delete,
    Mask,
    Cut(String),
    Nothing,
}

pub(crate) struct Expected {
    /// Table, column and constants of each relation.
    declared: Vec<Declared>,
    deleted: BTreeSet<At>,
    deeds: BTreeMap<At, BTreeSet<Deed>>,
}

struct Reader<'a> {
    world: &'a World,
    models: Vec<&'a Model>,
}

pub(crate) fn of(world: &World, map: &DataMap) -> Expected {
    let mut models: Vec<(usize, &Model)> =
        map.models().map(|(at, model)| (index(at.model.as_str()), model)).collect();
    models.sort_by_key(|(at, _)| *at);
    let reader = Reader { world, models: models.into_iter().map(|(_, model)| model).collect() };
    // "unless another owner stays" looks at the outcome: repeat until it no longer changes
    let (mut flowing, mut deeds) = (BTreeSet::new(), BTreeMap::new());
    for _ in 0..world.tables.len() + 2 {
        let next = reader.round(&flowing);
        let same = next.0 == flowing && next.1 == deeds;
        (flowing, deeds) = next;
        if same {
            break;
        }
    }
    let deleted =
        deeds.iter().filter(|(_, deeds)| deeds.contains(&Deed::Delete)).map(|(at, _)| *at).collect();
    let declared = reader.models.iter().enumerate().flat_map(|(at, model)| {
        model.relations.iter().map(move |relation| {
            let when =
                relation.when.iter().map(|(column, value)| (column.to_string(), value.clone())).collect();
            (at, relation.by[0].to_string(), when)
        })
    });
    Expected { declared: declared.collect(), deleted, deeds }
}

fn index(model: &str) -> usize {
    model.trim_start_matches('t').parse().unwrap()
}

impl Reader<'_> {
    fn round(&self, before: &BTreeSet<At>) -> (BTreeSet<At>, BTreeMap<At, BTreeSet<Deed>>) {
        let (mut flowing, mut deeds): (BTreeSet<At>, BTreeMap<At, BTreeSet<Deed>>) = Default::default();
        let mut cascaded: BTreeSet<At> = BTreeSet::new();
        let mut waiting: Vec<At> = Vec::new();
        for (id, row) in &self.world.tables[0].rows {
            if row["email"] == Value::Text("p1".into()) {
                let found = self.fate(0, row, &self.models[0].on_erase, None, false);
                deeds.entry((0, *id)).or_default().insert(found);
                waiting.push((0, *id));
                flowing.insert((0, *id));
            }
        }
        while let Some(at) = waiting.pop() {
            let mut found: Vec<(At, Deed, bool)> = Vec::new();
            if flowing.contains(&at) {
                self.owned_below(at, before, &mut found);
            }
            if deeds.get(&at).is_some_and(|deeds| deeds.contains(&Deed::Delete)) && cascaded.insert(at) {
                self.cascaded(at, &mut found);
            }
            for (to, deed, flows) in found {
                let news = deeds.entry(to).or_default().insert(deed) | (flows && flowing.insert(to));
                if news {
                    waiting.push(to);
                }
            }
        }
        (flowing, deeds)
    }

    fn owned_below(&self, at: At, before: &BTreeSet<At>, found: &mut Vec<(At, Deed, bool)>) {
        let row = &self.world.tables[at.0].rows[&at.1];
        for (holder, model) in self.models.iter().enumerate() {
            for relation in &model.relations {
                let to = index(relation.to.model.as_str());
                if relation.kind == RelationKind::OwnedBy && to == at.0 {
                    for (id, below) in &self.world.tables[holder].rows {
                        if !joins(relation, below, row)
                            || relation.shared.is_some() && self.other_owner((holder, *id), before)
                        {
                            continue;
                        }
                        match self.way(holder, below, relation) {
                            None => {}
                            Some(deed @ Deed::Cut(..)) => found.push(((holder, *id), deed, false)),
                            Some(deed) => {
                                let flows = !self.detaches(holder, relation);
                                found.push(((holder, *id), deed, flows));
                            }
                        }
                    }
                }
                if relation.kind == RelationKind::Owns && holder == at.0 {
                    for (id, other) in &self.world.tables[to].rows {
                        if !joins(relation, row, other)
                            || relation.shared.is_some() && self.other_owner((to, *id), before)
                        {
                            continue;
                        }
                        let deed = self.fate(to, other, &self.models[to].on_erase, None, false);
                        found.push(((to, *id), deed, true));
                    }
                }
            }
        }
    }

    fn cascaded(&self, at: At, found: &mut Vec<(At, Deed, bool)>) {
        let row = &self.world.tables[at.0].rows[&at.1];
        for (holder, model) in self.models.iter().enumerate() {
            for relation in &model.relations {
                let cascades =
                    relation.kind != RelationKind::OwnedBy && relation.on_erase == Some(EdgeAction::Cascade);
                if !cascades || index(relation.to.model.as_str()) != at.0 {
                    continue;
                }
                for (id, other) in &self.world.tables[holder].rows {
                    if joins(relation, other, row) {
                        found.push((
                            (holder, *id),
                            self.fate(holder, other, &Action::Delete, None, true),
                            true,
                        ));
                    }
                }
            }
        }
    }

    fn detaches(&self, holder: usize, relation: &Relation) -> bool {
        matches!(self.models[holder].fate(relation), Action::Detach)
    }

    /// What an owned row meets by its own relation; `None`: it stops the deletion instead.
    fn way(&self, holder: usize, row: &Record, relation: &Relation) -> Option<Deed> {
        if relation.on_erase == Some(EdgeAction::Cut(Reference::Refuse)) {
            return None;
        }
        let column = relation.by[0].as_str().to_owned();
        Some(self.fate(holder, row, self.models[holder].fate(relation), Some(column), false))
    }

    fn fate(&self, at: usize, row: &Record, action: &Action, link: Option<String>, cascade: bool) -> Deed {
        let model = self.models[at];
        let detach = || link.clone().map_or(Deed::Nothing, Deed::Cut);
        let Some(keep) = &model.keep else {
            return match action {
                Action::Delete => Deed::Delete,
                Action::Anonymize(_) => Deed::Mask,
                Action::Keep => Deed::Nothing,
                Action::Detach => detach(),
            };
        };
        let covered = keep.when.iter().all(|(column, value)| holds(row, column.as_str(), value));
        let within = match &row["paid"] {
            Value::Text(day) => day.as_str() >= "2016-11-21",
            _ => true,
        };
        if covered && within {
            return match (&model.on_erase, action) {
                (Action::Keep, _) => Deed::Nothing,
                _ => Deed::Mask,
            };
        }
        match (action, &keep.then) {
            _ if cascade => Deed::Delete,
            (Action::Detach, _) => detach(),
            (Action::Delete, _) | (_, Then::Delete) => Deed::Delete,
            (_, Then::Anonymize(_)) => Deed::Mask,
        }
    }

    /// Whether some owner of the row was not reached.
    fn other_owner(&self, at: At, reached: &BTreeSet<At>) -> bool {
        let row = &self.world.tables[at.0].rows[&at.1];
        for (holder, model) in self.models.iter().enumerate() {
            for relation in &model.relations {
                let to = index(relation.to.model.as_str());
                let owners = match relation.kind {
                    RelationKind::OwnedBy if holder == at.0 => to,
                    RelationKind::Owns if to == at.0 => holder,
                    _ => continue,
                };
                for (id, owner) in &self.world.tables[owners].rows {
                    let owns = if relation.kind == RelationKind::OwnedBy {
                        joins(relation, row, owner)
                    } else {
                        joins(relation, owner, row)
                    };
                    if owns && !reached.contains(&(owners, *id)) {
                        return true;
                    }
                }
            }
        }
        false
    }
}

fn joins(relation: &Relation, holder: &Record, other: &Record) -> bool {
    let same = relation
        .by
        .iter()
        .zip(&relation.on)
        .all(|(by, on)| holder[by.as_str()] != Value::Null && holder[by.as_str()] == other[on.as_str()]);
    same && relation.when.iter().all(|(column, value)| holds(holder, column.as_str(), value))
}

fn holds(row: &Record, column: &str, value: &Scalar) -> bool {
    matches!((&row[column], value), (Value::Text(have), Scalar::Text(want)) if have == want)
}

impl Expected {
    /// Compares a database with what should have become of the rows.
    pub(crate) fn compare(&self, world: &World, db: &Connection) -> Result<(), String> {
        for (at, table) in world.tables.iter().enumerate() {
            let left = rows(db, at, table.rows.values().next());
            for (id, row) in &table.rows {
                let here = (at, *id);
                let now = left.get(id);
                if self.deleted.contains(&here) != now.is_none() {
                    return Err(format!("t{at} {id}: expected deleted: {}", self.deleted.contains(&here)));
                }
                let Some(now) = now else { continue };
                let deeds = self.deeds.get(&here);
                for (column, before) in row {
                    self.column(world, here, (column, before, &now[column]), deeds)?;
                }
            }
            if let Some(strange) = left.keys().find(|id| **id != 1000 && !table.rows.contains_key(id)) {
                return Err(format!("t{at} {strange} was not there before"));
            }
        }
        Ok(())
    }

    fn column(
        &self,
        world: &World,
        at: At,
        (column, before, now): (&str, &Value, &Value),
        deeds: Option<&BTreeSet<Deed>>,
    ) -> Result<(), String> {
        let masked = column == "note" && deeds.is_some_and(|deeds| deeds.contains(&Deed::Mask));
        let cut = deeds.is_some_and(|deeds| deeds.contains(&Deed::Cut(column.to_owned())));
        let link = world.tables[at.0].links.iter().find(|link| link.column == column);
        let gone = link.is_some_and(|link| match before {
            Value::Int(to) => self.deleted.contains(&(link.to, *to)),
            _ => false,
        });
        let row = &world.tables[at.0].rows[&at.1];
        let declared = self.declared.iter().any(|(table, by, when)| {
            *table == at.0 && by == column && when.iter().all(|(column, value)| holds(row, column, value))
        });
        let fine = if masked {
            *now == Value::Null
        } else if gone && link.is_some_and(|link| link.enforced || declared || cut) {
            matches!(now, Value::Null | Value::Int(1000))
        } else if gone {
            // a reference nobody declared and nobody checks may only be cut, never changed otherwise
            matches!(now, Value::Null | Value::Int(1000)) || now == before
        } else if cut {
            matches!(now, Value::Null | Value::Int(1000))
        } else {
            now == before
        };
        if fine {
            Ok(())
        } else {
            Err(format!("t{} {} {column}: {before:?} became {now:?}; {deeds:?}, gone: {gone}", at.0, at.1))
        }
    }
}

fn rows(db: &Connection, at: usize, like: Option<&Record>) -> BTreeMap<i64, Record> {
    let columns: Vec<&String> = like.map(|row| row.keys().collect()).unwrap_or_default();
    let list: Vec<&str> = columns.iter().map(|column| column.as_str()).collect();
    let comma = if list.is_empty() { "" } else { ", " };
    let mut statement = db.prepare(&format!("select rowid{comma}{} from t{at}", list.join(", "))).unwrap();
    let read = |row: &rusqlite::Row<'_>| {
        let id: i64 = row.get(0)?;
        let mut record = Record::new();
        for (place, column) in columns.iter().enumerate() {
            record.insert(
                (*column).clone(),
                match row.get_ref(place + 1)? {
                    rusqlite::types::ValueRef::Integer(number) => Value::Int(number),
                    rusqlite::types::ValueRef::Text(text) => {
                        Value::Text(String::from_utf8_lossy(text).into_owned())
                    }
                    _ => Value::Null,
                },
            );
        }
        Ok((id, record))
    };
    statement.query_map([], read).unwrap().map(Result::unwrap).collect()
}
