//! Dates and times in the ISO forms that PostgreSQL and SQLite print, read without losing how they were written.
//!
//! `2026-11-21`, `2026-11-21 09:30:00.5+00`, `2026-11-21T09:30Z`, `0044-03-15 BC`, `12026-01-01`. Anything else is not
//! guessed at.

/// A date, perhaps with a time of day and a zone, as it was written.
#[derive(Clone)]
pub(crate) struct Moment<'a> {
    /// The year before or after Christ as a count with a year zero: 1 BC is 0.
    pub(crate) year: i64,
    pub(crate) month: u32,
    pub(crate) day: u32,
    /// The separator, the time of day and the zone, in their own spelling.
    separator: &'a str,
    time: &'a str,
    zone: &'a str,
}

/// Whether a text is one of PostgreSQL's dates outside time, which say nothing about anybody.
pub(crate) fn is_endless(text: &str) -> bool {
    matches!(text, "infinity" | "-infinity")
}

/// Days in a month of the Gregorian calendar, carried back before its time as databases do.
pub(crate) fn days_in_month(year: i64, month: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.rem_euclid(4) == 0 && (year.rem_euclid(100) != 0 || year.rem_euclid(400) == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Days since 1970-01-01.
pub(crate) fn to_days(year: i64, month: u32, day: u32) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let shifted = i64::from((month + 9) % 12);
    let of_year = (153 * shifted + 2) / 5 + i64::from(day) - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The year, month and day that many days after 1970-01-01.
pub(crate) fn from_days(days: i64) -> (i64, u32, u32) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = (of_year - (153 * shifted + 2) / 5 + 1) as u32;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 } as u32;
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

fn two_digits(text: &str) -> Option<u32> {
    (text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

/// Splits `09:30:00.5+05:30` into the time of day and the zone, when it is one.
fn split_time(text: &str) -> Option<(&str, &str)> {
    let end = text.find(['+', '-', 'Z']).unwrap_or(text.len());
    let (time, zone) = text.split_at(end);
    let time = time.trim_end();
    let mut parts = time.split(':');
    let hour = two_digits(parts.next()?)?;
    let minute = two_digits(parts.next()?)?;
    let second = match parts.next() {
        None => 0,
        Some(seconds) => {
            let (whole, fraction) = seconds.split_once('.').unwrap_or((seconds, "0"));
            if fraction.is_empty() || !fraction.bytes().all(|b| b.is_ascii_digit()) {
                return None;
            }
            two_digits(whole)?
        }
    };
    let zone_is_one =
        zone.is_empty() || zone == "Z" || zone[1..].bytes().all(|b| b.is_ascii_digit() || b == b':');
    let real = parts.next().is_none() && hour <= 24 && minute < 60 && second <= 60 && zone_is_one;
    real.then_some((time, zone))
}

impl<'a> Moment<'a> {
    /// Reads a text; `None` when it is not in one of the forms above.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let (text, before_christ) = match text.strip_suffix(" BC") {
            Some(text) => (text, true),
            None => (text, false),
        };
        let dash = text.find('-').filter(|at| (4..=7).contains(at))?;
        if !text.is_char_boundary(dash + 6) || text.len() < dash + 6 {
            return None;
        }
        let (date, rest) = text.split_at(dash + 6);
        let mut parts = date.split('-');
        let year_digits = parts.next()?;
        if !year_digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let year: i64 = year_digits.parse().ok()?;
        let year = if before_christ { 1 - year } else { year };
        let month = two_digits(parts.next()?)?;
        let day = two_digits(parts.next()?)?;
        if !(1..=12).contains(&month) || day == 0 || day > days_in_month(year, month) {
            return None;
        }
        let (separator, time, zone) = match rest.as_bytes().first() {
            None => ("", "", ""),
            Some(b' ' | b'T') => {
                let (time, zone) = split_time(&rest[1..])?;
                (&rest[..1], time, zone)
            }
            Some(_) => return None,
        };
        Some(Self { year, month, day, separator, time, zone })
    }

    /// The first day of the year, at midnight where there was a time.
    pub(crate) fn to_year(&self) -> String {
        self.written(self.year, 1, 1, true)
    }

    /// The first day of the month.
    pub(crate) fn to_month(&self) -> String {
        self.written(self.year, self.month, 1, true)
    }

    /// The day, at midnight.
    pub(crate) fn to_day(&self) -> String {
        self.written(self.year, self.month, self.day, true)
    }

    /// That many days later, at the same time of day; `None` beyond what databases can hold.
    pub(crate) fn shifted(&self, days: i64) -> Option<String> {
        let (year, month, day) = from_days(to_days(self.year, self.month, self.day).checked_add(days)?);
        (-4_711..=294_275).contains(&year).then(|| self.written(year, month, day, false))
    }

    /// Days since 1970.
    pub(crate) fn days(&self) -> i64 {
        to_days(self.year, self.month, self.day)
    }

    /// A number that orders moments without a zone, or all in UTC; `None` when their zone would matter.
    pub(crate) fn order(&self) -> Option<(i64, String)> {
        let comparable = matches!(self.zone, "" | "Z" | "+00" | "+00:00");
        comparable.then(|| {
            // padded to the microsecond, so that texts order as times do
            (self.days(), format!("{}{}", self.time, "00:00:00.000000".get(self.time.len()..).unwrap_or("")))
        })
    }

    fn written(&self, year: i64, month: u32, day: u32, at_midnight: bool) -> String {
        let before_christ = year < 1;
        let shown = if before_christ { 1 - year } else { year };
        let time: String = if at_midnight {
            self.time.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect()
        } else {
            self.time.to_owned()
        };
        let era = if before_christ { " BC" } else { "" };
        format!("{shown:04}-{month:02}-{day:02}{}{time}{}{era}", self.separator, self.zone)
    }
}

#[cfg(test)]
mod tests {
    use super::{Moment, from_days, to_days};

    #[test]
    fn years_months_and_days_keep_the_form_they_came_in() {
        let cases = [
            ("2026-11-21", "2026-01-01", "2026-11-01", "2026-11-21"),
            (
                "2026-11-21 09:30:00+00",
                "2026-01-01 00:00:00+00",
                "2026-11-01 00:00:00+00",
                "2026-11-21 00:00:00+00",
            ),
            ("2026-11-21T09:30Z", "2026-01-01T00:00Z", "2026-11-01T00:00Z", "2026-11-21T00:00Z"),
            ("0044-03-15 BC", "0044-01-01 BC", "0044-03-01 BC", "0044-03-15 BC"),
            ("12026-02-28", "12026-01-01", "12026-02-01", "12026-02-28"),
            (
                "0044-03-15 12:00:00.25+05:30 BC",
                "0044-01-01 00:00:00.00+05:30 BC",
                "0044-03-01 00:00:00.00+05:30 BC",
                "0044-03-15 00:00:00.00+05:30 BC",
            ),
        ];
        for (text, year, month, day) in cases {
            let moment = Moment::parse(text).expect(text);
            assert_eq!((moment.to_year().as_str(), moment.to_month().as_str()), (year, month));
            assert_eq!(moment.to_day(), day);
        }
    }

    #[test]
    fn what_is_not_a_date_is_not_guessed() {
        for bad in [
            "",
            "21.11.2026",
            "2026-13-01",
            "2026-02-29",
            "2026-11-21 25:61",
            "202-01-01",
            "20261121",
            "2026-1-1",
            "1763700000",
            "2026-11-2é",
        ] {
            assert!(Moment::parse(bad).is_none(), "{bad}");
        }
        assert!(Moment::parse("2028-02-29").is_some());
        assert!(Moment::parse("0001-02-29 BC").is_some(), "1 BC was a leap year in databases");
    }

    #[test]
    fn days_count_both_ways() {
        for (date, days) in
            [((1970, 1, 1), 0), ((2000, 2, 29), 11_016), ((1969, 12, 31), -1), ((-43, 3, 15), -735_160)]
        {
            assert_eq!(from_days(to_days(date.0, date.1, date.2)), date);
            if date.0 > 0 {
                assert_eq!(to_days(date.0, date.1, date.2), days);
            }
        }
        for days in (-1_000_000..1_000_000).step_by(997) {
            let (year, month, day) = from_days(days);
            assert_eq!(to_days(year, month, day), days);
        }
        assert_eq!(
            Moment::parse("2026-12-31 08:00:00").and_then(|m| m.shifted(1)).as_deref(),
            Some("2027-01-01 08:00:00")
        );
        assert_eq!(Moment::parse("0001-01-01").and_then(|m| m.shifted(-1)).as_deref(), Some("0001-12-31 BC"));
    }
}
