//! Cutting a large change into parts that follow each other on the wire: while the server changes the rows of one, this
//! program handles those of the part before.

use std::hash::{DefaultHasher, Hash, Hasher};

use exeunt_base::{Cell, Row};
use exeunt_source::Anchor;

/// Rows worth a statement of their own.
const ROWS: usize = 10_000;
/// Parts at most: each has to be planned and begun.
const PARTS: usize = 8;

fn count(rows: usize) -> usize {
    (rows / ROWS).clamp(1, PARTS)
}

/// Anchors in parts, for about so many rows that they lead to. Equal starts stay together, so that no two parts lead to the
/// same rows by the same start. Only where there is one anchor.
pub(crate) fn of_starts(anchors: &[Anchor], rows: usize) -> Vec<Vec<Anchor>> {
    let [anchor] = anchors else { return vec![anchors.to_vec()] };
    let parts = count(rows);
    if parts == 1 || anchor.rows.len() < parts {
        return vec![anchors.to_vec()];
    }
    let mut starts: Vec<(u32, Row)> = anchor.rows.clone();
    // neighbors together where they are numbers, equal ones in any case
    starts.sort_by_cached_key(|(_, row)| (row.first().and_then(Cell::as_int), hash(row)));
    let size = starts.len().div_ceil(parts);
    let mut found: Vec<Vec<Anchor>> = Vec::with_capacity(parts);
    let mut part: Vec<(u32, Row)> = Vec::with_capacity(size);
    for start in starts {
        let full = part.len() >= size && part.last().is_some_and(|(_, last)| *last != start.1);
        if full {
            found.push(vec![Anchor { rows: std::mem::take(&mut part) }]);
        }
        part.push(start);
    }
    found.push(vec![Anchor { rows: part }]);
    found
}

fn hash(row: &Row) -> u64 {
    let mut hasher = DefaultHasher::new();
    row.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use exeunt_base::Cell;
    use exeunt_source::Anchor;

    use super::of_starts;

    #[test]
    fn equal_starts_stay_together() {
        let starts = |values: &[i64]| Anchor {
            rows: values
                .iter()
                .zip(0..)
                .map(|(value, claimant)| (claimant, vec![Cell::Int(*value)]))
                .collect(),
        };
        let told = |anchors: &[Anchor], rows: usize| -> Vec<usize> {
            of_starts(anchors, rows).iter().map(|part| part[0].rows.len()).collect()
        };
        assert_eq!(told(&[starts(&[1, 2, 3, 4])], 9_999), [4], "too few to cut");
        assert_eq!(told(&[starts(&[1, 2, 3, 4])], 20_000), [2, 2]);
        assert_eq!(told(&[starts(&[4, 1, 1, 1])], 20_000), [3, 1]);
        assert_eq!(told(&[starts(&[1])], 100_000), [1], "one start cannot be cut");
        assert_eq!(
            told(&[starts(&[1, 2, 3]), starts(&[1])], 100_000).len(),
            1,
            "two anchors belong together"
        );
    }
}
