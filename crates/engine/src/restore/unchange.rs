//! Undoing what left rows in place: columns get their old values where nobody wrote since, ghosts go when nobody needs them.

use exeunt_base::{Cell, Fault, Row};
use exeunt_source::{Delete, Lock, Referrer, Transaction};

use crate::image::Image;
use crate::restore::Others;
use crate::restore::cut_short::Places;
use crate::restore::plan::Item;
use crate::restore::restored::{News, row};
use crate::restore::rows::refused;
use crate::restore::shape::Fit;
use crate::restore::write::write;

/// Gives changed columns their old values, but where somebody wrote newer ones since.
pub(crate) async fn unchange(
    tx: &mut dyn Transaction,
    item: &Item,
    images: &[(u32, Image)],
    fit: &Fit,
    others: Others,
    news: &mut Vec<News>,
) -> Result<Places, Fault> {
    let now = lock(tx, item, images, fit).await?;
    let pairs: Vec<(Row, Row)> = images
        .iter()
        .map(|(_, image)| (fit.row(&image.before), fit.row(image.after.as_deref().unwrap_or(&image.before))))
        .collect();
    let changed: Vec<usize> = (0..fit.columns.len())
        .filter(|column| pairs.iter().any(|(before, after)| before[*column] != after[*column]))
        .collect();
    // columns that a trigger alone wrote do not tell that somebody lived on with the row
    let assigned =
        |column: &usize| item.shape.set.is_empty() || item.shape.set.contains(&fit.columns[*column]);
    let mut places = Places::default();
    let mut todo: Vec<(usize, Row)> = Vec::new();
    for (place, ((before, after), now)) in pairs.iter().zip(&now).enumerate() {
        let image = &images[place].1;
        let row = row(&item.shape, &image.key);
        let Some(now) = now else {
            news.push(match others.gone {
                true => News::Lost { model: item.model.clone(), row },
                false => refused(item, image, "the row was deleted since"),
            });
            continue;
        };
        let ours = |column: &&usize| before[**column] != after[**column];
        let newer = |column: &usize| now[*column] != after[*column] && now[*column] != before[*column];
        if changed.iter().filter(ours).any(|column| assigned(column) && newer(column)) {
            let words = "the row was changed since where it had been anonymized; the newer values are not overwritten";
            news.push(refused(item, image, words));
            continue;
        }
        places.back.push(images[place].0);
        if !changed.iter().any(|column| ours(&column)) {
            // the mask had left this row as it was, or wrote only to columns that are gone
            if fit.lost.iter().all(|lost| image.before.get(lost.place) == cell_after(image, lost.place)) {
                news.push(News::Back(row));
            }
            continue;
        }
        if changed.iter().filter(ours).all(|column| now[*column] == before[*column]) {
            news.push(News::Already(row));
            continue;
        }
        // what only a trigger had written is given back unless it has written again since
        let mut values = now.clone();
        for column in changed.iter().filter(ours).filter(|column| assigned(column) || !newer(column)) {
            values[*column].clone_from(&before[*column]);
        }
        news.push(News::Back(row));
        places.changed.push(images[place].0);
        todo.push((place, values));
    }
    write(tx, item, images, fit, todo, changed, news).await?;
    Ok(places)
}

fn cell_after(image: &Image, place: usize) -> Option<&Cell> {
    image.after.as_deref().unwrap_or(&image.before).get(place)
}

/// Locks the rows of images and reads them as they are now, for the fitted columns.
pub(super) async fn lock(
    tx: &mut dyn Transaction,
    item: &Item,
    images: &[(u32, Image)],
    fit: &Fit,
) -> Result<Vec<Option<Row>>, Fault> {
    let keys: Vec<Row> = images.iter().map(|(_, image)| image.key.clone()).collect();
    let lock =
        Lock { table: item.shape.table.clone(), key: item.shape.key.clone(), columns: fit.columns.clone() };
    let mut now: Vec<Option<Row>> = vec![None; images.len()];
    for mut row in tx.lock(&lock, keys).await?.collect().await? {
        let place = row.first().and_then(Cell::as_int).and_then(|place| usize::try_from(place).ok());
        row.remove(0);
        if let Some(slot) = place.and_then(|place| now.get_mut(place)) {
            *slot = Some(row);
        }
    }
    Ok(now)
}

/// Takes ghosts away that nothing refers to any more; others may have come to need them.
pub(crate) async fn take_away(
    tx: &mut dyn Transaction,
    item: &Item,
    images: &[(u32, Image)],
    referrers: &[Referrer],
    others: Others,
    news: &mut Vec<News>,
) -> Result<Places, Fault> {
    let keys: Vec<Row> = images.iter().map(|(_, image)| image.key.clone()).collect();
    let lock = Lock { table: item.shape.table.clone(), key: item.shape.key.clone(), columns: Vec::new() };
    let mut needed = std::collections::HashSet::new();
    for by in referrers {
        needed.extend(tx.referred(&lock, by, &keys).await?);
    }
    let (changed, free): (Vec<u32>, Vec<Row>) = (0u32..)
        .zip(images.iter().zip(&keys))
        .filter(|(place, _)| !needed.contains(place))
        .map(|(_, ((number, _), key))| (*number, key.clone()))
        .unzip();
    if !free.is_empty() {
        let delete =
            Delete { table: item.shape.table.clone(), key: item.shape.key.clone(), columns: Vec::new() };
        let mut pages = tx.delete(&delete, free).await?;
        while pages.next().await?.is_some() {}
    }
    // one that is needed by rows of people who may still come back goes when the last of them does
    let waits = |place: &u32| others.hidden && needed.contains(place);
    news.push(News::Ghosts((0u32..).zip(images).filter(|(place, _)| waits(place)).count() as u64));
    let back =
        (0u32..).zip(images).filter(|(place, _)| !waits(place)).map(|(_, (number, _))| *number).collect();
    Ok(Places { back, changed, ..Places::default() })
}
