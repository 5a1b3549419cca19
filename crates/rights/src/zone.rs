//! The zone an organization lives in: its days decide what is due, whatever the clock of the machine says.

use std::fmt;
use std::str::FromStr;

use exeunt_base::Timestamp;
use jiff::tz::TimeZone;

use crate::date::Day;

/// A zone of the IANA time zone database, which is part of the program.
#[derive(Clone, PartialEq, Eq)]
pub struct Zone {
    name: String,
    zone: TimeZone,
}

/// Why a text is not a zone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a time zone such as `Europe/Berlin` or `UTC`")]
pub struct BadZone(String);

impl Zone {
    /// Its name: `Europe/Berlin`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The day it is there.
    pub fn day_of(&self, at: Timestamp) -> Day {
        let at = jiff::Timestamp::from_microsecond(at.as_micros()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        let date = self.zone.to_datetime(at).date();
        let (month, day) = (date.month().unsigned_abs(), date.day().unsigned_abs());
        Day::new(i32::from(date.year()), month, day).unwrap_or(Day::from_date(time::Date::MAX))
    }

    /// Which day of the week it is there, and which minute of that day.
    pub fn weekday_and_minute(&self, at: Timestamp) -> (time::Weekday, u16) {
        let at = jiff::Timestamp::from_microsecond(at.as_micros()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        let there = self.zone.to_datetime(at);
        let day = time::Weekday::Monday.nth_next(there.weekday().to_monday_zero_offset().unsigned_abs());
        (day, u16::from(there.hour().unsigned_abs()) * 60 + u16::from(there.minute().unsigned_abs()))
    }

    /// The first moment of a day there; most days that is midnight.
    pub fn start_of(&self, day: Day) -> Timestamp {
        let (month, of_month) = (day.month() as i8, day.day() as i8);
        i16::try_from(day.year())
            .ok()
            .and_then(|year| jiff::civil::Date::new(year, month, of_month).ok())
            .and_then(|date| date.to_zoned(self.zone.clone()).ok())
            .map_or(Timestamp::from_micros(i64::MAX), |start| {
                Timestamp::from_micros(start.timestamp().as_microsecond())
            })
    }
}

impl Default for Zone {
    fn default() -> Self {
        Self { name: String::from("UTC"), zone: TimeZone::UTC }
    }
}

impl FromStr for Zone {
    type Err = BadZone;

    fn from_str(name: &str) -> Result<Self, BadZone> {
        let bad = || BadZone(name.chars().take(60).filter(|c| !c.is_control()).collect());
        let zone = TimeZone::get(name).map_err(|_| bad())?;
        // as the database spells it, so that one zone has one name
        let name = zone.iana_name().ok_or_else(bad)?.to_owned();
        Ok(Self { name, zone })
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

#[cfg(test)]
mod tests {
    use exeunt_base::Timestamp;

    use super::Zone;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    #[test]
    fn the_day_is_the_one_of_the_zone() {
        for (zone, at_utc, day) in [
            ("UTC", "2026-03-02T23:30:00Z", "2026-03-02"),
            ("Europe/Berlin", "2026-03-02T23:30:00Z", "2026-03-03"),
            ("America/Los_Angeles", "2026-03-03T07:30:00Z", "2026-03-02"),
            // daylight saving: 22:30 UTC is half past midnight in summer
            ("Europe/Berlin", "2026-07-01T22:30:00Z", "2026-07-02"),
            ("Pacific/Kiritimati", "2026-12-31T10:00:00Z", "2027-01-01"),
        ] {
            assert_eq!(zone.parse::<Zone>().expect("a zone").day_of(at(at_utc)).to_string(), day, "{zone}");
        }
    }

    #[test]
    fn a_day_starts_when_it_starts_there() {
        let berlin: Zone = "europe/berlin".parse().expect("a zone");
        assert_eq!(berlin.name(), "Europe/Berlin");
        let day = "2026-07-02".parse().expect("a day");
        assert_eq!(berlin.start_of(day), at("2026-07-01T22:00:00Z"));
        assert_eq!(berlin.day_of(berlin.start_of(day)), day);
        // Beirut sets its clocks forward at midnight: that day starts at one
        let beirut: Zone = "Asia/Beirut".parse().expect("a zone");
        let day = "2026-03-29".parse().expect("a day");
        assert_eq!(beirut.day_of(beirut.start_of(day)), day);
    }

    #[test]
    fn what_is_no_zone_is_refused() {
        for bad in ["", "Berlin", "CET+1", "Europe/Berlin ", "../etc/passwd", "+02:00"] {
            assert!(bad.parse::<Zone>().is_err(), "{bad}");
        }
    }
}
