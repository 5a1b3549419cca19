//! Columns that were set, and that a trigger then wrote itself: a stamp, for one. What became of them is not ours, so that
//! another value later tells nothing about somebody living on with the row, and nobody waits for it.

use std::collections::BTreeMap;

use exeunt_base::{Cell, Name, Row};

use crate::batch::seal::Picture;
use crate::image::Shape;

/// What was asked of rows whose table has triggers.
pub(super) struct Wanted {
    /// Places of the columns that are set, in an image.
    places: Vec<usize>,
    values: Vec<Row>,
}

impl Wanted {
    /// Of rows as given to the source: key cells, then the new ones.
    pub(super) fn of(shape: &Shape, rows: &[Row]) -> Option<Self> {
        let place = |name: &Name| shape.columns.iter().position(|column| column == name);
        let places: Vec<usize> = shape.set.iter().filter_map(place).collect();
        let values = |row: &Row| row[row.len() - shape.set.len()..].to_vec();
        (places.len() == shape.set.len()).then(|| Self { places, values: rows.iter().map(values).collect() })
    }

    /// What was asked for a set column of a row.
    pub(super) fn cell(&self, row: usize, column: usize) -> Option<&Cell> {
        self.values.get(row)?.get(column)
    }

    /// The set columns of a row that hold what they held before, though something else was asked for.
    pub(super) fn as_before(&self, row: usize, before: &Row, after: &Row) -> Vec<usize> {
        let Some(wanted) = self.values.get(row) else { return Vec::new() };
        let held =
            |place: usize| before.get(place).filter(|cell| !cell.is_null() && after.get(place) == Some(cell));
        let columns = self.places.iter().zip(wanted).enumerate();
        columns
            .filter(|(_, (place, wanted))| held(**place).is_some_and(|cell| cell != *wanted))
            .map(|(column, _)| column)
            .collect()
    }

    /// Which of the set columns of a row are as they were asked for.
    fn kept(&self, row: usize, after: &Row) -> Vec<bool> {
        let Some(wanted) = self.values.get(row) else { return vec![true; self.places.len()] };
        self.places.iter().zip(wanted).map(|(place, wanted)| after.get(*place) == Some(wanted)).collect()
    }
}

/// Rows by the columns that are truly ours.
pub(super) fn apart(
    shape: &Shape,
    wanted: Option<&Wanted>,
    rows: Vec<(usize, Picture)>,
) -> Vec<(Vec<Name>, Vec<Picture>)> {
    let Some(wanted) = wanted else {
        return vec![(shape.set.clone(), rows.into_iter().map(|(_, picture)| picture).collect())];
    };
    let mut groups: BTreeMap<Vec<bool>, Vec<Picture>> = BTreeMap::new();
    for (row, picture) in rows {
        let kept = picture.after.as_ref().map_or_else(Vec::new, |after| wanted.kept(row, after));
        groups.entry(kept).or_default().push(picture);
    }
    let ours = |kept: Vec<bool>| -> Vec<Name> {
        let names: Vec<Name> =
            shape.set.iter().zip(kept).filter(|(_, kept)| *kept).map(|(name, _)| name.clone()).collect();
        // an empty list would mean that nobody wrote down which they were
        if names.is_empty() { shape.set.clone() } else { names }
    };
    groups.into_iter().map(|(kept, pictures)| (ours(kept), pictures)).collect()
}
