//! The range, length and list that a constraint plainly states, so that tokens can be made to fit them.

use crate::check::parse::{Comparison, Expr, Function};

/// What a column's constraints leave room for. A hint: the constraints themselves have the last word.
#[derive(Clone, Default)]
pub(crate) struct Limits {
    /// The least whole number.
    pub(crate) least: Option<i128>,
    /// The greatest whole number.
    pub(crate) greatest: Option<i128>,
    /// The fewest characters.
    pub(crate) shortest: Option<u32>,
    /// The most characters.
    pub(crate) longest: Option<u32>,
}

impl Limits {
    fn at_least(&mut self, value: i128) {
        self.least = Some(self.least.map_or(value, |least| least.max(value)));
    }

    fn at_most(&mut self, value: i128) {
        self.greatest = Some(self.greatest.map_or(value, |greatest| greatest.min(value)));
    }

    fn longer(&mut self, value: i128) {
        let value = u32::try_from(value.max(0)).unwrap_or(u32::MAX);
        self.shortest = Some(self.shortest.map_or(value, |shortest| shortest.max(value)));
    }

    fn shorter(&mut self, value: i128) {
        let value = u32::try_from(value.max(0)).unwrap_or(u32::MAX);
        self.longest = Some(self.longest.map_or(value, |longest| longest.min(value)));
    }
}

/// Takes what the expression's conjunctions state.
pub(super) fn narrow(expr: &Expr, limits: &mut Limits) {
    match expr {
        Expr::And(left, right) => {
            narrow(left, limits);
            narrow(right, limits);
        }
        Expr::Compare(comparison, left, right) => {
            if let Some(value) = number(right) {
                state(*comparison, left, value, limits);
            } else if let Some(value) = number(left) {
                state(mirrored(*comparison), right, value, limits);
            }
        }
        _ => {}
    }
}

fn number(expr: &Expr) -> Option<crate::decimal::Decimal> {
    match expr {
        Expr::Number(value) => Some(*value),
        Expr::Negated(inner) => number(inner).map(crate::decimal::Decimal::negated),
        Expr::Cast(inner, _) => number(inner),
        _ => None,
    }
}

fn mirrored(comparison: Comparison) -> Comparison {
    match comparison {
        Comparison::Less => Comparison::Greater,
        Comparison::LessOrEqual => Comparison::GreaterOrEqual,
        Comparison::Greater => Comparison::Less,
        Comparison::GreaterOrEqual => Comparison::LessOrEqual,
        same => same,
    }
}

fn state(comparison: Comparison, of: &Expr, value: crate::decimal::Decimal, limits: &mut Limits) {
    let (low, high) = (value.ceiling(), value.floor());
    let whole = low == high;
    let least = match comparison {
        Comparison::Greater if whole => low.map(|v| v + 1),
        Comparison::Greater | Comparison::GreaterOrEqual | Comparison::Equal => low,
        _ => None,
    };
    let greatest = match comparison {
        Comparison::Less if whole => high.map(|v| v - 1),
        Comparison::Less | Comparison::LessOrEqual | Comparison::Equal => high,
        _ => None,
    };
    match subject(of) {
        Some(Subject::Column) => {
            least.into_iter().for_each(|v| limits.at_least(v));
            greatest.into_iter().for_each(|v| limits.at_most(v));
        }
        Some(Subject::Length) => {
            least.into_iter().for_each(|v| limits.longer(v));
            greatest.into_iter().for_each(|v| limits.shorter(v));
        }
        None => {}
    }
}

enum Subject {
    Column,
    Length,
}

fn subject(expr: &Expr) -> Option<Subject> {
    match expr {
        Expr::Column => Some(Subject::Column),
        Expr::Cast(inner, _) => subject(inner),
        Expr::Call(Function::Length | Function::OctetLength, inner) => {
            matches!(subject(inner), Some(Subject::Column)).then_some(Subject::Length)
        }
        Expr::Call(Function::Trim, inner) => subject(inner),
        _ => None,
    }
}
