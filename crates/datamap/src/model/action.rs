//! What erasure does to a row, what law holds it back, and the ghost that takes its place.

use std::collections::BTreeMap;
use std::fmt;

use exeunt_base::Name;

use crate::model::method::{Method, Scalar};

/// What erasure does to a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// The row goes.
    Delete,
    /// The row stays, these columns changed. Never empty.
    Anonymize(BTreeMap<Name, Method>),
    /// The row stays as it is; the model says by which law and until when.
    Keep,
    /// The row stays, its link to the person is cut.
    Detach,
}

impl Action {
    /// The word that names it in a map.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Delete => "delete",
            Self::Anonymize(_) => "anonymize",
            Self::Keep => "keep",
            Self::Detach => "detach",
        }
    }
}

/// The law that holds rows back. Rows it does not cover (`when`), or whose time is over, meet `then` at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keep {
    /// How long.
    pub period: Period,
    /// From when.
    pub from: KeepFrom,
    /// Where in the calendar counting starts.
    pub starting: Starting,
    /// The law, in words the person will read.
    pub because: String,
    /// What happens at the end.
    pub then: Then,
    /// Which rows: all when empty.
    pub when: BTreeMap<Name, Scalar>,
    /// As they are, or with the model's anonymization applied.
    pub mode: KeepMode,
}

/// A length of time in calendar units: `10y`, `6m`, `90d`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Period {
    /// How many, at least one.
    pub count: u32,
    /// Of what.
    pub unit: Unit,
}

/// Calendar units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unit {
    /// Years.
    Years,
    /// Months.
    Months,
    /// Days.
    Days,
}

impl Period {
    /// Reads `10y`, `6m`, `90d`; at most 999 years in all.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_suffix(['y', 'm', 'd'])?;
        let (unit, most) = match text.as_bytes().last()? {
            b'y' => (Unit::Years, 999),
            b'm' => (Unit::Months, 12_000),
            _ => (Unit::Days, 365_000),
        };
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let count = digits.parse().ok()?;
        (1..=most).contains(&count).then_some(Self { count, unit })
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self.unit {
            Unit::Years => 'y',
            Unit::Months => 'm',
            Unit::Days => 'd',
        };
        write!(f, "{}{unit}", self.count)
    }
}

/// From when a period counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeepFrom {
    /// From the date in this column of the row.
    Column(Name),
    /// From the day of the request.
    Request,
}

/// Where in the calendar counting starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Starting {
    /// On the date itself.
    Date,
    /// At the end of its year.
    EndOfYear,
    /// At the end of its month.
    EndOfMonth,
}

/// What happens at the end of a period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Then {
    /// The row goes.
    Delete,
    /// The row stays for good, these columns changed. Never empty.
    Anonymize(BTreeMap<Name, Method>),
}

/// How much of a kept row stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeepMode {
    /// All of it: `on_erase: keep`.
    Verbatim,
    /// What the law needs: `on_erase: { anonymize: … }` beside `keep:`.
    Minimized,
}

/// A row that stands in for erased ones where references are repointed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ghost {
    /// One for all, or one for each person erased.
    pub per: GhostPer,
    /// Its values; columns left out get their defaults.
    pub row: BTreeMap<Name, Scalar>,
}

/// How many ghosts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum GhostPer {
    /// One for everybody.
    Shared,
    /// One a person.
    Person,
}

#[cfg(test)]
mod tests {
    use super::Period;

    #[test]
    fn a_period_reads_back() {
        for text in ["10y", "6m", "90d", "1y"] {
            assert_eq!(Period::parse(text).map(|period| period.to_string()).as_deref(), Some(text));
        }
        for text in ["", "y", "0y", "-1y", "+1y", "10 y", "10w", "10", "99999y", "1.5y", "ä"] {
            assert_eq!(Period::parse(text), None, "{text:?}");
        }
    }
}
