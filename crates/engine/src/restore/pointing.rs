//! Rows as others know them: by their key, by the columns they are referred to by, and by what they refer to themselves.

use std::collections::{BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};

use exeunt_base::{Cell, Name, Row, codec};
use exeunt_source::{KeyBy, Read, Rows};

use crate::cabinet::Engine;
use crate::error::Error;
use crate::image::{Image, Shape};
use crate::restore::standing::{Reference, Standing};

/// The row's key, before and after.
pub(super) fn keys(shape: &Shape, image: &Image) -> BTreeSet<u64> {
    let mut keys = BTreeSet::from([digest(image.key.iter())]);
    if let KeyBy::Columns(columns) = &shape.key {
        keys.extend(referred(shape, image, columns));
    }
    keys
}

/// What a row refers to by these columns once it is as it was; `None` when that is nothing, or was so all along.
pub(super) fn points<'a>(shape: &Shape, image: &'a Image, by: &[Name]) -> Option<Vec<&'a Cell>> {
    let after = image.after.as_deref();
    let same = |name| after.is_some_and(|after| shape.cell(&image.before, name) == shape.cell(after, name));
    if by.iter().all(same) {
        return None;
    }
    let cells: Option<Vec<&Cell>> = by.iter().map(|name| shape.cell(&image.before, name)).collect();
    cells.filter(|cells| !cells.iter().any(|cell| cell.is_null()))
}

/// The row as others refer to it by these columns.
pub(super) fn referred(shape: &Shape, image: &Image, on: &[Name]) -> Option<u64> {
    let cells: Option<Vec<&Cell>> = on.iter().map(|name| shape.cell(&image.before, name)).collect();
    cells.map(|cells| digest(cells.into_iter()))
}

/// Short enough to remember millions. Two rows that meet in it would only wait for each other.
pub(super) fn digest<'a>(cells: impl Iterator<Item = &'a Cell>) -> u64 {
    let row: Row = cells.cloned().collect();
    let mut bytes = Vec::new();
    codec::put_row(&mut bytes, &row);
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    hasher.finish()
}

impl Engine {
    /// Whether rows refer to some that are neither there nor on their way back with them.
    pub(super) async fn misses_some(
        &self,
        standing: &Standing,
        source: &Name,
        reference: &Reference,
        shape: &Shape,
        images: &[(u32, Image)],
    ) -> Result<bool, Error> {
        let (to, by, on) = reference;
        let coming = standing.coming.get(&((source.clone(), to.clone()), on.clone()));
        let mut wanted: HashMap<u64, Row> = HashMap::new();
        for (_, image) in images {
            let Some(cells) = points(shape, image, by) else { continue };
            let row = digest(cells.iter().copied());
            if !coming.is_some_and(|coming| coming.contains(&row)) {
                wanted.entry(row).or_insert_with(|| cells.into_iter().cloned().collect());
            }
        }
        if wanted.is_empty() {
            return Ok(false);
        }
        let count = wanted.len();
        let rows = Rows::Keyed(KeyBy::Columns(on.clone()), wanted.into_values().collect());
        let read = Read { table: to.clone(), columns: Vec::new(), rows };
        let mut reader = self.source(source)?.snapshot().await.map_err(Error::at(source))?;
        let pages = reader.read(&read).await.map_err(Error::at(source))?;
        Ok(pages.collect().await.map_err(Error::at(source))?.len() < count)
    }
}
