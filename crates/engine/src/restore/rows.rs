//! Undoing items inside one transaction: put back what was deleted, unchange what was changed, take away ghosts.

use exeunt_base::{Cell, FaultKind, Name, Row, TableRef};
use exeunt_source::catalog::Catalog;
use exeunt_source::{Insert, KeyBy, Read, Referrer, Rows, Transaction, Triggers, Update};
use exeunt_store::batches::Batch;
use exeunt_store::jobs::Lease;
use exeunt_store::requests::Request;

use crate::cabinet::Engine;
use crate::error::Error;
use crate::failpoint;
use crate::image::{Change, Image};
use crate::restore::Others;
use crate::restore::cut_short::{Places, outcome};
use crate::restore::plan::Item;
use crate::restore::restored::{News, Restored, row};
use crate::restore::shape::Fit;
use crate::restore::unchange::{take_away, unchange};
use crate::restore::values::{fill, lacking};

/// Rows handled in one statement.
const ROWS: usize = 1_000;

/// What one attempt came to; believed only once it is committed.
#[derive(Default)]
struct Attempt {
    news: Vec<News>,
    places: Vec<Places>,
}

impl Engine {
    /// Undoes items in one transaction, remembered from before its commit until what it brought back is written down.
    /// Says how many rows are back.
    pub(crate) async fn undo_once(
        &self,
        request: &Request,
        batch: &Batch,
        items: &[Item],
        others: Others,
        lease: &Lease,
        restored: &mut Restored,
    ) -> Result<u64, Error> {
        let source = self.source(&batch.source)?;
        let at = || Error::at(&batch.source);
        let catalog = source.describe().await.map_err(at())?;
        let mut tx = source.begin().await.map_err(at())?;
        let mut attempt = Attempt::default();
        let kind = source.abilities().kind;
        for item in items {
            let undone = undo_item(tx.as_mut(), item, &catalog, kind, others, &mut attempt.news).await;
            match undone {
                Ok(places) => attempt.places.push(places),
                Err(fault) => {
                    let _ = tx.rollback().await;
                    return Err(at()(fault));
                }
            }
        }
        let announced =
            match self.announce_return(batch, &outcome(items, &attempt.places), lease, tx.as_mut()).await {
                Ok(announced) => announced,
                Err(error) => {
                    let _ = tx.rollback().await;
                    return Err(error);
                }
            };
        failpoint::pass("before-undo");
        if let Err(fault) = tx.commit().await {
            let lost = fault.kind == FaultKind::Unreachable;
            if !lost || !self.returned_after_all(request, &announced).await? {
                self.end_return(&announced, false, lease).await?;
                return Err(at()(fault));
            }
        }
        failpoint::pass("before-return");
        self.end_return(&announced, true, lease).await?;
        failpoint::pass("after-return");
        restored.take(attempt.news);
        Ok(attempt.places.iter().map(|places| (places.back.len() + places.given.len()) as u64).sum())
    }
}

async fn undo_item(
    tx: &mut dyn Transaction,
    item: &Item,
    catalog: &Catalog,
    kind: &str,
    others: Others,
    news: &mut Vec<News>,
) -> Result<Places, exeunt_base::Fault> {
    let Some(table) = catalog.table(&item.shape.table) else {
        refuse_all(item, "its table is no longer there", news);
        return Ok(Places::default());
    };
    let fit = Fit::new(&item.shape, table);
    if let KeyBy::Columns(key) = &item.shape.key
        && key.iter().any(|column| table.column(column).is_none())
    {
        refuse_all(item, "its key column is no longer there", news);
        return Ok(Places::default());
    }
    news.extend(fit.notes.iter().cloned().map(News::Note));
    // a keyless SQLite row goes back to its own place
    let with_rowid =
        kind == "sqlite" && item.shape.key == KeyBy::WholeRow && table.column(&rowid()).is_none();
    let mut places = Places::default();
    for images in item.images.chunks(ROWS) {
        let done = match item.shape.change {
            _ if !item.only.is_empty() => fill(tx, item, images, &fit, table, news).await?,
            Change::Deleted => put_back(tx, item, images, &fit, with_rowid, news).await?,
            Change::Updated => unchange(tx, item, images, &fit, others, news).await?,
            Change::Inserted => {
                let referrers = referrers(&item.shape.table, &item.users, catalog);
                take_away(tx, item, images, &referrers, others, news).await?
            }
        };
        if item.only.is_empty() {
            places.lacking.extend(lacking(tx, item, images, &fit, &done.back, news).await?);
        }
        places.back.extend(done.back);
        places.changed.extend(done.changed);
        places.given.extend(done.given);
        places.lacking.extend(done.lacking);
    }
    places.lacks = fit.lost.iter().map(|lost| lost.column.clone()).collect();
    Ok(places)
}

fn refuse_all(item: &Item, words: &str, news: &mut Vec<News>) {
    news.extend(item.images.iter().map(|(_, image)| refused(item, image, words)));
}

/// Who may refer to a ghost: by foreign keys, and by what the plan points to it.
fn referrers(ghost: &TableRef, users: &[Referrer], catalog: &Catalog) -> Vec<Referrer> {
    let mut referrers = users.to_vec();
    for table in &catalog.tables {
        for key in table.foreign_keys.iter().filter(|key| key.to == *ghost) {
            let on = key.columns.iter().cloned().zip(key.to_columns.iter().cloned()).collect();
            let by = Referrer { table: table.name.clone(), on };
            if !referrers.contains(&by) {
                referrers.push(by);
            }
        }
    }
    referrers
}

/// The pseudo-column by which SQLite's keyless tables keep their row's place.
fn rowid() -> Name {
    Name::new("rowid").expect("a plain word is a name")
}

async fn put_back(
    tx: &mut dyn Transaction,
    item: &Item,
    images: &[(u32, Image)],
    fit: &Fit,
    with_rowid: bool,
    news: &mut Vec<News>,
) -> Result<Places, exeunt_base::Fault> {
    let mut columns = fit.columns.clone();
    if with_rowid {
        columns.push(rowid());
    }
    let rows: Vec<Row> = images
        .iter()
        .map(|(_, image)| {
            let mut row = fit.row(&image.before);
            if with_rowid {
                row.push(image.key.first().cloned().unwrap_or(Cell::Null));
            }
            row
        })
        .collect();
    let insert = Insert { table: item.shape.table.clone(), columns, answer: fit.columns.clone() };
    let answers = tx.insert(&insert, rows.clone()).await?.collect().await?;
    let mut added = vec![false; images.len()];
    let mut crooked: Vec<(usize, Row)> = Vec::new();
    for mut answer in answers {
        let Some(place) = answer.first().and_then(Cell::as_int).and_then(|place| usize::try_from(place).ok())
        else {
            continue;
        };
        answer.remove(0);
        if let Some(added) = added.get_mut(place) {
            *added = true;
            if answer.as_slice() != &rows[place][..fit.columns.len()] {
                crooked.push((place, answer));
            }
        }
    }
    if !crooked.is_empty() {
        straighten(tx, item, images, fit, &rows, &crooked, news).await?;
    }
    let mut places = Places::default();
    let mut missing: Vec<usize> = Vec::new();
    for (place, (number, image)) in images.iter().enumerate() {
        if added[place] {
            news.push(News::Back(row(&item.shape, &image.key)));
            places.back.push(*number);
            places.changed.push(*number);
        } else {
            missing.push(place);
        }
    }
    if with_rowid {
        for place in put_elsewhere(tx, item, images, fit, &rows, &missing).await? {
            news.push(News::Back(row(&item.shape, &images[place].1.key)));
            places.back.push(images[place].0);
            places.changed.push(images[place].0);
            missing.retain(|missing| *missing != place);
        }
    }
    if !missing.is_empty() {
        places.back.extend(explain(tx, item, images, fit, &rows, &missing, news).await?);
    }
    Ok(places)
}

/// Keyless rows whose old place another row has come to (the file was written anew meanwhile): they go to a new place,
/// for the place is all that a keyless row's key was. Rows that are back already are left.
async fn put_elsewhere(
    tx: &mut dyn Transaction,
    item: &Item,
    images: &[(u32, Image)],
    fit: &Fit,
    rows: &[Row],
    missing: &[usize],
) -> Result<Vec<usize>, exeunt_base::Fault> {
    if missing.is_empty() {
        return Ok(Vec::new());
    }
    let keys: Vec<Row> = missing.iter().map(|place| images[*place].1.key.clone()).collect();
    let rows_here = Rows::Keyed(item.shape.key.clone(), keys);
    let read = Read { table: item.shape.table.clone(), columns: fit.columns.clone(), rows: rows_here };
    let here = tx.read(&read).await?.collect().await?;
    let is_here =
        |at: usize| here.iter().any(|row| row.first().and_then(Cell::as_int) == i64::try_from(at).ok());
    let away: Vec<usize> = (0..missing.len()).filter(|at| !is_here(*at)).map(|at| missing[at]).collect();
    if away.is_empty() {
        return Ok(away);
    }
    let given = away.iter().map(|place| rows[*place][..fit.columns.len()].to_vec()).collect();
    let insert =
        Insert { table: item.shape.table.clone(), columns: fit.columns.clone(), answer: fit.columns.clone() };
    let answers = tx.insert(&insert, given).await?.collect().await?;
    let at = |row: &Row| row.first().and_then(Cell::as_int).and_then(|at| usize::try_from(at).ok());
    Ok(answers.iter().filter_map(at).filter_map(|at| away.get(at).copied()).collect())
}

/// A trigger changed the row on its way in (a time stamp, a normalized text): put the cells right, without triggers
/// where the source can.
async fn straighten(
    tx: &mut dyn Transaction,
    item: &Item,
    images: &[(u32, Image)],
    fit: &Fit,
    rows: &[Row],
    crooked: &[(usize, Row)],
    news: &mut Vec<News>,
) -> Result<(), exeunt_base::Fault> {
    let KeyBy::Columns(key) = &item.shape.key else { return Ok(()) };
    let set: Vec<Name> = fit.columns.iter().filter(|column| !key.contains(column)).cloned().collect();
    if set.is_empty() {
        return Ok(());
    }
    let pick = |row: &Row, wanted: &[Name]| -> Row {
        wanted
            .iter()
            .map(|name| {
                fit.columns.iter().position(|column| column == name).map_or(Cell::Null, |at| row[at].clone())
            })
            .collect()
    };
    let given: Vec<Row> = crooked
        .iter()
        .map(|(place, _)| images[*place].1.key.iter().cloned().chain(pick(&rows[*place], &set)).collect())
        .collect();
    let update = Update {
        table: item.shape.table.clone(),
        key: item.shape.key.clone(),
        set,
        columns: fit.columns.clone(),
        triggers: Triggers::Quiet,
    };
    for mut answer in tx.update(&update, given).await?.collect().await? {
        let Some(at) = answer.first().and_then(Cell::as_int).and_then(|at| usize::try_from(at).ok()) else {
            continue;
        };
        answer.remove(0);
        let same =
            crooked.get(at).is_some_and(|(place, _)| answer.as_slice() == &rows[*place][..fit.columns.len()]);
        if !same {
            news.push(News::Note(format!(
                "a trigger of {} changes rows as they come back, and could not be kept quiet",
                item.shape.table
            )));
        }
    }
    Ok(())
}

/// Rows that were not added: back already, or their place is taken.
async fn explain(
    tx: &mut dyn Transaction,
    item: &Item,
    images: &[(u32, Image)],
    fit: &Fit,
    rows: &[Row],
    missing: &[usize],
    news: &mut Vec<News>,
) -> Result<Vec<u32>, exeunt_base::Fault> {
    let keys: Vec<Row> = missing.iter().map(|place| images[*place].1.key.clone()).collect();
    let read = Read {
        table: item.shape.table.clone(),
        columns: fit.columns.clone(),
        rows: Rows::Keyed(item.shape.key.clone(), keys),
    };
    let here = tx.read(&read).await?.collect().await?;
    let mut back = Vec::new();
    for (at, place) in missing.iter().enumerate() {
        let now = here.iter().find(|row| row.first().and_then(Cell::as_int) == i64::try_from(at).ok());
        let image = &images[*place].1;
        match now {
            Some(here) if here[1..] == rows[*place][..fit.columns.len()] => {
                news.push(News::Already(row(&item.shape, &image.key)));
                back.push(images[*place].0);
            }
            Some(_) => {
                let words = "a row with the same key was written since; it is not overwritten";
                news.push(refused(item, image, words));
            }
            None => {
                let words = "a value that must be unique is taken by a row written since";
                news.push(refused(item, image, words));
            }
        }
    }
    Ok(back)
}

/// A row that did not come back.
pub(super) fn refused(item: &Item, image: &Image, words: &str) -> News {
    let row = row(&item.shape, &image.key);
    News::Refused { model: item.model.clone(), words: words.to_owned(), row }
}
