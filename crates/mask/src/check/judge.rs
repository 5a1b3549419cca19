//! The truth of an expression when the column holds a value: SQL's three values and a fourth, *unknown*.

use std::cmp::Ordering;

use exeunt_base::{Cell, Kind};

use crate::check::parse::{Comparison, Expr, Function, Pattern, Target};
use crate::check::regex;
use crate::date::Moment;
use crate::decimal::Decimal;
use crate::facts::Dialect;

/// SQL's truth values, and not knowing.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Truth {
    True,
    False,
    Null,
    Unknown,
}

/// A value inside an expression.
#[derive(Clone)]
enum Value {
    Null,
    Bool(bool),
    Number(Decimal),
    Text(String),
    /// A date or time in a source's spelling.
    Moment(String),
    /// Some value, certainly not NULL.
    Opaque,
    Unknown,
}

/// How true an expression is when the column holds this value.
pub(super) fn truth(expr: &Expr, cell: &Cell, kind: &Kind, dialect: Dialect) -> Truth {
    Judge { column: column_value(cell, kind), dialect }.truth(expr)
}

impl Expr {
    /// Whether every piece of the expression can be judged.
    pub(super) fn is_understood(&self) -> bool {
        match self {
            Self::Unknown | Self::Strict(_) => false,
            Self::Column | Self::Null | Self::Bool(_) | Self::Number(_) | Self::Text(_) => true,
            Self::Not(a)
            | Self::IsNull(a)
            | Self::Is(a, _)
            | Self::Call(_, a)
            | Self::Cast(a, _)
            | Self::Negated(a) => a.is_understood(),
            Self::And(a, b)
            | Self::Or(a, b)
            | Self::Compare(_, a, b)
            | Self::Like { value: a, pattern: b, .. }
            | Self::Matches { value: a, pattern: b, .. }
            | Self::Plus(a, b)
            | Self::Times(a, b)
            | Self::Remainder(a, b) => a.is_understood() && b.is_understood(),
            Self::In(a, list) => a.is_understood() && list.iter().all(Self::is_understood),
            Self::Coalesce(list) => list.iter().all(Self::is_understood),
        }
    }
}

fn column_value(cell: &Cell, kind: &Kind) -> Value {
    match (cell, kind) {
        (Cell::Null, _) => Value::Null,
        (Cell::Bool(value), _) => Value::Bool(*value),
        (Cell::Int(value), _) => Value::Number(Decimal::whole(*value)),
        (Cell::Real(value), _) => Decimal::from_real(value.value()).map_or(Value::Opaque, Value::Number),
        (Cell::Text(text), Kind::Integer { .. } | Kind::Decimal { .. } | Kind::Real) => {
            Decimal::parse(text).map_or(Value::Opaque, Value::Number)
        }
        (Cell::Text(text), Kind::Date | Kind::Timestamp { .. }) => Value::Moment(text.clone()),
        (Cell::Text(text), Kind::Text { .. } | Kind::Enum(_) | Kind::Any) => Value::Text(text.clone()),
        _ => Value::Opaque,
    }
}

struct Judge {
    column: Value,
    dialect: Dialect,
}

impl Judge {
    fn truth(&self, expr: &Expr) -> Truth {
        match expr {
            Expr::Not(inner) => match self.truth(inner) {
                Truth::True => Truth::False,
                Truth::False => Truth::True,
                other => other,
            },
            Expr::And(left, right) => match (self.truth(left), self.truth(right)) {
                (Truth::False, _) | (_, Truth::False) => Truth::False,
                (Truth::Unknown, _) | (_, Truth::Unknown) => Truth::Unknown,
                (Truth::Null, _) | (_, Truth::Null) => Truth::Null,
                (Truth::True, Truth::True) => Truth::True,
            },
            Expr::Or(left, right) => match (self.truth(left), self.truth(right)) {
                (Truth::True, _) | (_, Truth::True) => Truth::True,
                (Truth::Unknown, _) | (_, Truth::Unknown) => Truth::Unknown,
                (Truth::Null, _) | (_, Truth::Null) => Truth::Null,
                (Truth::False, Truth::False) => Truth::False,
            },
            Expr::Compare(comparison, left, right) => {
                compare(*comparison, &self.value(left), &self.value(right))
            }
            Expr::In(value, list) => {
                let value = self.value(value);
                list.iter().fold(Truth::False, |so_far, member| {
                    match (so_far, compare(Comparison::Equal, &value, &self.value(member))) {
                        (Truth::True, _) | (_, Truth::True) => Truth::True,
                        (Truth::Unknown, _) | (_, Truth::Unknown) => Truth::Unknown,
                        (Truth::Null, _) | (_, Truth::Null) => Truth::Null,
                        (Truth::False, Truth::False) => Truth::False,
                    }
                })
            }
            Expr::Like { value, pattern, any_case } => match (self.value(value), self.value(pattern)) {
                (Value::Null, _) | (_, Value::Null) => Truth::Null,
                (Value::Text(text), Value::Text(pattern)) => like(&text, &pattern, *any_case, self.dialect),
                _ => Truth::Unknown,
            },
            Expr::Matches { value, pattern, how } => match (self.value(value), self.value(pattern)) {
                (Value::Null, _) | (_, Value::Null) => Truth::Null,
                (Value::Text(text), Value::Text(pattern)) => {
                    let found = match how {
                        Pattern::Regex => regex::found(&pattern, &text, false),
                        Pattern::AnyCaseRegex => regex::found(&pattern, &text, true),
                        Pattern::Glob => regex::found(&regex::from_glob(&pattern), &text, false),
                    };
                    found.map_or(Truth::Unknown, truth_of)
                }
                _ => Truth::Unknown,
            },
            Expr::Is(inner, wanted) => match self.truth(inner) {
                Truth::True => truth_of(*wanted),
                Truth::False => truth_of(!*wanted),
                Truth::Null => Truth::False,
                Truth::Unknown => Truth::Unknown,
            },
            Expr::IsNull(inner) => match self.value(inner) {
                Value::Null => Truth::True,
                Value::Unknown => Truth::Unknown,
                _ => Truth::False,
            },
            other => match self.value(other) {
                Value::Null => Truth::Null,
                Value::Bool(value) => truth_of(value),
                Value::Number(value) if self.dialect == Dialect::Sqlite => truth_of(value.digits != 0),
                _ => Truth::Unknown,
            },
        }
    }

    fn value(&self, expr: &Expr) -> Value {
        match expr {
            Expr::Column => self.column.clone(),
            Expr::Null => Value::Null,
            Expr::Bool(value) => Value::Bool(*value),
            Expr::Number(value) => Value::Number(*value),
            Expr::Text(text) => Value::Text(text.clone()),
            Expr::Call(function, inner) => call(*function, self.value(inner)),
            Expr::Cast(inner, target) => cast(self.value(inner), *target),
            Expr::Plus(left, right) => arithmetic(self.value(left), self.value(right), Decimal::plus),
            Expr::Times(left, right) => arithmetic(self.value(left), self.value(right), Decimal::times),
            Expr::Remainder(left, right) => {
                arithmetic(self.value(left), self.value(right), Decimal::remainder)
            }
            Expr::Coalesce(list) => {
                let mut values = list.iter().map(|member| self.value(member));
                values.find(|value| !matches!(value, Value::Null)).unwrap_or(Value::Null)
            }
            Expr::Negated(inner) => match self.value(inner) {
                Value::Null => Value::Null,
                Value::Number(value) => Value::Number(value.negated()),
                _ => Value::Unknown,
            },
            Expr::Strict(inner) => match self.value(inner) {
                Value::Null => Value::Null,
                _ => Value::Unknown,
            },
            Expr::Unknown => Value::Unknown,
            other => match self.truth(other) {
                Truth::True => Value::Bool(true),
                Truth::False => Value::Bool(false),
                Truth::Null => Value::Null,
                Truth::Unknown => Value::Unknown,
            },
        }
    }
}

fn truth_of(value: bool) -> Truth {
    if value { Truth::True } else { Truth::False }
}

fn arithmetic(left: Value, right: Value, with: fn(Decimal, Decimal) -> Option<Decimal>) -> Value {
    match (left, right) {
        (Value::Null, _) | (_, Value::Null) => Value::Null,
        (Value::Number(left), Value::Number(right)) => {
            with(left, right).map_or(Value::Unknown, Value::Number)
        }
        _ => Value::Unknown,
    }
}

fn call(function: Function, value: Value) -> Value {
    match (function, value) {
        (_, Value::Null) => Value::Null,
        (Function::Length, Value::Text(text)) => {
            i64::try_from(text.chars().count()).map_or(Value::Unknown, |n| Value::Number(Decimal::whole(n)))
        }
        (Function::OctetLength, Value::Text(text)) => {
            i64::try_from(text.len()).map_or(Value::Unknown, |n| Value::Number(Decimal::whole(n)))
        }
        // other letters change case by the database's locale
        (Function::Lower, Value::Text(text)) if text.is_ascii() => Value::Text(text.to_ascii_lowercase()),
        (Function::Upper, Value::Text(text)) if text.is_ascii() => Value::Text(text.to_ascii_uppercase()),
        (Function::Trim, Value::Text(text)) => Value::Text(text.trim_matches(' ').to_owned()),
        (Function::Abs, Value::Number(value)) => {
            Value::Number(Decimal { digits: value.digits.abs(), scale: value.scale })
        }
        _ => Value::Unknown,
    }
}

fn cast(value: Value, target: Target) -> Value {
    match (target, value) {
        (_, Value::Null) => Value::Null,
        (Target::Text, Value::Text(text)) => Value::Text(text),
        (Target::Number, Value::Number(value)) => Value::Number(value),
        (Target::Number, Value::Text(text)) => Decimal::parse(&text).map_or(Value::Unknown, Value::Number),
        (Target::Moment, Value::Text(text) | Value::Moment(text)) => Value::Moment(text),
        // a cast to a type we do not follow keeps a value a value
        (_, Value::Unknown) => Value::Unknown,
        _ => Value::Opaque,
    }
}

fn compare(comparison: Comparison, left: &Value, right: &Value) -> Truth {
    let order = match (left, right) {
        (Value::Null, _) | (_, Value::Null) => return Truth::Null,
        (Value::Number(left), Value::Number(right)) => left.compare(*right),
        (Value::Bool(left), Value::Bool(right)) => Some(left.cmp(right)),
        (Value::Bool(left), Value::Number(right)) => Decimal::whole(i64::from(*left)).compare(*right),
        (Value::Number(left), Value::Bool(right)) => left.compare(Decimal::whole(i64::from(*right))),
        (Value::Moment(left), Value::Moment(right) | Value::Text(right))
        | (Value::Text(left), Value::Moment(right)) => order_of_moments(left, right),
        (Value::Text(left), Value::Text(right)) => match comparison {
            Comparison::Equal => return truth_of(left == right),
            Comparison::NotEqual => return truth_of(left != right),
            // which text comes first is the collation's business, but nothing comes before the empty one
            _ if left.is_empty() || right.is_empty() => {
                Some(left.is_empty().cmp(&right.is_empty()).reverse())
            }
            _ => None,
        },
        _ => None,
    };
    let Some(order) = order else { return Truth::Unknown };
    truth_of(match comparison {
        Comparison::Equal => order == Ordering::Equal,
        Comparison::NotEqual => order != Ordering::Equal,
        Comparison::Less => order == Ordering::Less,
        Comparison::LessOrEqual => order != Ordering::Greater,
        Comparison::Greater => order == Ordering::Greater,
        Comparison::GreaterOrEqual => order != Ordering::Less,
    })
}

fn order_of_moments(left: &str, right: &str) -> Option<Ordering> {
    let endless = |text: &str| match text {
        "infinity" => Some(Ordering::Greater),
        "-infinity" => Some(Ordering::Less),
        _ => None,
    };
    match (endless(left), endless(right)) {
        (Some(left), Some(right)) => return Some(left.cmp(&right)),
        (Some(left), None) => return Some(left),
        (None, Some(right)) => return Some(right.reverse()),
        (None, None) => {}
    }
    Some(Moment::parse(left)?.order()?.cmp(&Moment::parse(right)?.order()?))
}

/// LIKE with `%` and `_`; unknown when the pattern escapes something or the database's locale would decide.
fn like(text: &str, pattern: &str, any_case: bool, dialect: Dialect) -> Truth {
    let sqlite = dialect == Dialect::Sqlite;
    let escaped = pattern.contains('\\') && !sqlite;
    if escaped || any_case && !sqlite && !(text.is_ascii() && pattern.is_ascii()) {
        return Truth::Unknown;
    }
    // SQLite's LIKE knows the case of ASCII letters alone, and never minds it
    let fold = |text: &str| -> Vec<char> {
        text.chars().map(|c| if any_case || sqlite { c.to_ascii_lowercase() } else { c }).collect()
    };
    truth_of(matches(&fold(text), &fold(pattern)))
}

/// The usual two-pointer walk: on a mismatch, the last `%` swallows one character more.
fn matches(text: &[char], pattern: &[char]) -> bool {
    let (mut at, mut in_pattern) = (0, 0);
    let mut last_star: Option<(usize, usize)> = None;
    while at < text.len() {
        match pattern.get(in_pattern) {
            Some('%') => {
                last_star = Some((in_pattern, at));
                in_pattern += 1;
            }
            Some(c) if *c == '_' || *c == text[at] => {
                at += 1;
                in_pattern += 1;
            }
            _ => match last_star {
                Some((star, swallowed)) => {
                    last_star = Some((star, swallowed + 1));
                    at = swallowed + 1;
                    in_pattern = star + 1;
                }
                None => return false,
            },
        }
    }
    pattern[in_pattern..].iter().all(|c| *c == '%')
}
