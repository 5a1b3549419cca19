//! A method made ready for one column: refused now or honored for every value later.

use exeunt_base::{Cell, Kind};

use crate::change::{generalized, noisy, partial, truncated_address};
use crate::check::{Check, Verdict, judge_all};
use crate::fake::invented;
use crate::key::MaskKey;
use crate::method::{Coarseness, FakeKind, Spread};
use crate::refusal::Note;
use crate::token::Shape;

/// A method made ready for one column by [`Masker::plan`].
pub struct Masker {
    pub(crate) recipe: Recipe,
    pub(crate) kind: Kind,
    pub(crate) unique: bool,
    pub(crate) checks: Vec<Check>,
    /// What stands where a value could not be read or its result would be refused; `None` only where neither can be.
    pub(crate) fallback: Option<Cell>,
    pub(crate) notes: Vec<Note>,
}

/// What to do with each value.
pub(crate) enum Recipe {
    Keep,
    /// The same for every row; `over_null` also where there was nothing.
    Write {
        cell: Cell,
        over_null: bool,
    },
    /// A neutral value of the value's own type, for columns that promise none.
    Neutralize,
    Token {
        shape: Shape,
        purpose: &'static str,
    },
    Generalize(Coarseness),
    TruncateIp,
    Partial {
        keep_start: u32,
        keep_end: u32,
    },
    Shuffle,
    Noise(Spread),
    Fake {
        kind: FakeKind,
        longest: Option<u32>,
    },
}

/// Which rows a batch holds. Noise and shuffling depend on it, so that a repeated batch gives the same result.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// Source, table and column.
    pub scope: &'a str,
    /// The number of the first row of the batch within the job.
    pub first_row: u64,
}

/// What came out.
pub struct Masked {
    /// One value for each that went in.
    pub cells: Vec<Cell>,
    /// How many values could not be read, or gave what a constraint refuses, and were replaced by the stand-in.
    pub suppressed: u64,
}

/// A method that writes one value, so that a source can do it in one statement.
#[derive(Clone, PartialEq, Eq)]
pub struct Constant {
    /// The value.
    pub cell: Cell,
    /// Whether rows that hold NULL get it too.
    pub over_null: bool,
}

impl std::fmt::Debug for Masker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Masker").field("kind", &self.kind).field("notes", &self.notes).finish_non_exhaustive()
    }
}

impl Masker {
    /// What the plan should show beside the method.
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    /// Whether values stay as they are.
    pub fn is_keep(&self) -> bool {
        matches!(self.recipe, Recipe::Keep)
    }

    /// The one value this writes, where it writes one.
    pub fn constant(&self) -> Option<Constant> {
        match &self.recipe {
            Recipe::Write { cell, over_null } => Some(Constant { cell: cell.clone(), over_null: *over_null }),
            _ => None,
        }
    }

    /// Masks a batch of one column's values. The same key, place and values give the same result; NULL stays NULL
    /// unless the method is `fixed`.
    pub fn apply(&self, key: &MaskKey, place: Place<'_>, cells: &[Cell]) -> Masked {
        if matches!(self.recipe, Recipe::Shuffle) {
            return self.shuffled(key, place, cells);
        }
        let mut suppressed = 0;
        let masked = cells.iter().zip(place.first_row..).map(|(cell, row)| {
            let wanted = match &self.recipe {
                Recipe::Keep => return cell.clone(),
                Recipe::Write { cell, over_null: true } => return cell.clone(),
                _ if cell.is_null() => return Cell::Null,
                Recipe::Write { cell, .. } => return cell.clone(),
                _ => self.changed(key, place.scope, row, cell),
            };
            let fits = wanted.filter(|wanted| judge_all(&self.checks, wanted, &self.kind) != Verdict::Fails);
            match (fits, &self.fallback) {
                (Some(fits), _) => fits,
                (None, Some(fallback)) => {
                    suppressed += 1;
                    fallback.clone()
                }
                // only tokens have no fallback: let the database refuse the row rather than keep the value
                (None, None) => self.changed(key, place.scope, row, cell).unwrap_or(Cell::Null),
            }
        });
        let cells = masked.collect();
        Masked { cells, suppressed }
    }

    fn changed(&self, key: &MaskKey, scope: &str, row: u64, cell: &Cell) -> Option<Cell> {
        match &self.recipe {
            Recipe::Neutralize => Some(match cell {
                Cell::Null => Cell::Null,
                Cell::Bool(_) => Cell::Bool(false),
                Cell::Int(_) => Cell::Int(0),
                Cell::Real(_) => Cell::real(0.0),
                Cell::Text(_) | Cell::BrokenText(_) => Cell::text("[erased]"),
                Cell::Bytes(_) => Cell::Bytes(Vec::new()),
            }),
            Recipe::Token { shape, purpose } => Some(shape.token(key, purpose, cell)),
            Recipe::Generalize(how) => generalized(cell, *how, &self.kind),
            Recipe::TruncateIp => truncated_address(cell),
            Recipe::Partial { keep_start, keep_end } => partial(cell, *keep_start, *keep_end),
            Recipe::Noise(by) => (0..4).find_map(|attempt| {
                // a range check may refuse one direction and take the other
                let mut chance =
                    key.chance_at(["noise", "noise 2", "noise 3", "noise 4"][attempt], scope, row, cell);
                noisy(cell, *by, &self.kind, &mut chance)
                    .filter(|moved| judge_all(&self.checks, moved, &self.kind) != Verdict::Fails)
            }),
            Recipe::Fake { kind, longest } => {
                Some(Cell::Text(invented(key, *kind, self.unique, *longest, cell)))
            }
            Recipe::Keep | Recipe::Write { .. } | Recipe::Shuffle => None,
        }
    }

    /// One cycle through all rows that hold a value, so that none keeps its own. A row alone has nobody to trade with.
    fn shuffled(&self, key: &MaskKey, place: Place<'_>, cells: &[Cell]) -> Masked {
        let places: Vec<usize> = (0..cells.len()).filter(|at| !cells[*at].is_null()).collect();
        let mut out = cells.to_vec();
        if let [only] = places[..] {
            out[only] = self.fallback.clone().unwrap_or(Cell::Null);
            return Masked { cells: out, suppressed: 1 };
        }
        let mut chance = key.chance_at("shuffle", place.scope, place.first_row, &Cell::Null);
        let mut order: Vec<usize> = (0..places.len()).collect();
        for last in (1..order.len()).rev() {
            // below, not up to: Sattolo's choice makes it one cycle
            order.swap(last, chance.below(last as u64) as usize);
        }
        for (to, from) in places.iter().zip(order) {
            out[*to] = cells[places[from]].clone();
        }
        Masked { cells: out, suppressed: 0 }
    }
}
