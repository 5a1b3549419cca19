//! Rows that a trigger of the application does not let go: it puts an old value back, or keeps the row from being changed.
//! Such a row still says what was to be hidden, so nobody may count it as done.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use exeunt_base::{Cell, Fault, FaultKind, Kind, Name, Row};
use exeunt_source::catalog::{Catalog, Table, Trigger, Writes};
use exeunt_source::{Abilities, KeyBy, Read, Rows, Transaction};

use crate::batch::overwritten::Wanted;
use crate::batch::strike::{Ready, no_such_row, place_of};
use crate::batch::update::new_key;
use crate::census::Entry;
use crate::error::Error;

/// A table whose triggers may write into rows that are changed.
#[derive(Debug)]
pub(super) struct Watch {
    /// How values of the columns that are set are compared.
    likeness: Vec<Likeness>,
    /// What the source answers to an update does not tell yet what its triggers made of the rows.
    early: bool,
}

/// When two spellings are the same value of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Likeness {
    /// The source knows: it may pad, round or respell what it is given.
    Asked,
    /// The same document; not every source compares those.
    Document,
    /// As they stand: the source may have no comparison for the type.
    Spelled,
}

impl Watch {
    /// What must be looked at in rows of a table when columns of theirs are set; `None` without triggers on changes.
    pub(super) fn over(table: &Table, catalog: &Catalog, set: &[Name], can: &Abilities) -> Option<Self> {
        let watches = |trigger: &&Trigger| trigger.enabled && trigger.on.update;
        table.triggers.iter().find(watches)?;
        let likeness = |name: &Name| match table.column(name).map(|column| &column.kind) {
            Some(Kind::Json) => Likeness::Document,
            Some(Kind::Array(_) | Kind::Other(_)) | None => Likeness::Spelled,
            Some(_) => Likeness::Asked,
        };
        let mut later = table.triggers.iter().filter(watches).filter(|trigger| !trigger.before);
        let early = !can.images_are_final && later.any(|trigger| may_write(catalog, trigger, table));
        Some(Self { likeness: set.iter().map(likeness).collect(), early })
    }
}

/// Whether a trigger, or one that it sets off elsewhere, may write into a table.
fn may_write(catalog: &Catalog, trigger: &Trigger, table: &Table) -> bool {
    let mut seen = HashSet::new();
    let mut open = vec![trigger];
    while let Some(trigger) = open.pop() {
        let Writes::Known(writes) = &trigger.writes else { return true };
        for write in writes {
            if write.table == table.name {
                return true;
            }
            if seen.insert(&write.table) {
                let there = catalog.table(&write.table);
                open.extend(there.into_iter().flat_map(|there| &there.triggers).filter(|next| next.enabled));
            }
        }
    }
    false
}

/// Which rows a trigger may leave where they are deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stays {
    /// None: no trigger has a say.
    Never,
    /// Those whose deletion the source did not answer.
    Unanswered,
    /// Others, too: a trigger may add them again.
    Any,
}

impl Stays {
    /// By the triggers of a table.
    pub(super) fn of(table: &Table, catalog: &Catalog) -> Self {
        let fires = |trigger: &&Trigger| trigger.enabled && trigger.on.delete;
        let fires: Vec<&Trigger> = table.triggers.iter().filter(fires).collect();
        match fires.iter().any(|trigger| may_write(catalog, trigger, table)) {
            true => Self::Any,
            false if fires.is_empty() => Self::Never,
            false => Self::Unanswered,
        }
    }
}

/// Rows that are still there though they were deleted, by their place, and why.
pub(super) async fn stayed(
    ready: &Ready<'_>,
    tx: &mut dyn Transaction,
    rows: Vec<(usize, Row)>,
) -> Result<Vec<(usize, Fault)>, Error> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let (places, keys): (Vec<usize>, Vec<Row>) = rows.into_iter().unzip();
    let found = read(ready, tx, &ready.shape.key, &[], keys).await?;
    let words = format!(
        "a trigger of the application keeps rows of {} from being deleted; disable or drop the trigger, then try again",
        ready.set.model
    );
    let stays = |place: usize| Some((*places.get(place)?, Fault::new(FaultKind::Refused, words.clone())));
    Ok(found.into_keys().filter_map(stays).collect())
}

/// A look at rows after an update, in its transaction. Rows of an answer carry their place in `before`.
pub(super) struct Look<'a> {
    /// What was done.
    pub(super) ready: &'a Ready<'a>,
    /// What is known of the table.
    pub(super) watch: &'a Watch,
    /// What was asked for.
    pub(super) wanted: &'a Wanted,
    /// Whose rows, with the keys they had.
    pub(super) entries: &'a [Entry],
    /// What they were: place among the entries, image.
    pub(super) before: &'a [(usize, Row)],
}

impl Look<'_> {
    /// Rows as they are once all triggers had their say.
    pub(super) async fn again(
        &self,
        tx: &mut dyn Transaction,
        answers: &mut [(usize, Row)],
    ) -> Result<(), Error> {
        if !self.watch.early {
            return Ok(());
        }
        let columns = &self.ready.shape.columns;
        let keys = answers.iter().map(|(row, after)| new_key(&self.ready.shape, self.key(*row), after));
        let mut found = read(self.ready, tx, &self.ready.shape.key, columns, keys.collect()).await?;
        // one whose key was put back is found where it was
        let away: Vec<usize> = (0..answers.len()).filter(|place| !found.contains_key(place)).collect();
        let keys = away.iter().map(|place| self.key(answers[*place].0).clone()).collect();
        let back = read(self.ready, tx, &self.ready.shape.key, columns, keys).await?;
        found.extend(back.into_iter().filter_map(|(place, row)| Some((*away.get(place)?, row))));
        for (place, row) in found {
            answers.get_mut(place).ok_or_else(|| no_such_row(place))?.1 = row;
        }
        Ok(())
    }

    /// The rows that were not let go, by their place among the entries, and why.
    pub(super) async fn held_back(
        &self,
        tx: &mut dyn Transaction,
        answers: &[(usize, Row)],
    ) -> Result<Vec<(usize, Fault)>, Error> {
        let mut kept: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (row, after) in answers {
            let columns = self.wanted.as_before(*row, &self.before[*row].1, after);
            if !columns.is_empty() {
                kept.insert(*row, columns);
            }
        }
        let columns: BTreeSet<usize> = kept.values().flatten().copied().collect();
        for column in columns {
            self.forgive(tx, answers, column, &mut kept).await?;
        }
        let unchanged = self.unchanged(tx, answers).await?;
        let mut held_back: Vec<(usize, Fault)> = kept
            .into_iter()
            .filter(|(_, columns)| !columns.is_empty())
            .map(|(row, columns)| (self.before[row].0, self.puts_back(&columns)))
            .chain(unchanged.into_iter().map(|row| (self.before[row].0, self.keeps())))
            .collect();
        held_back.sort_by_key(|(place, _)| *place);
        Ok(held_back)
    }

    /// Takes out the rows whose column has the value that was asked for in another spelling.
    async fn forgive(
        &self,
        tx: &mut dyn Transaction,
        answers: &[(usize, Row)],
        column: usize,
        kept: &mut BTreeMap<usize, Vec<usize>>,
    ) -> Result<(), Error> {
        let shape = &self.ready.shape;
        let wanted = |row: usize| self.wanted.cell(row, column).filter(|cell| !cell.is_null());
        let open = answers.iter().filter_map(|(row, after)| {
            let kept = kept.get(row)?.contains(&column);
            Some((*row, after, wanted(*row).filter(|_| kept)?))
        });
        let alike: Vec<usize> = match (self.watch.likeness.get(column), &shape.key) {
            (Some(Likeness::Document), _) => open
                .filter(|(_, after, wanted)| same_document(shape.cell(after, &shape.set[column]), wanted))
                .map(|(row, ..)| row)
                .collect(),
            (Some(Likeness::Asked), KeyBy::Columns(key)) => {
                let by = KeyBy::Columns(key.iter().chain([&shape.set[column]]).cloned().collect());
                let (rows, keys): (Vec<usize>, Vec<Row>) = open
                    .map(|(row, after, wanted)| {
                        let key = new_key(shape, self.key(row), after);
                        (row, key.into_iter().chain([wanted.clone()]).collect::<Row>())
                    })
                    .unzip();
                let found = read(self.ready, tx, &by, &[], keys).await?;
                found.keys().filter_map(|place| rows.get(*place).copied()).collect()
            }
            _ => Vec::new(),
        };
        for row in alike {
            if let Some(columns) = kept.get_mut(&row) {
                columns.retain(|kept| *kept != column);
            }
        }
        Ok(())
    }

    /// Rows that were not answered and are still there: somebody kept the change from happening.
    async fn unchanged(
        &self,
        tx: &mut dyn Transaction,
        answers: &[(usize, Row)],
    ) -> Result<Vec<usize>, Error> {
        let answered: HashSet<usize> = answers.iter().map(|(row, _)| *row).collect();
        let silent: Vec<usize> = (0..self.before.len()).filter(|row| !answered.contains(row)).collect();
        let keys = silent.iter().map(|row| self.key(*row).clone()).collect();
        let found = read(self.ready, tx, &self.ready.shape.key, &[], keys).await?;
        Ok(found.keys().filter_map(|place| silent.get(*place).copied()).collect())
    }

    /// The key a row had.
    fn key(&self, row: usize) -> &Row {
        &self.entries[self.before[row].0].key
    }

    fn puts_back(&self, columns: &[usize]) -> Fault {
        let names: Vec<&str> = columns.iter().map(|column| self.ready.shape.set[*column].as_str()).collect();
        let words = format!(
            "a trigger of the application puts the old value back into {} of {}; disable or drop the trigger, then try again",
            names.join(", "),
            self.ready.set.model
        );
        Fault::new(FaultKind::Refused, words)
    }

    fn keeps(&self) -> Fault {
        let names: Vec<&str> = self.ready.shape.set.iter().map(Name::as_str).collect();
        let words = format!(
            "a trigger of the application keeps {} of {} from being changed; disable or drop the trigger, then try again",
            names.join(", "),
            self.ready.set.model
        );
        Fault::new(FaultKind::Refused, words)
    }
}

/// Rows by key, by their place in the list of keys.
async fn read(
    ready: &Ready<'_>,
    tx: &mut dyn Transaction,
    key: &KeyBy,
    columns: &[Name],
    keys: Vec<Row>,
) -> Result<BTreeMap<usize, Row>, Error> {
    if keys.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rows = Rows::Keyed(key.clone(), keys);
    let what = Read { table: ready.shape.table.clone(), columns: columns.to_vec(), rows };
    let at = || Error::at(&ready.set.model.source);
    let rows = tx.read(&what).await.map_err(at())?.collect().await.map_err(at())?;
    rows.into_iter().map(|mut row| Ok((place_of(&mut row)?, row))).collect()
}

/// Whether two cells hold the same document, however it is spelled.
fn same_document(one: Option<&Cell>, other: &Cell) -> bool {
    let read = |cell: &Cell| serde_json::from_str::<serde_json::Value>(cell.as_text()?).ok();
    one.and_then(read).is_some_and(|one| read(other) == Some(one))
}
