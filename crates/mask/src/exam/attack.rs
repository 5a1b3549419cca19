//! Attacks on a treated table by somebody who holds the rows as they were.

use std::collections::HashMap;

use exeunt_base::{Cell, Row};

use crate::date::Moment;
use crate::decimal::Decimal;
use crate::exam::{Inference, Table, places};
use crate::label::Role;

/// Rows attacked and searched at most: the attack compares each with each.
const MOST: usize = 2_000;

pub(super) struct Attack<'a> {
    table: &'a Table<'a>,
    rows: Vec<usize>,
    quasi: Vec<usize>,
    /// Each quasi-identifier's values of the attacked rows, before and after, made comparable once.
    before: Vec<Vec<Trait>>,
    after: Vec<Vec<Trait>>,
    /// Largest less smallest number, by quasi-identifier.
    ranges: Vec<f64>,
}

/// A value as an attacker compares it.
enum Trait {
    Nothing,
    Number(f64),
    Text(String),
}

impl<'a> Attack<'a> {
    pub(super) fn new(table: &'a Table<'a>, seed: u64) -> Self {
        let rows = sample(table.after.len(), seed);
        let quasi = places(table, Role::Quasi);
        let traits = |from: &[Row]| -> Vec<Vec<Trait>> {
            rows.iter().map(|row| quasi.iter().map(|at| as_trait(&from[*row][*at])).collect()).collect()
        };
        let (before, after) = (traits(table.before), traits(table.after));
        let ranges = (0..quasi.len()).map(|place| range(before.iter().chain(&after), place)).collect();
        Self { table, quasi, before, after, ranges, rows }
    }

    /// How often the nearest treated row is the person's own, ties shared fairly, less one in the number of rows.
    pub(super) fn link_advantage(&self) -> f64 {
        if self.quasi.is_empty() || self.rows.len() < 2 {
            return 0.0;
        }
        let right: f64 = (0..self.rows.len())
            .map(|target| {
                let nearest = self.nearest(target, None);
                if nearest.contains(&target) { 1.0 / nearest.len() as f64 } else { 0.0 }
            })
            .sum();
        let rows = self.rows.len() as f64;
        right / rows - 1.0 / rows
    }

    /// For each sensitive column: guesses from the nearest rows with the person's own among them, less without.
    pub(super) fn inference(&self) -> Vec<Inference> {
        let sensitive = places(self.table, Role::Sensitive);
        let columns = sensitive.into_iter().map(|column| {
            let guessed = |leave_out: bool| -> f64 {
                let right = (0..self.rows.len()).map(|target| {
                    let nearest = self.nearest(target, leave_out.then_some(target));
                    self.guess(&nearest, column, &self.table.before[self.rows[target]][column])
                });
                right.sum::<f64>() / self.rows.len() as f64
            };
            let advantage = if self.rows.len() < 2 { 0.0 } else { guessed(false) - guessed(true) };
            Inference { column: self.table.columns[column].name.clone(), advantage }
        });
        columns.collect()
    }

    /// The chance that the commonest value among these rows, ties shared fairly, is the true one.
    fn guess(&self, among: &[usize], column: usize, truth: &Cell) -> f64 {
        let mut counts: HashMap<&Cell, u64> = HashMap::new();
        for row in among {
            *counts.entry(&self.table.after[self.rows[*row]][column]).or_insert(0) += 1;
        }
        let most = counts.values().copied().max().unwrap_or(0);
        let tied = counts.values().filter(|count| **count == most).count();
        if most > 0 && counts.get(truth) == Some(&most) { 1.0 / tied as f64 } else { 0.0 }
    }

    /// The treated rows that look most like the target as it was.
    fn nearest(&self, target: usize, except: Option<usize>) -> Vec<usize> {
        let mut best = f64::NEG_INFINITY;
        let mut nearest = Vec::new();
        for candidate in (0..self.rows.len()).filter(|candidate| Some(*candidate) != except) {
            let likeness: f64 = (0..self.quasi.len())
                .map(|place| {
                    likeness(&self.before[target][place], &self.after[candidate][place], self.ranges[place])
                })
                .sum();
            if likeness > best + 1e-9 {
                best = likeness;
                nearest.clear();
            }
            if likeness >= best - 1e-9 {
                nearest.push(candidate);
            }
        }
        nearest
    }
}

/// Which rows to attack: all, or as many as is affordable, chosen by the seed.
fn sample(rows: usize, seed: u64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..rows).collect();
    if rows <= MOST {
        return order;
    }
    let mut state = seed;
    for place in 0..MOST {
        // splitmix64: the choice must be repeatable, not secret
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = state;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^= word >> 31;
        order.swap(place, place + (word % (rows - place) as u64) as usize);
    }
    order.truncate(MOST);
    order
}

fn as_trait(cell: &Cell) -> Trait {
    match cell {
        Cell::Null => Trait::Nothing,
        Cell::Bool(value) => Trait::Number(f64::from(u8::from(*value))),
        Cell::Int(value) => Trait::Number(*value as f64),
        Cell::Real(value) => Trait::Number(value.value()),
        Cell::Text(text) => match (Moment::parse(text), Decimal::parse(text)) {
            (Some(moment), _) => Trait::Number(moment.days() as f64),
            // a number written with leading zeros is a code: its start says more than its size
            (None, Some(_)) if text.contains('.') => text.parse().map_or(Trait::Nothing, Trait::Number),
            _ => Trait::Text(text.clone()),
        },
        Cell::Bytes(bytes) | Cell::BrokenText(bytes) => Trait::Text(exeunt_base::hex::encode(bytes)),
    }
}

fn range<'b>(rows: impl Iterator<Item = &'b Vec<Trait>>, place: usize) -> f64 {
    let numbers = rows.filter_map(|row| match row[place] {
        Trait::Number(number) if number.is_finite() => Some(number),
        _ => None,
    });
    let (low, high) =
        numbers.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), n| (low.min(n), high.max(n)));
    if high > low { high - low } else { 1.0 }
}

/// How alike two values are, from 0 to 1.
fn likeness(before: &Trait, after: &Trait, range: f64) -> f64 {
    match (before, after) {
        (Trait::Nothing, Trait::Nothing) => 1.0,
        (Trait::Number(before), Trait::Number(after)) => {
            let distance = (before - after).abs() / range;
            if distance.is_finite() { 1.0 - distance.min(1.0) } else { 0.0 }
        }
        (Trait::Text(before), Trait::Text(after)) => {
            let shared = before.chars().zip(after.chars()).take_while(|(a, b)| a == b).count();
            let longest = before.chars().count().max(after.chars().count());
            if longest == 0 { 1.0 } else { shared as f64 / longest as f64 }
        }
        _ => 0.0,
    }
}
