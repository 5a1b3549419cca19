//! Values whose column was gone when their rows came back, or had become the source's own: they are told, wait in the
//! vault, and are filled in once the column is there again.

use exeunt_base::{Cell, Fault, Name, Row};
use exeunt_source::catalog::Table;
use exeunt_source::{Read, Rows, Transaction};

use crate::image::{Change, Image};
use crate::restore::cut_short::Places;
use crate::restore::plan::Item;
use crate::restore::restored::{News, row};
use crate::restore::rows::refused;
use crate::restore::shape::Fit;
use crate::restore::unchange::lock;
use crate::restore::write::write;

/// Of the rows that are back (by their places in the segment) those that are there without some of their values.
pub(super) async fn lacking(
    tx: &mut dyn Transaction,
    item: &Item,
    images: &[(u32, Image)],
    fit: &Fit,
    back: &[u32],
    news: &mut Vec<News>,
) -> Result<Vec<u32>, Fault> {
    if fit.lost.is_empty() || back.is_empty() || item.shape.change == Change::Inserted {
        return Ok(Vec::new());
    }
    let back: std::collections::HashSet<u32> = back.iter().copied().collect();
    let images: Vec<&(u32, Image)> = images.iter().filter(|(number, _)| back.contains(number)).collect();
    let names: Vec<Name> =
        fit.lost.iter().filter(|lost| lost.computed).map(|lost| lost.column.clone()).collect();
    let computed = read(tx, item, &images, &names).await?;
    let mut lacking: Vec<u32> = Vec::new();
    for lost in &fit.lost {
        let at = names.iter().position(|name| *name == lost.column);
        let mut rows = Vec::new();
        for (place, (number, image)) in images.iter().enumerate() {
            let now = at.and_then(|at| computed[place].as_ref()?.get(at));
            if matters(item, image, lost.place) && now != image.before.get(lost.place) {
                rows.push(row(&item.shape, &image.key));
                lacking.push(*number);
            }
        }
        news.push(News::Without {
            model: item.model.clone(),
            column: lost.column.clone(),
            words: lost.words(&item.shape.table),
            rows,
        });
    }
    lacking.sort_unstable();
    lacking.dedup();
    Ok(lacking)
}

/// Whether undoing the image would give the row a value in this column.
fn matters(item: &Item, image: &Image, place: usize) -> bool {
    let before = image.before.get(place);
    match &image.after {
        None => before.is_some_and(|cell| !cell.is_null()),
        Some(after) => {
            let set = &item.shape.set;
            let ours = set.is_empty() || item.shape.columns.get(place).is_some_and(|name| set.contains(name));
            ours && before != after.get(place)
        }
    }
}

/// These columns of the images' rows as they are now.
async fn read(
    tx: &mut dyn Transaction,
    item: &Item,
    images: &[&(u32, Image)],
    columns: &[Name],
) -> Result<Vec<Option<Row>>, Fault> {
    let mut now: Vec<Option<Row>> = vec![None; images.len()];
    if columns.is_empty() {
        return Ok(now);
    }
    let keys = images.iter().map(|(_, image)| image.key.clone()).collect();
    let rows = Rows::Keyed(item.shape.key.clone(), keys);
    let read = Read { table: item.shape.table.clone(), columns: columns.to_vec(), rows };
    for mut row in tx.read(&read).await?.collect().await? {
        let place = row.first().and_then(Cell::as_int).and_then(|place| usize::try_from(place).ok());
        row.remove(0);
        if let Some(slot) = place.and_then(|place| now.get_mut(place)) {
            *slot = Some(row);
        }
    }
    Ok(now)
}

/// Gives rows the values they came back without, as far as their columns are there again and nobody has written since.
pub(super) async fn fill(
    tx: &mut dyn Transaction,
    item: &Item,
    images: &[(u32, Image)],
    fit: &Fit,
    table: &Table,
    news: &mut Vec<News>,
) -> Result<Places, Fault> {
    let (mut columns, mut still) = (Vec::new(), Vec::new());
    for name in &item.only {
        match fit.place_of(&item.shape, name) {
            Some(at) => columns.push(at),
            None => still.extend(fit.lost.iter().filter(|lost| lost.column == *name)),
        }
    }
    let mut places = Places::default();
    let now = lock(tx, item, images, fit).await?;
    let mut todo: Vec<(usize, Row)> = Vec::new();
    for (place, ((number, image), now)) in images.iter().zip(&now).enumerate() {
        let Some(now) = now else {
            news.push(refused(item, image, "the row was deleted since"));
            continue;
        };
        let before = fit.row(&image.before);
        let after = image.after.as_deref().map(|after| fit.row(after));
        let free = |at: &usize| {
            let now = &now[*at];
            *now == before[*at]
                || after.as_ref().is_some_and(|after| *now == after[*at])
                || is_nobodys(now, table, &fit.columns[*at])
        };
        if !columns.iter().all(free) {
            let words = "a value was written since where the row had none; it is not overwritten";
            news.push(refused(item, image, words));
            continue;
        }
        let mut values = now.clone();
        columns.iter().for_each(|at| values[*at].clone_from(&before[*at]));
        if values != *now {
            todo.push((place, values));
        }
        if !columns.is_empty() {
            news.push(News::Filled(row(&item.shape, &image.key)));
        }
        let lacks = still.iter().any(|lost| matters(item, image, lost.place));
        if lacks { places.lacking.push(*number) } else { places.given.push(*number) }
    }
    for lost in still {
        let rows = images.iter().filter(|(_, image)| matters(item, image, lost.place));
        news.push(News::Without {
            model: item.model.clone(),
            column: lost.column.clone(),
            words: lost.words(&item.shape.table),
            rows: rows.map(|(_, image)| row(&item.shape, &image.key)).collect(),
        });
    }
    write(tx, item, images, fit, todo, columns, news).await?;
    Ok(places)
}

/// Whether a value is what a column added since has by itself: nothing, or its default where that is a plain literal.
fn is_nobodys(cell: &Cell, table: &Table, column: &Name) -> bool {
    if cell.is_null() {
        return true;
    }
    let default = table.column(column).and_then(|column| column.default.as_deref());
    let literal = default.map(|text| match text.trim().strip_prefix('\'') {
        // 'new'::text
        Some(quoted) => quoted.rsplit_once('\'').map_or("", |(text, _)| text).replace("''", "'"),
        None => text.trim().to_owned(),
    });
    cell.to_plain() == literal
}

#[cfg(test)]
mod tests {
    use exeunt_base::{Cell, Kind, Name, TableRef};
    use exeunt_source::catalog::{Column, Generated, Table, TableSort};

    use super::is_nobodys;

    #[test]
    fn a_default_is_nobodys_value() {
        let name = Name::new("page").unwrap();
        let mut table = Table {
            name: TableRef { schema: name.clone(), name: name.clone() },
            sort: TableSort::Ordinary,
            columns: Vec::new(),
            primary_key: Vec::new(),
            uniques: Vec::new(),
            foreign_keys: Vec::new(),
            checks: Vec::new(),
            triggers: Vec::new(),
            hazards: Vec::new(),
            estimated_rows: None,
        };
        for (default, value) in [
            (None, Cell::Null),
            (Some("'it''s new'::character varying"), Cell::text("it's new")),
            (Some("''"), Cell::text("")),
            (Some("7"), Cell::Int(7)),
        ] {
            table.columns = vec![Column {
                name: name.clone(),
                type_name: String::from("text"),
                kind: Kind::Text { max: None },
                not_null: false,
                default: default.map(str::to_owned),
                generated: Generated::No,
            }];
            assert!(is_nobodys(&value, &table, &name), "{default:?}");
            assert!(!is_nobodys(&Cell::text("/ada"), &table, &name), "{default:?}");
        }
    }
}
