//! How long a row is kept, and from which day it may go.
//!
//! `keep for 8y from 2026-03-15, starting end_of_year`: kept through 2034-12-31, erased on 2035-01-01. The planner
//! needs the same rule turned round, so that one comparison in a statement finds every row whose time is up.

use std::str::FromStr;

use crate::calendar::Calendar;
use crate::date::Day;
use crate::period::{Period, Unit};

/// When a retention period begins to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Starting {
    /// On the day itself.
    #[default]
    Date,
    /// At the end of its month.
    EndOfMonth,
    /// At the end of its year.
    EndOfYear,
}

/// A retention rule: how long, and from when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Retention {
    /// How long.
    pub period: Period,
    /// When it begins to run.
    pub starting: Starting,
}

/// Why a word is not a start.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a start; starts are date, end_of_month, end_of_year")]
pub struct BadStart(String);

impl Retention {
    /// The last day on which a row of this date is kept.
    pub fn kept_until(&self, from: Day) -> Day {
        let start = match self.starting {
            Starting::Date => from,
            Starting::EndOfMonth => from.end_of_month(),
            Starting::EndOfYear => from.end_of_year(),
        };
        // years from the last of a month end on the last of a month: a year from 28 February 2027 is 29 February 2028
        let end = self.period.after(start, &Calendar::default());
        match (self.starting, self.period.unit) {
            (Starting::EndOfMonth | Starting::EndOfYear, Unit::Months | Unit::Years) => end.end_of_month(),
            _ => end,
        }
    }

    /// The first day on which a row of this date may go.
    pub fn erasable_from(&self, from: Day) -> Day {
        self.kept_until(from).plus_days(1)
    }

    /// Whether a row of this date may go today.
    pub fn has_expired(&self, from: Day, today: Day) -> bool {
        self.kept_until(from) < today
    }

    /// The boundary: rows whose date is **before** this day may go today, all others may not.
    ///
    /// Exact for every rule, since a later date is never kept for less long.
    pub fn boundary(&self, today: Day) -> Day {
        let days = match self.period.unit {
            Unit::Days => i64::from(self.period.count),
            Unit::BusinessDays => i64::from(self.period.count) * 7 / 5,
            Unit::Months => i64::from(self.period.count) * 31,
            Unit::Years => i64::from(self.period.count) * 366,
        };
        // whatever is this old has expired; whatever is dated today or later has not (or, kept for nothing, yesterday's has)
        let mut low = today.plus_days(-(days + 800));
        let mut high = today.plus_days(1);
        while high.days_since(low) > 1 {
            let middle = low.plus_days(high.days_since(low) / 2);
            if self.has_expired(middle, today) { low = middle } else { high = middle }
        }
        if self.has_expired(low, today) { high } else { low }
    }
}

/// The rule that keeps a row longest, when several do; all of them are shown with it.
pub fn longest<'a>(
    rules: impl IntoIterator<Item = &'a Retention>,
    from: Day,
) -> Option<(&'a Retention, Day)> {
    rules.into_iter().map(|rule| (rule, rule.kept_until(from))).max_by_key(|(_, until)| *until)
}

impl Starting {
    /// The word maps use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Date => "date",
            Self::EndOfMonth => "end_of_month",
            Self::EndOfYear => "end_of_year",
        }
    }
}

impl FromStr for Starting {
    type Err = BadStart;

    fn from_str(text: &str) -> Result<Self, BadStart> {
        [Self::Date, Self::EndOfMonth, Self::EndOfYear]
            .into_iter()
            .find(|start| start.as_str() == text)
            .ok_or_else(|| BadStart(text.chars().take(40).collect()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{Strategy, prop_assert_eq, prop_oneof, proptest};

    use super::{Retention, Starting, longest};
    use crate::date::Day;
    use crate::period::Period;

    fn day(text: &str) -> Day {
        text.parse().expect("a day")
    }

    fn rule(period: &str, starting: &str) -> Retention {
        Retention { period: period.parse().expect("a period"), starting: starting.parse().expect("a start") }
    }

    #[test]
    fn an_invoice_of_march_2026_is_kept_through_2034() {
        let rule = rule("8y", "end_of_year");
        assert_eq!(rule.kept_until(day("2026-03-15")), day("2034-12-31"));
        assert_eq!(rule.erasable_from(day("2026-03-15")), day("2035-01-01"));
        assert_eq!(rule.boundary(day("2034-12-31")), day("2026-01-01"));
        assert_eq!(rule.boundary(day("2035-01-01")), day("2027-01-01"));
    }

    #[test]
    fn months_and_leap_days_come_out_right() {
        for (period, starting, from, until) in [
            ("1y", "date", "2028-02-29", "2029-02-28"),
            ("4y", "date", "2028-02-29", "2032-02-29"),
            ("1m", "date", "2026-01-31", "2026-02-28"),
            ("1m", "end_of_month", "2026-02-03", "2026-03-31"),
            ("1y", "end_of_month", "2027-02-10", "2028-02-29"),
            ("30d", "end_of_month", "2026-01-15", "2026-03-02"),
            ("90 days", "date", "2026-01-01", "2026-04-01"),
            ("6 months", "end_of_year", "2026-01-01", "2027-06-30"),
            ("0d", "date", "2026-01-01", "2026-01-01"),
        ] {
            assert_eq!(
                rule(period, starting).kept_until(day(from)),
                day(until),
                "{period} {starting} {from}"
            );
        }
    }

    #[test]
    fn the_longest_rule_wins() {
        let rules = [rule("8y", "end_of_year"), rule("10y", "date")];
        let found = longest(&rules, day("2026-03-15"));
        assert_eq!(found, Some((&rules[1], day("2036-03-15"))));
    }

    #[test]
    fn periods_that_are_none_are_refused() {
        for bad in ["", "y", "8", "-8y", "8w", "1001y", "99999999999d", "8 yards"] {
            assert!(bad.parse::<Period>().is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn the_boundary_agrees_with_the_rule_on_every_day_around_it(
            offset in 0i64..60_000,
            period in prop_oneof![(0u32..5_000).prop_map(Period::days), (0u32..240).prop_map(Period::months), (0u32..100).prop_map(Period::years)],
            starting in proptest::sample::select(vec![Starting::Date, Starting::EndOfMonth, Starting::EndOfYear]),
        ) {
            let rule = Retention { period, starting };
            let today = day("1950-01-01").plus_days(offset);
            let boundary = rule.boundary(today);
            for near in -400..400 {
                let from = boundary.plus_days(near);
                prop_assert_eq!(from < boundary, rule.has_expired(from, today), "{:?} today {:?} from {:?}", rule, today, from);
            }
        }
    }
}
