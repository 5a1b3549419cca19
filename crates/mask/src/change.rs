//! Methods that look at the value: generalize, truncate, partial, noise. `None` means it could not be read, and the
//! caller puts a stand-in there: what is not understood is never left in place.

use exeunt_base::{Cell, Kind};

use crate::address::truncated;
use crate::date::{Moment, is_endless};
use crate::decimal::{Decimal, ten_to};
use crate::key::Chance;
use crate::method::{Coarseness, Spread};

/// A coarser value.
pub(crate) fn generalized(cell: &Cell, how: Coarseness, kind: &Kind) -> Option<Cell> {
    match how {
        Coarseness::Year | Coarseness::Month | Coarseness::Day => {
            let text = cell.as_text()?;
            if is_endless(text) {
                return Some(cell.clone());
            }
            let moment = Moment::parse(text)?;
            Some(Cell::Text(match how {
                Coarseness::Year => moment.to_year(),
                Coarseness::Month => moment.to_month(),
                _ => moment.to_day(),
            }))
        }
        Coarseness::Prefix(characters) => {
            let text = cell.as_text()?;
            Some(Cell::Text(text.chars().take(characters as usize).collect()))
        }
        Coarseness::Band(width) => match cell {
            Cell::Int(value) => {
                let banded = Decimal::whole(*value).banded(width)?.digits;
                i64::try_from(banded).ok().map(|value| within(value, kind)).map(Cell::Int)
            }
            Cell::Real(value) if !value.value().is_finite() => Some(cell.clone()),
            Cell::Real(value) => {
                let width = width as f64;
                Some(Cell::real((value.value() / width).floor() * width))
            }
            Cell::Text(text) if !matches!(kind, Kind::Any) => {
                let banded = Decimal::parse(text)?.banded(width)?;
                let fits = banded.digits.abs() <= most_digits(kind)?;
                fits.then(|| Cell::Text(banded.to_string()))
            }
            _ => None,
        },
    }
}

/// The network an address belongs to.
pub(crate) fn truncated_address(cell: &Cell) -> Option<Cell> {
    truncated(cell.as_text()?).map(Cell::Text)
}

/// Both ends kept and the middle starred; everything starred where the ends would meet.
pub(crate) fn partial(cell: &Cell, keep_start: u32, keep_end: u32) -> Option<Cell> {
    let text = cell.as_text()?;
    let length = text.chars().count();
    let (start, end) = (keep_start as usize, keep_end as usize);
    let kept = start.saturating_add(end);
    if kept >= length {
        return Some(Cell::Text("*".repeat(length)));
    }
    let head: String = text.chars().take(start).collect();
    let tail: String = text.chars().skip(length - end).collect();
    Some(Cell::Text(format!("{head}{}{tail}", "*".repeat(length - kept))))
}

/// The value moved by a random amount that is never nothing.
pub(crate) fn noisy(cell: &Cell, by: Spread, kind: &Kind, chance: &mut Chance<'_>) -> Option<Cell> {
    match (cell, by) {
        (Cell::Text(text), Spread::Days(days)) => {
            if is_endless(text) {
                return Some(cell.clone());
            }
            let days = offset(i128::from(days), chance);
            Moment::parse(text)?.shifted(i64::try_from(days).ok()?).map(Cell::Text)
        }
        (_, Spread::Days(_)) => None,
        (Cell::Int(value), by) => {
            let reach = reach(Decimal::whole(*value), by)?;
            let moved = i128::from(*value) + offset(reach, chance);
            let moved = moved.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64;
            Some(Cell::Int(within(moved, kind)))
        }
        (Cell::Real(value), by) => {
            let value = value.value();
            if !value.is_finite() {
                return Some(cell.clone());
            }
            let reach = match by {
                Spread::Percent(share) => {
                    (value.abs() * f64::from(share) / 100.0).max(f64::from(share) / 100.0)
                }
                Spread::Amount(amount) => amount as f64,
                Spread::Days(_) => return None,
            };
            // between -1 and 1, 2⁵³ steps apart
            let share = (chance.word() >> 11) as f64 / (1u64 << 52) as f64 - 1.0;
            let moved = value + reach * share;
            moved.is_finite().then(|| Cell::real(moved))
        }
        (Cell::Text(text), by) => {
            if matches!(text.as_str(), "NaN" | "Infinity" | "-Infinity") {
                return Some(cell.clone());
            }
            let value = Decimal::parse(text)?;
            let moved = value.digits.checked_add(offset(reach(value, by)?, chance))?;
            let most = most_digits(kind)?;
            let moved = Decimal { digits: moved.clamp(-most, most), scale: value.scale };
            Some(Cell::Text(moved.to_string()))
        }
        _ => None,
    }
}

/// The largest number of last digits a decimal column takes.
fn most_digits(kind: &Kind) -> Option<i128> {
    match kind {
        Kind::Decimal { precision: Some(precision), .. } => Some(ten_to(*precision)? - 1),
        _ => Some(i128::MAX),
    }
}

/// How far a number may move, in its own last digit.
fn reach(value: Decimal, by: Spread) -> Option<i128> {
    match by {
        Spread::Percent(share) => {
            Some((value.digits.checked_abs()?.checked_mul(i128::from(share))? / 100).max(1))
        }
        Spread::Amount(amount) => i128::from(amount).checked_mul(ten_to(value.scale)?),
        Spread::Days(_) => None,
    }
}

/// A number between `-reach` and `reach` that is not zero.
fn offset(reach: i128, chance: &mut Chance<'_>) -> i128 {
    let reach = u64::try_from(reach.max(1)).unwrap_or(u64::MAX);
    let size = 1 + i128::from(chance.below(reach));
    if chance.byte() & 1 == 0 { size } else { -size }
}

fn within(value: i64, kind: &Kind) -> i64 {
    match kind {
        Kind::Integer { min, max } => value.clamp(*min, *max),
        _ => value,
    }
}

#[cfg(test)]
mod tests {
    use exeunt_base::{Cell, Kind};

    use super::{generalized, partial};
    use crate::method::Coarseness;

    #[test]
    fn partial_counts_characters_and_hides_short_values_whole() {
        let partial =
            |text: &str| partial(&Cell::text(text), 2, 1).and_then(|c| c.as_text().map(str::to_owned));
        assert_eq!(partial("Ada Lovelace").as_deref(), Some("Ad*********e"));
        assert_eq!(partial("👩🦰äöü").as_deref(), Some("👩🦰**ü"));
        assert_eq!(partial("abc").as_deref(), Some("***"));
        assert_eq!(partial("").as_deref(), Some(""));
    }

    #[test]
    fn amounts_fall_into_bands_and_keep_their_scale() {
        let decimal = Kind::Decimal { precision: Some(10), scale: Some(2) };
        let band = |cell: Cell, kind: &Kind| generalized(&cell, Coarseness::Band(10), kind);
        assert!(band(Cell::text("37.49"), &decimal) == Some(Cell::text("30.00")));
        assert!(band(Cell::Int(-1), &Kind::Integer { min: -128, max: 127 }) == Some(Cell::Int(-10)));
        assert!(band(Cell::Int(i64::MIN), &Kind::Integer { min: i64::MIN, max: 0 }).is_none());
        assert!(band(Cell::text("NaN"), &decimal).is_none());
    }
}
