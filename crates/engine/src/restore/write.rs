//! Writing rows back into place against triggers that would have it otherwise: what one made of them is put right without it,
//! and what cannot be put right is not called back.

use std::collections::{BTreeMap, BTreeSet};

use exeunt_base::{Cell, Fault, FaultKind, Row};
use exeunt_source::{KeyBy, Read, Rows, Transaction, Triggers, Update};

use crate::image::Image;
use crate::restore::plan::Item;
use crate::restore::restored::News;
use crate::restore::shape::Fit;

/// A row to write: its place among the images, the key by which it is found now, and what it should be.
struct Todo {
    place: usize,
    key: Row,
    values: Row,
}

/// Writes rows as they should be, of which only these columns differ; what triggers then make of others is put right
/// without them. A row in which one keeps what the strike had written is a fault: it is not back.
pub(super) async fn write(
    tx: &mut dyn Transaction,
    item: &Item,
    images: &[(u32, Image)],
    fit: &Fit,
    todo: Vec<(usize, Row)>,
    mut set: Vec<usize>,
    news: &mut Vec<News>,
) -> Result<(), Fault> {
    let found = |(place, values): (usize, Row)| Todo { place, key: images[place].1.key.clone(), values };
    let mut todo: Vec<Todo> = todo.into_iter().map(found).collect();
    let mut kept = false;
    for triggers in [Triggers::Fire, Triggers::Quiet] {
        if todo.is_empty() || set.is_empty() {
            return Ok(());
        }
        let given = |todo: &Todo| -> Row {
            todo.key.iter().cloned().chain(set.iter().map(|column| todo.values[*column].clone())).collect()
        };
        let update = Update {
            table: item.shape.table.clone(),
            key: item.shape.key.clone(),
            set: set.iter().map(|column| fit.columns[*column].clone()).collect(),
            columns: Vec::new(),
            triggers,
        };
        let mut pages = tx.update(&update, todo.iter().map(given).collect()).await?;
        while pages.next().await?.is_some() {}
        // the answer to an update does not tell of rows that a trigger kept, nor of what one made of them later
        let now = settled(tx, item, fit, &mut todo).await?;
        kept = false;
        let mut astray: BTreeSet<usize> = BTreeSet::new();
        let mut left = Vec::new();
        for (at, todo) in todo.into_iter().enumerate() {
            // columns beside those set as well: whatever was struck before this expects them as they were
            let now = now.get(&at);
            let other = |column: &usize| now.is_none_or(|now| now.get(*column) != todo.values.get(*column));
            let other: Vec<usize> = (0..todo.values.len()).filter(other).collect();
            if !other.is_empty() {
                kept |= now.is_none_or(|now| is_struck(item, &images[todo.place].1, fit, now, &other));
                left.push(todo);
                astray.extend(other);
            }
        }
        todo = left;
        set = astray.into_iter().collect();
    }
    if kept {
        let words = format!(
            "a trigger of {} keeps what the erasure had written; disable or drop it, then restore again",
            item.shape.table
        );
        return Err(Fault::new(FaultKind::Refused, words));
    }
    if !todo.is_empty() {
        news.push(News::Note(format!(
            "a trigger of {} changes rows as they come back, and could not be kept quiet",
            item.shape.table
        )));
    }
    Ok(())
}

/// Rows as they are now, by their place in the list, which is told where they were found. One whose key was to change is
/// looked for in both places.
async fn settled(
    tx: &mut dyn Transaction,
    item: &Item,
    fit: &Fit,
    todo: &mut [Todo],
) -> Result<BTreeMap<usize, Row>, Fault> {
    let KeyBy::Columns(key) = &item.shape.key else {
        // rows known by all their values are never changed in place
        return Ok(todo.iter().map(|todo| todo.values.clone()).enumerate().collect());
    };
    let goal = |todo: &Todo| -> Row {
        let cell = |(name, now): (_, &Cell)| {
            fit.place_of(&item.shape, name).and_then(|at| todo.values.get(at)).unwrap_or(now).clone()
        };
        key.iter().zip(&todo.key).map(cell).collect()
    };
    let mut found = BTreeMap::new();
    for there in [true, false] {
        let open: Vec<usize> = (0..todo.len()).filter(|at| !found.contains_key(at)).collect();
        let keys: Vec<Row> =
            open.iter().map(|at| if there { goal(&todo[*at]) } else { todo[*at].key.clone() }).collect();
        if keys.is_empty() {
            break;
        }
        let rows = Rows::Keyed(item.shape.key.clone(), keys.clone());
        let read = Read { table: item.shape.table.clone(), columns: fit.columns.clone(), rows };
        for mut row in tx.read(&read).await?.collect().await? {
            let place = row.first().and_then(Cell::as_int).and_then(|at| usize::try_from(at).ok());
            let Some((at, key)) = place.and_then(|place| Some((*open.get(place)?, keys.get(place)?))) else {
                continue;
            };
            row.remove(0);
            todo[at].key.clone_from(key);
            found.insert(at, row);
        }
    }
    Ok(found)
}

/// Whether a column that the strike had set still holds what it wrote, though it should not.
fn is_struck(item: &Item, image: &Image, fit: &Fit, now: &Row, other: &[usize]) -> bool {
    let Some(after) = image.after.as_deref().map(|after| fit.row(after)) else { return false };
    let set = item.shape.set.iter().filter_map(|name| fit.place_of(&item.shape, name));
    let set: BTreeSet<usize> = set.collect();
    other.iter().any(|column| set.contains(column) && now.get(*column) == after.get(*column))
}
