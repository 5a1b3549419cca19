//! The exam a table has to pass before it may be called anonymized: singling out, linkability, inference.
//!
//! It attacks the result with what an attacker could hold, the rows as they were, and compares each attack with the
//! best guess of somebody who has nothing. Same table, thresholds and seed, same report.

mod attack;

use std::collections::HashMap;

use exeunt_base::{Cell, Row};

use crate::label::Role;

/// A column of the table under examination.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What it tells about a person.
    pub role: Role,
}

/// A table, or a fair sample of it, before and after treatment. Row by row the same people, cells in column order.
#[derive(Debug, Clone)]
pub struct Table<'a> {
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows as they were: what an attacker may hold.
    pub before: &'a [Row],
    /// The rows as they are.
    pub after: &'a [Row],
}

/// What a table must not exceed. Kept in a policy pack.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Thresholds {
    /// The fewest rows that must look alike.
    pub smallest_class: u64,
    /// The largest share of rows that may look like no other.
    pub unique_rate: f64,
    /// The most an attack may beat a blind guess by, as a share.
    pub advantage: f64,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self { smallest_class: 10, unique_rate: 0.0, advantage: 0.05 }
    }
}

/// What the exam found.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// Rows examined.
    pub rows: u64,
    /// Rows in the smallest class of equal quasi-identifiers.
    pub smallest_class: u64,
    /// Share of rows alone in their class.
    pub unique_rate: f64,
    /// How much better than blindly a row of the pre-image is found again.
    pub link_advantage: f64,
    /// How much better a sensitive value is guessed with the person's row in the table than without it.
    pub inference: Vec<Inference>,
    /// What was asked of it.
    pub thresholds: Thresholds,
    /// The seed that chose the attacked rows.
    pub seed: u64,
    /// What it failed, in words; empty when it passed.
    pub failures: Vec<String>,
}

/// The attack on one sensitive column.
#[derive(Debug, Clone, PartialEq)]
pub struct Inference {
    /// The column.
    pub column: String,
    /// Guesses right with the person's row in the table, less guesses right without it.
    pub advantage: f64,
}

impl Report {
    /// Whether nothing failed.
    pub fn passed(&self) -> bool {
        self.failures.is_empty()
    }
}

/// Examines a table. Rows beyond two thousand are sampled by the seed for the attacks, not for the classes.
pub fn examine(table: &Table<'_>, thresholds: &Thresholds, seed: u64) -> Report {
    let mut failures = Vec::new();
    let whole = table.before.len() == table.after.len()
        && table.before.iter().chain(table.after).all(|row| row.len() == table.columns.len());
    let rows = table.after.len() as u64;
    if rows == 0 || !whole {
        failures.push("there are no rows to examine, or they do not match the rows as they were".to_owned());
        return Report {
            rows,
            smallest_class: 0,
            unique_rate: 0.0,
            link_advantage: 0.0,
            inference: Vec::new(),
            thresholds: *thresholds,
            seed,
            failures,
        };
    }
    if let Some(left) = identifier_left(table) {
        failures
            .push(format!("column `{left}` identifies people directly and still holds values as they were"));
    }
    let classes = classes(table);
    let smallest_class = classes.values().copied().min().unwrap_or(0);
    let alone = classes.values().filter(|size| **size == 1).count() as f64;
    let unique_rate = alone / rows as f64;
    let attack = attack::Attack::new(table, seed);
    let link_advantage = attack.link_advantage();
    let inference: Vec<Inference> = attack.inference();

    if smallest_class < thresholds.smallest_class {
        let wanted = thresholds.smallest_class;
        failures
            .push(format!("the smallest class of rows that look alike has {smallest_class}, not {wanted}"));
    }
    if unique_rate > thresholds.unique_rate {
        failures.push(format!("{:.1} % of rows look like no other", unique_rate * 100.0));
    }
    if link_advantage > thresholds.advantage {
        failures.push(format!("rows are linked {:.1} points better than blindly", link_advantage * 100.0));
    }
    for found in inference.iter().filter(|found| found.advantage > thresholds.advantage) {
        let points = found.advantage * 100.0;
        failures
            .push(format!("`{}` is guessed {points:.1} points better than without the row", found.column));
    }
    Report {
        rows,
        smallest_class,
        unique_rate,
        link_advantage,
        inference,
        thresholds: *thresholds,
        seed,
        failures,
    }
}

/// Columns of a role, by place.
fn places(table: &Table<'_>, role: Role) -> Vec<usize> {
    (0..table.columns.len()).filter(|at| table.columns[*at].role == role).collect()
}

fn classes<'a>(table: &'a Table<'a>) -> HashMap<Vec<&'a Cell>, u64> {
    let quasi = places(table, Role::Quasi);
    let mut classes = HashMap::new();
    for row in table.after {
        *classes.entry(quasi.iter().map(|at| &row[*at]).collect()).or_insert(0) += 1;
    }
    classes
}

/// A direct identifier some row of which is as it was.
fn identifier_left<'a>(table: &'a Table<'_>) -> Option<&'a str> {
    let left = |at: &usize| {
        table
            .before
            .iter()
            .zip(table.after)
            .any(|(before, after)| !before[*at].is_null() && before[*at] == after[*at])
    };
    places(table, Role::Direct).into_iter().find(left).map(|at| table.columns[at].name.as_str())
}

#[cfg(test)]
mod tests {
    use exeunt_base::{Cell, Row};

    use super::{Column, Report, Table, Thresholds, examine};
    use crate::label::Role;

    fn columns() -> Vec<Column> {
        [("postcode", Role::Quasi), ("born", Role::Quasi), ("illness", Role::Sensitive)]
            .map(|(name, role)| Column { name: name.to_owned(), role })
            .to_vec()
    }

    fn person(postcode: i64, year: i64, illness: &str) -> Row {
        vec![Cell::Text(format!("{postcode:05}")), Cell::Text(format!("{year}-06-15")), Cell::text(illness)]
    }

    fn exam(before: &[Row], after: &[Row]) -> Report {
        examine(&Table { columns: columns(), before, after }, &Thresholds::default(), 7)
    }

    /// Two hundred people, ten in each of twenty postcode areas and years; illness independent of both.
    fn town() -> Vec<Row> {
        (0..400)
            .map(|n| {
                person(
                    10_000 + n % 20 * 100 + n / 40,
                    1950 + n % 40,
                    ["flu", "gout"][(n * 7 % 13 % 2) as usize],
                )
            })
            .collect()
    }

    fn coarse(rows: &[Row]) -> Vec<Row> {
        let coarse = |row: &Row| vec![Cell::text("1"), Cell::text("19"), row[2].clone()];
        rows.iter().map(coarse).collect()
    }

    #[test]
    fn an_untouched_table_fails_everything() {
        let town = town();
        let report = exam(&town, &town);
        assert!(!report.passed());
        assert!(report.link_advantage > 0.9, "{report:?}");
        assert_eq!((report.smallest_class, report.unique_rate), (1, 1.0));
    }

    #[test]
    fn a_coarse_table_passes() {
        let town = town();
        let report = exam(&town, &coarse(&town));
        assert!(report.passed(), "{report:?}");
        assert_eq!(report.smallest_class, 400);
        assert!(report.link_advantage < 0.01);
    }

    #[test]
    fn one_person_who_looks_like_no_other_fails_it() {
        let mut town = town();
        town.push(person(99_999, 1899, "plague"));
        let mut after = coarse(&town);
        after[400] = town[400].clone();
        let report = exam(&town, &after);
        assert_eq!(report.smallest_class, 1);
        assert!(!report.passed());
    }

    #[test]
    fn classes_that_all_share_one_illness_of_their_own_row_are_guessed() {
        // everyone alone in a class: the row itself gives the illness away
        let town: Vec<Row> = (0..200)
            .map(|n| {
                person(10_000 + n * 37, 1950, ["flu", "gout", "ague", "mumps"][(n * 31 % 17 % 4) as usize])
            })
            .collect();
        let report = exam(&town, &town);
        assert!(report.inference[0].advantage > 0.5, "{report:?}");
    }

    #[test]
    fn the_same_seed_gives_the_same_report() {
        let town = town();
        let after = coarse(&town);
        assert_eq!(exam(&town, &after), exam(&town, &after));
    }

    #[test]
    fn rows_that_do_not_match_are_no_exam() {
        let town = town();
        assert!(!exam(&town, &town[1..]).passed());
        assert!(!exam(&[], &[]).passed());
    }
}
