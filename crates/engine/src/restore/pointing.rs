//! Rows as others know them: by their key, by the columns they are referred to by, and by what they refer to themselves.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use exeunt_base::{Cell, Name, Row, codec};
use exeunt_source::KeyBy;

use crate::image::{Image, Shape};

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
