//! Calendar days for legal dates, and the arithmetic the law does with them. Times and zones stay outside: whoever
//! asks has already turned a time into a day of the organization's own zone.

use std::fmt;
use std::str::FromStr;

use time::{Date, Duration, Month, Weekday};

/// A day of the Gregorian calendar.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(Date);

/// Why a text is not a day.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a day such as `2026-03-15`")]
pub struct BadDay(String);

impl Day {
    /// The day with these numbers, if there is one.
    pub fn new(year: i32, month: u8, day: u8) -> Option<Self> {
        Date::from_calendar_date(year, Month::try_from(month).ok()?, day).ok().map(Self)
    }

    /// From a calendar value.
    pub const fn from_date(date: Date) -> Self {
        Self(date)
    }

    /// As a calendar value.
    pub const fn to_date(self) -> Date {
        self.0
    }

    /// The year.
    pub const fn year(self) -> i32 {
        self.0.year()
    }

    /// The month, 1 to 12.
    pub const fn month(self) -> u8 {
        self.0.month() as u8
    }

    /// The day of the month.
    pub const fn day(self) -> u8 {
        self.0.day()
    }

    /// The day of the week.
    pub const fn weekday(self) -> Weekday {
        self.0.weekday()
    }

    /// That many days later, or earlier; stays at the ends of the calendar.
    pub fn plus_days(self, days: i64) -> Self {
        Self(self.0.saturating_add(Duration::days(days)))
    }

    /// The same day number so many months later, or the month's last day where it has no such day.
    pub fn plus_months(self, months: i64) -> Self {
        let count = i64::from(self.year()) * 12 + i64::from(self.month()) - 1 + months;
        let (year, month) = (count.div_euclid(12), count.rem_euclid(12) as u8 + 1);
        let end = if months < 0 { Date::MIN } else { Date::MAX };
        let Ok(year) = i32::try_from(year) else { return Self(end) };
        let last = (28..=31u8).rev().find_map(|day| Self::new(year, month, day));
        last.map_or(Self(end), |last| Self::new(year, month, self.day().min(last.day())).unwrap_or(last))
    }

    /// The last day of its month.
    pub fn end_of_month(self) -> Self {
        let length = self.0.month().length(self.year());
        Self::new(self.year(), self.month(), length).unwrap_or(self)
    }

    /// The 31st of December of its year.
    pub fn end_of_year(self) -> Self {
        Self::new(self.year(), 12, 31).unwrap_or(self)
    }

    /// Days from `earlier` to here.
    pub fn days_since(self, earlier: Self) -> i64 {
        (self.0 - earlier.0).whole_days()
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year(), self.month(), self.day())
    }
}

impl serde::Serialize for Day {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Day {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
    }
}

impl fmt::Debug for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Day {
    type Err = BadDay;

    fn from_str(text: &str) -> Result<Self, BadDay> {
        let bad = || BadDay(text.chars().take(40).collect());
        let plain = text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
        let mut parts = text.split('-');
        let mut number = || parts.next().and_then(|part| part.parse::<i32>().ok());
        let (Some(year), Some(month), Some(day), true) = (number(), number(), number(), plain) else {
            return Err(bad());
        };
        let (Ok(month), Ok(day)) = (u8::try_from(month), u8::try_from(day)) else { return Err(bad()) };
        Self::new(year, month, day).ok_or_else(bad)
    }
}

#[cfg(test)]
mod tests {
    use super::Day;

    #[test]
    fn months_end_where_the_calendar_says() {
        let day = |text: &str| text.parse::<Day>().expect("a day");
        assert_eq!(day("2026-01-31").plus_months(1), day("2026-02-28"));
        assert_eq!(day("2028-01-31").plus_months(1), day("2028-02-29"));
        assert_eq!(day("2028-02-29").plus_months(12), day("2029-02-28"));
        assert_eq!(day("2026-11-25").plus_months(-11), day("2025-12-25"));
        assert_eq!(day("2026-02-03").end_of_month(), day("2026-02-28"));
        for bad in ["", "2026-02-29", "2026-13-01", "26-01-01", "2026-1-1", "2026-01-01 ", "-026-01-01"] {
            assert!(bad.parse::<Day>().is_err(), "{bad}");
        }
    }
}
