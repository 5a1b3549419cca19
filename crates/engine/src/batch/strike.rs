//! Striking one piece inside an open transaction: images out first, then gone or changed, nothing committed here.

use std::collections::{HashMap, HashSet};

use exeunt_base::{Fault, FaultKind, Name, Row};
use exeunt_mask::MaskKey;
use exeunt_plan::document::{Document, RowSet};
use exeunt_source::catalog::{Catalog, Events, Table, TriggerWrite, Writes};
use exeunt_source::{Abilities, Delete, Lock, Referrer, Transaction, Way};

use crate::batch::again::Again;
use crate::batch::ghosts::Ghosts;
use crate::batch::masks::Changer;
use crate::batch::put_back::{self, Stays, Watch};
use crate::batch::seal::{Images, Picture};
use crate::batch::update::update;
use crate::census::Entry;
use crate::error::Error;
use crate::image::{Change, Shape};
use crate::units::{Unit, Work};
use crate::world::World;

/// Rows of an update handled at a time, so that memory stays bounded however large the piece.
const UPDATE_ROWS: usize = 2_048;

/// What striking a piece came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Struck {
    /// Rows struck.
    pub done: u64,
    /// Rows that were gone.
    pub gone: u64,
    /// Rows that must not be struck, by their place in the piece, and why.
    pub held_back: Vec<(usize, Fault)>,
    /// Something was done to one of those: only a rollback leaves it as it was.
    pub half_done: bool,
}

/// A unit made ready to strike: what to ask the source for.
#[derive(Debug)]
pub struct Ready<'a> {
    /// The unit.
    pub unit: &'a Unit,
    /// Its set.
    pub set: &'a RowSet,
    pub(super) shape: Shape,
    pub(super) changer: Option<Changer>,
    /// Rows that refer to others of the table by these go in statements of their own, before those.
    leaves_first: Vec<Referrer>,
    /// Rows of an update that makes triggers change other rows of the table: each image is taken when its turn comes.
    one_by_one: bool,
    /// Rows go without anything happening to others of the table: then it does not matter in how many statements, and
    /// by which way they are found.
    goes_quietly: bool,
    /// Triggers may write into rows that are changed.
    pub(super) watch: Option<Watch>,
    /// Which rows triggers may leave where they are deleted.
    stays: Stays,
}

impl<'a> Ready<'a> {
    /// Checks a unit against the live schema and makes it ready.
    pub fn new(
        unit: &'a Unit,
        document: &'a Document,
        catalog: &Catalog,
        abilities: &Abilities,
    ) -> Result<Self, Error> {
        let set = &document.sets[unit.set];
        let table = catalog.table(set.table()).ok_or_else(|| Error::Drifted {
            source_name: set.model.source.clone(),
            gone: format!(" (table {} is gone)", set.table()),
        })?;
        let (columns, types) = image_columns(table);
        let (change, changer) = match &unit.work {
            Work::Delete { .. } => (Change::Deleted, None),
            Work::Update { assign, .. } => {
                (Change::Updated, Some(Changer::new(set, table, assign, &columns, abilities.kind)?))
            }
        };
        let set_columns = changer.as_ref().map(Changer::set).unwrap_or_default();
        let shape = Shape {
            v: 1,
            source: set.model.source.clone(),
            table: set.table().clone(),
            key: set.key().clone(),
            columns,
            types,
            change,
            because: unit.work.word().to_owned(),
            set: set_columns,
        };
        let leaves_first = self_references(table, |on| on.delete);
        let sets = |by: &Referrer| by.on.iter().any(|(column, _)| shape.set.contains(column));
        let one_by_one = self_references(table, |on| on.update).iter().any(sets);
        let fires = table.triggers.iter().any(|trigger| trigger.enabled && trigger.on.delete);
        let to_itself = table.foreign_keys.iter().any(|key| key.to == table.name);
        let goes_quietly = !unit.together && !fires && !to_itself;
        let watch = Watch::over(table, catalog, &shape.set, abilities);
        let stays = Stays::of(table, catalog);
        Ok(Self { unit, set, shape, changer, leaves_first, one_by_one, goes_quietly, watch, stays })
    }

    /// Whether its rows may be struck by the way they were found.
    pub fn goes_quietly(&self) -> bool {
        self.goes_quietly
    }

    pub(super) fn lock(&self, columns: Vec<Name>) -> Lock {
        Lock { table: self.shape.table.clone(), key: self.shape.key.clone(), columns }
    }
}

/// Columns of an image: everything that is stored, not what the source computes.
fn image_columns(table: &Table) -> (Vec<Name>, Vec<String>) {
    table.written_columns().map(|column| (column.name.clone(), column.type_name.clone())).unzip()
}

/// What strikes share.
pub struct Hands<'a> {
    /// The plan.
    pub document: &'a Document,
    /// The job's mask key.
    pub mask_key: &'a MaskKey,
    /// Ghosts made so far.
    pub ghosts: &'a mut Ghosts,
    /// What was masked alike already.
    pub again: &'a Again,
    /// Time and chance.
    pub world: &'a dyn World,
    /// By which way most of the piece's rows can be found together.
    pub way: Option<Way>,
}

/// Strikes the rows of a piece. `first` is the first row's place in the unit's census. Of entries whose rows were struck
/// nothing is left: they went on to the images.
pub async fn strike(
    ready: &Ready<'_>,
    tx: &mut dyn Transaction,
    first: u64,
    entries: &mut [Entry],
    images: &mut dyn Images,
    hands: &mut Hands<'_>,
) -> Result<Struck, Error> {
    match &ready.unit.work {
        Work::Delete { guards } => delete(ready, tx, entries, guards, images, hands.way.take()).await,
        Work::Update { .. } => {
            let mut struck = Struck::default();
            let rows = if ready.one_by_one { 1 } else { UPDATE_ROWS };
            for (page, entries) in entries.chunks_mut(rows).enumerate() {
                let first = first + (page * rows) as u64;
                let part = update(ready, tx, first, entries, images, hands).await?;
                struck.done += part.done;
                struck.gone += part.gone;
                struck.half_done |= part.half_done;
                let held_back = part.held_back.into_iter();
                struck.held_back.extend(held_back.map(|(place, fault)| (page * rows + place, fault)));
            }
            Ok(struck)
        }
    }
}

async fn delete(
    ready: &Ready<'_>,
    tx: &mut dyn Transaction,
    entries: &mut [Entry],
    guards: &[Referrer],
    images: &mut dyn Images,
    way: Option<Way>,
) -> Result<Struck, Error> {
    let at = || Error::at(&ready.set.model.source);
    let mut places: Vec<usize> = (0..entries.len()).collect();
    let mut keys: Vec<Row> = entries.iter().map(|entry| entry.key.clone()).collect();
    let mut held_back = Vec::new();
    if !guards.is_empty() {
        // locked first, so that nobody can add a referring row between the look and the strike
        let lock = ready.lock(Vec::new());
        drain(tx.lock(&lock, keys.clone()).await.map_err(at())?).await.map_err(at())?;
        let mut referred: HashMap<u32, &Referrer> = HashMap::new();
        for guard in guards {
            for place in tx.referred(&lock, guard, &keys).await.map_err(at())? {
                referred.entry(place).or_insert(guard);
            }
        }
        if !referred.is_empty() {
            for (place, guard) in &referred {
                let words = format!(
                    "rows of {} still refer to it and would be taken along unsealed; they appeared after the census, \
                     or could not be struck themselves",
                    guard.table
                );
                held_back.push((*place as usize, Fault::new(FaultKind::Refused, words)));
            }
            places.retain(|place| !referred.contains_key(&(*place as u32)));
            keys = places.iter().map(|place| entries[*place].key.clone()).collect();
        }
    }
    let asked = keys.len() as u64;
    if asked == 0 {
        return Ok(Struck { held_back, ..Struck::default() });
    }
    let may_stay: Vec<(usize, Row)> = match ready.stays {
        Stays::Never => Vec::new(),
        Stays::Unanswered | Stays::Any => places.iter().copied().zip(keys.iter().cloned()).collect(),
    };
    let what = Delete {
        table: ready.shape.table.clone(),
        key: ready.shape.key.clone(),
        columns: ready.shape.columns.clone(),
    };
    // rows that are held back lie on the way too
    let mut way = way.filter(|_| held_back.is_empty());
    let mut done = 0;
    while !places.is_empty() {
        let later = referred_within(ready, tx, &keys).await?;
        let (rest, now): (Vec<usize>, Vec<usize>) = (0..places.len()).partition(|at| later.contains(at));
        let [now, mut rest] = [now, rest].map(|list| list.iter().map(|at| places[*at]).collect::<Vec<_>>());
        let rows = match rest.as_slice() {
            [] => std::mem::take(&mut keys),
            _ => now.iter().map(|place| entries[*place].key.clone()).collect(),
        };
        images.shape(&ready.set.model.to_string(), &ready.shape, ready.set.claims).await?;
        let along = way.take();
        let mut pages = match &along {
            Some(way) => tx.delete_found(&what, rows, way).await,
            None => tx.delete(&what, rows).await,
        }
        .map_err(at())?;
        let mut gone = vec![false; now.len()];
        while let Some(page) = pages.next().await.map_err(at())? {
            let mut pictures = Vec::with_capacity(page.len());
            for mut row in page {
                let at = place_of(&mut row)?;
                let place = *now.get(at).ok_or_else(|| no_such_row(at))?;
                gone[at] = true;
                let Entry { claimants, key } = std::mem::take(&mut entries[place]);
                pictures.push(Picture { claimants, key, before: row, after: None });
            }
            done += pictures.len() as u64;
            images.rows(pictures).await?;
        }
        if along.is_some() {
            // the way to these may be cut: they are looked for by key
            rest = now.iter().zip(&gone).filter(|(_, gone)| !**gone).map(|(place, _)| *place).collect();
        }
        keys = rest.iter().map(|place| entries[*place].key.clone()).collect();
        places = rest;
    }
    let mut gone = asked - done;
    let answered = |place: usize| entries[place].key.is_empty();
    let looked_for = may_stay.into_iter().filter(|(place, _)| ready.stays == Stays::Any || !answered(*place));
    let stayed = put_back::stayed(ready, tx, looked_for.collect()).await?;
    let half_done = !stayed.is_empty();
    for (place, fault) in stayed {
        if answered(place) {
            done -= 1
        } else {
            gone -= 1
        }
        held_back.push((place, fault));
    }
    held_back.sort_by_key(|(place, _)| *place);
    Ok(Struck { done, gone, held_back, half_done })
}

/// References of a table to itself, where its own triggers change its rows as others go or change: a row's image must be
/// taken after everything that counts for it went, or it would not come back as it was.
fn self_references(table: &Table, fires: impl Fn(Events) -> bool) -> Vec<Referrer> {
    let own = |write: &TriggerWrite| write.table == table.name;
    let counts = table.triggers.iter().any(|trigger| {
        let writes = match &trigger.writes {
            Writes::Known(writes) => writes.iter().any(own),
            Writes::Unknown(_) => true,
        };
        trigger.enabled && fires(trigger.on) && writes
    });
    let own_keys = table.foreign_keys.iter().filter(|key| counts && key.to == table.name);
    own_keys
        .map(|key| Referrer {
            table: table.name.clone(),
            on: key.columns.iter().cloned().zip(key.to_columns.iter().cloned()).collect(),
        })
        .collect()
}

/// Rows of a list to which others still refer, and which therefore go later; none when all the rest refer to each other.
async fn referred_within(
    ready: &Ready<'_>,
    tx: &mut dyn Transaction,
    keys: &[Row],
) -> Result<HashSet<usize>, Error> {
    let mut later = HashSet::new();
    let lock = ready.lock(Vec::new());
    for by in ready.leaves_first.iter().filter(|_| keys.len() > 1) {
        let found = tx.referred(&lock, by, keys).await.map_err(Error::at(&ready.set.model.source))?;
        later.extend(found.into_iter().map(|place| place as usize));
    }
    if later.len() == keys.len() {
        later.clear();
    }
    Ok(later)
}

async fn drain(mut pages: exeunt_source::Pages) -> Result<(), Fault> {
    while pages.next().await?.is_some() {}
    Ok(())
}

/// Takes a row's place in the list that was asked for off its front.
pub(super) fn place_of(row: &mut Row) -> Result<usize, Error> {
    if row.is_empty() {
        return Err(no_such_row(0));
    }
    row.remove(0).as_int().and_then(|place| usize::try_from(place).ok()).ok_or_else(|| no_such_row(0))
}

pub(super) fn no_such_row(place: usize) -> Error {
    Error::Damaged { what: "a source's answer", why: format!("row {place} was not asked for") }
}
