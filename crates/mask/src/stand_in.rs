//! Neutral values: what stands where a person's value stood and says nothing at all.

use exeunt_base::{Cell, Kind};

use crate::check::{Check, Limits, Verdict, judge_all};
use crate::facts::{Dialect, Facts};
use crate::fixed;
use crate::method::Scalar;
use crate::token::wants_email;

/// How far a stand-in may go.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Only a value nobody takes for real, or the column's own default.
    Neutral,
    /// Also the nearest value the column takes at all.
    AnythingThatFits,
}

/// The first stand-in the column's constraints take, preferring those known to hold.
pub(crate) fn stand_in(
    facts: &Facts,
    kind: &Kind,
    limits: &Limits,
    checks: &[Check],
    reach: Reach,
) -> Option<(Cell, Verdict)> {
    let mut best = None;
    for cell in candidates(facts, kind, limits, checks, reach) {
        if !fits(&cell, kind, limits) {
            continue;
        }
        match judge_all(checks, &cell, kind) {
            Verdict::Holds => return Some((cell, Verdict::Holds)),
            Verdict::Unknown => best = best.or(Some((cell, Verdict::Unknown))),
            Verdict::Fails => {}
        }
    }
    best
}

/// The truth value as the database holds it.
pub(crate) fn bool_cell(value: bool, dialect: Dialect) -> Cell {
    if dialect == Dialect::Sqlite { Cell::Int(i64::from(value)) } else { Cell::Bool(value) }
}

fn fits(cell: &Cell, kind: &Kind, limits: &Limits) -> bool {
    match (kind, cell) {
        (Kind::Text { .. } | Kind::Any, Cell::Text(text)) => {
            let length = u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
            limits.longest.is_none_or(|longest| length <= longest)
        }
        (Kind::Integer { min, max }, Cell::Int(value)) => (min..=max).contains(&value),
        _ => true,
    }
}

fn candidates(facts: &Facts, kind: &Kind, limits: &Limits, checks: &[Check], reach: Reach) -> Vec<Cell> {
    let default = facts.default_literal.as_deref().and_then(|literal| default_cell(literal, facts, kind));
    let anything = reach == Reach::AnythingThatFits;
    let text = |texts: &[&str]| texts.iter().map(|text| Cell::text(text)).collect::<Vec<_>>();
    let mut cells = match kind {
        Kind::Text { .. } | Kind::Any => {
            let mut texts = vec!["[erased]", "erased", "-", "x", "", "erased@erased.invalid"];
            if wants_email(facts, checks) {
                texts.insert(0, "erased@erased.invalid");
                texts.insert(1, "x@x.invalid");
            }
            texts.extend(["https://erased.invalid/", "0000000000", "0"]);
            let mut cells = text(&texts);
            if let Some(shortest) = limits.shortest.filter(|shortest| (1..=4_096).contains(shortest)) {
                cells.extend(["-", "x", "0", "X"].map(|c| Cell::Text(c.repeat(shortest as usize))));
            }
            cells
        }
        Kind::Integer { .. } => vec![Cell::Int(0)],
        Kind::Decimal { .. } => text(&["0"]),
        Kind::Real => vec![Cell::real(0.0)],
        Kind::Bool => vec![bool_cell(false, facts.dialect)],
        Kind::Date => text(&["1970-01-01"]),
        Kind::Time => text(&["00:00:00"]),
        Kind::Timestamp { zoned: true } => text(&["1970-01-01 00:00:00+00"]),
        Kind::Timestamp { zoned: false } => text(&["1970-01-01 00:00:00"]),
        Kind::Interval => text(&["00:00:00"]),
        Kind::Bytes => vec![Cell::Bytes(Vec::new()), Cell::Bytes(vec![0])],
        Kind::Json => text(&["{}", "[]"]),
        Kind::Uuid => text(&["00000000-0000-0000-0000-000000000000"]),
        Kind::Inet => text(&["0.0.0.0"]),
        Kind::Array(_) => text(&["{}"]),
        Kind::Enum(_) | Kind::Other(_) => vec![],
    };
    match kind {
        // an application that gave JSON a default relies on its shape
        Kind::Json | Kind::Array(_) | Kind::Bool => cells.splice(0..0, default).for_each(drop),
        _ => cells.extend(default),
    }
    if anything {
        match kind {
            Kind::Enum(words) => cells.extend(words.iter().map(|word| Cell::text(word))),
            Kind::Bool => cells.push(bool_cell(true, facts.dialect)),
            Kind::Integer { .. } => {
                let ends = [Some(1), limits.least, limits.greatest];
                cells.extend(ends.into_iter().flatten().filter_map(|v| i64::try_from(v).ok()).map(Cell::Int));
            }
            Kind::Decimal { .. } | Kind::Real => {
                let ends = [Some(1), limits.least, limits.greatest].into_iter().flatten();
                // too many digits for the column makes none
                cells
                    .extend(ends.filter_map(|v| fixed::cell(&Scalar::Text(v.to_string()), facts, kind).ok()));
            }
            Kind::Date => cells.extend(text(&["2000-01-01", "1900-01-01"])),
            _ => {}
        }
        let listed = checks.iter().flat_map(|check| check.listed());
        cells.extend(listed.filter_map(|word| fixed::cell(&Scalar::Text(word), facts, kind).ok()));
    }
    cells
}

/// A default's literal as a value: `'new'::text`, `0`, `false`.
fn default_cell(literal: &str, facts: &Facts, kind: &Kind) -> Option<Cell> {
    let literal = literal.trim();
    let text = match literal.strip_prefix('\'') {
        Some(rest) => rest[..rest.rfind('\'')?].replace("''", "'"),
        None => literal.trim_matches(['(', ')']).to_owned(),
    };
    if literal.eq_ignore_ascii_case("null") {
        return None;
    }
    // an unquoted word in a text column is a function, not a value
    let plain =
        literal.starts_with('\'') || text.parse::<f64>().is_ok() || matches!(text.as_str(), "true" | "false");
    plain.then(|| fixed::cell(&Scalar::Text(text), facts, kind).ok()).flatten()
}
