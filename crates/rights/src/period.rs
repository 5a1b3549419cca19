//! Lengths of time as laws state them: `45 days`, `1 month`, `8y`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::calendar::Calendar;
use crate::date::Day;

/// So many of a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Period {
    /// How many.
    pub count: u32,
    /// Of what.
    pub unit: Unit,
}

/// What a period counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Calendar days.
    Days,
    /// Working days of the organization's calendar.
    BusinessDays,
    /// Months: the same day number, or the month's last day.
    Months,
    /// Years, likewise.
    Years,
}

/// Why a text is not a period.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a period such as `30d`, `6m` or `8y` (up to 1,000 years)")]
pub struct BadPeriod(String);

impl Period {
    /// So many days.
    pub const fn days(count: u32) -> Self {
        Self { count, unit: Unit::Days }
    }

    /// So many months.
    pub const fn months(count: u32) -> Self {
        Self { count, unit: Unit::Months }
    }

    /// So many years.
    pub const fn years(count: u32) -> Self {
        Self { count, unit: Unit::Years }
    }

    /// The day so much later.
    pub fn after(self, day: Day, calendar: &Calendar) -> Day {
        let count = i64::from(self.count);
        match self.unit {
            Unit::Days => day.plus_days(count),
            Unit::BusinessDays => calendar.plus_working_days(day, self.count),
            Unit::Months => day.plus_months(count),
            Unit::Years => day.plus_months(count * 12),
        }
    }
}

impl FromStr for Period {
    type Err = BadPeriod;

    /// Reads `30d`, `6m`, `8y`, and the long forms `30 days`, `6 months`, `8 years`.
    fn from_str(text: &str) -> Result<Self, BadPeriod> {
        let bad = || BadPeriod(text.chars().take(40).collect());
        let trimmed = text.trim();
        let end = trimmed.find(|c: char| !c.is_ascii_digit()).ok_or_else(bad)?;
        let count: u32 = trimmed[..end].parse().map_err(|_| bad())?;
        let (unit, most) = match trimmed[end..].trim() {
            "d" | "day" | "days" => (Unit::Days, 366_000),
            "m" | "mo" | "month" | "months" => (Unit::Months, 12_000),
            "y" | "year" | "years" => (Unit::Years, 1_000),
            _ => return Err(bad()),
        };
        if count <= most { Ok(Self { count, unit }) } else { Err(bad()) }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let one = self.count == 1;
        let unit = match self.unit {
            Unit::Days if one => "day",
            Unit::Days => "days",
            Unit::BusinessDays if one => "business day",
            Unit::BusinessDays => "business days",
            Unit::Months if one => "month",
            Unit::Months => "months",
            Unit::Years if one => "year",
            Unit::Years => "years",
        };
        write!(f, "{} {unit}", self.count)
    }
}
