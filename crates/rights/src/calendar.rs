//! Working days. Which days are holidays is data that the organization gives.

use std::collections::BTreeSet;

use time::Weekday;

use crate::date::Day;

/// A calendar of working days: Monday to Friday less the holidays, unless told otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    holidays: BTreeSet<Day>,
    weekend: Vec<Weekday>,
}

impl Default for Calendar {
    fn default() -> Self {
        Self { holidays: BTreeSet::new(), weekend: vec![Weekday::Saturday, Weekday::Sunday] }
    }
}

impl Calendar {
    /// A calendar with these holidays and a weekend of Saturday and Sunday.
    pub fn with_holidays(holidays: impl IntoIterator<Item = Day>) -> Self {
        Self { holidays: holidays.into_iter().collect(), ..Self::default() }
    }

    /// The same calendar with another weekend. All seven days would leave none to work on, so that is ignored.
    #[must_use]
    pub fn with_weekend(mut self, weekend: &[Weekday]) -> Self {
        if week().any(|day| !weekend.contains(&day)) {
            self.weekend = weekend.to_vec();
        }
        self
    }

    /// Whether this day is one of the holidays.
    pub fn is_holiday(&self, day: Day) -> bool {
        self.holidays.contains(&day)
    }

    /// Whether people work on this day.
    pub fn is_working(&self, day: Day) -> bool {
        !self.weekend.contains(&day.weekday()) && !self.holidays.contains(&day)
    }

    /// This day, or the first working day after it.
    pub fn this_or_next_working(&self, day: Day) -> Day {
        // past the last holiday there is a working day within a week
        let mut day = day;
        while !self.is_working(day) && day.plus_days(1) > day {
            day = day.plus_days(1);
        }
        day
    }

    /// The day by which so many working days have passed, not counting the first.
    pub fn plus_working_days(&self, day: Day, count: u32) -> Day {
        (0..count).fold(day, |day, _| self.this_or_next_working(day.plus_days(1)))
    }
}

fn week() -> impl Iterator<Item = Weekday> {
    (1..=7).map(|day| Weekday::Sunday.nth_next(day))
}
