//! Changing rows inside an open transaction: locked, given their new values, and looked at again where a trigger may have
//! had another opinion.

use std::collections::HashSet;

use exeunt_base::Row;
use exeunt_source::{KeyBy, Pages, Transaction, Triggers, Update};

use crate::batch::overwritten::{self, Wanted};
use crate::batch::put_back::Look;
use crate::batch::seal::{Images, Picture};
use crate::batch::strike::{Hands, Ready, Struck, no_such_row, place_of};
use crate::census::Entry;
use crate::error::Error;
use crate::image::Shape;
use crate::units::Work;

/// Changes some rows. `first` is the first row's place in the unit's census.
pub(super) async fn update(
    ready: &Ready<'_>,
    tx: &mut dyn Transaction,
    first: u64,
    entries: &mut [Entry],
    images: &mut dyn Images,
    hands: &mut Hands<'_>,
) -> Result<Struck, Error> {
    let at = || Error::at(&ready.set.model.source);
    let Some(changer) = &ready.changer else { return Ok(Struck::default()) };
    let keys: Vec<Row> = entries.iter().map(|entry| entry.key.clone()).collect();
    let locked = tx.lock(&ready.lock(ready.shape.columns.clone()), keys).await.map_err(at())?;
    let mut before = placed(ready, locked, entries.len()).await?;
    let ghosts: Vec<usize> = changer.ghosts().collect();
    for number in ghosts {
        for (place, _) in &before {
            let who = &entries[*place].claimants;
            hands.ghosts.ensure(hands.document, number, who, tx, images, hands.world).await?;
        }
    }
    before.sort_by_key(|(place, _)| *place);
    let claimed: Vec<(Vec<u32>, Row)> =
        before.iter().map(|(place, row)| (entries[*place].claimants.clone(), row.clone())).collect();
    let mut values = changer.apply(hands.mask_key, first, &claimed, hands.ghosts, hands.document)?;
    for ((place, row), values) in before.iter().zip(&mut values) {
        for name in hands.again.masked(ready.unit.number, &entries[*place].key) {
            changer.leave(name, row, values);
        }
    }
    let rows: Vec<Row> = before
        .iter()
        .zip(values)
        .map(|((place, _), values)| entries[*place].key.iter().cloned().chain(values).collect())
        .collect();
    let what = Update {
        table: ready.shape.table.clone(),
        key: ready.shape.key.clone(),
        set: changer.set(),
        columns: ready.shape.columns.clone(),
        triggers: Triggers::Fire,
    };
    let wanted = ready.watch.as_ref().and_then(|_| Wanted::of(&ready.shape, &rows));
    let shape = ready.shape.clone();
    images.shape(&ready.set.model.to_string(), &shape, ready.set.claims).await?;
    let mut pages = tx.update(&what, rows).await.map_err(at())?;
    let mut sending = Sending { ready, entries, before: &mut before, wanted: wanted.as_ref(), shape };
    let (Some(watch), Some(wanted)) = (&ready.watch, &wanted) else {
        let mut done = 0;
        while let Some(page) = pages.next().await.map_err(at())? {
            let answers = page.into_iter().map(|row| at_its_place(row, sending.before.len()));
            let answers = answers.collect::<Result<Vec<_>, Error>>()?;
            done += answers.len() as u64;
            sending.send(answers, images).await?;
        }
        return Ok(Struck { done, gone: entries.len() as u64 - done, ..Struck::default() });
    };
    let mut answers = placed(ready, pages, sending.before.len()).await?;
    let look = Look { ready, watch, wanted, entries: sending.entries, before: sending.before };
    look.again(tx, &mut answers).await?;
    // what a veil hides goes later in the same job
    let veil = matches!(ready.unit.work, Work::Update { purpose: None, .. });
    let held_back = if veil { Vec::new() } else { look.held_back(tx, &answers).await? };
    let held: HashSet<usize> = held_back.iter().map(|(place, _)| *place).collect();
    let done = answers.iter().filter(|(row, _)| !held.contains(&sending.before[*row].0)).count() as u64;
    sending.send(answers, images).await?;
    let gone = entries.len() as u64 - done - held.len() as u64;
    Ok(Struck { done, gone, half_done: !held.is_empty(), held_back })
}

/// Images on their way to where they are kept.
struct Sending<'a> {
    ready: &'a Ready<'a>,
    entries: &'a mut [Entry],
    before: &'a mut [(usize, Row)],
    wanted: Option<&'a Wanted>,
    /// As last told.
    shape: Shape,
}

impl Sending<'_> {
    /// Rows as they have become, each with its place among those that were locked.
    async fn send(&mut self, answers: Vec<(usize, Row)>, images: &mut dyn Images) -> Result<(), Error> {
        let mut pictures = Vec::with_capacity(answers.len());
        for (row, after) in answers {
            let (place, before) = self.before.get_mut(row).ok_or_else(|| no_such_row(row))?;
            let entry = std::mem::take(&mut self.entries[*place]);
            let key = new_key(&self.ready.shape, &entry.key, &after);
            let before = std::mem::take(before);
            pictures.push((row, Picture { claimants: entry.claimants, key, before, after: Some(after) }));
        }
        for (set, pictures) in overwritten::apart(&self.ready.shape, self.wanted, pictures) {
            if self.shape.set != set {
                self.shape.set = set;
                images.shape(&self.ready.set.model.to_string(), &self.shape, self.ready.set.claims).await?;
            }
            images.rows(pictures).await?;
        }
        Ok(())
    }
}

/// The key by which a changed row is found again: its key columns as they are now.
pub(super) fn new_key(shape: &Shape, key: &Row, after: &Row) -> Row {
    let KeyBy::Columns(columns) = &shape.key else { return key.clone() };
    let now = columns.iter().zip(key).map(|(name, old)| shape.cell(after, name).unwrap_or(old).clone());
    now.collect()
}

/// An answer to its end, each row with its place in the list that was asked for.
async fn placed(ready: &Ready<'_>, pages: Pages, asked: usize) -> Result<Vec<(usize, Row)>, Error> {
    let rows = pages.collect().await.map_err(Error::at(&ready.set.model.source))?;
    rows.into_iter().map(|row| at_its_place(row, asked)).collect()
}

fn at_its_place(mut row: Row, asked: usize) -> Result<(usize, Row), Error> {
    let place = place_of(&mut row)?;
    if place < asked { Ok((place, row)) } else { Err(no_such_row(place)) }
}
