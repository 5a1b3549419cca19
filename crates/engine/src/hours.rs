//! The hours a source gives to destroying: batches are struck inside them and nowhere else. Pure; days and hours are those of
//! a zone, whatever the clock of the machine says.

use exeunt_base::Timestamp;
use exeunt_rights::Zone;
use time::Weekday;

/// Minutes of a day.
const DAY: u16 = 24 * 60;
/// Days after which the next hours must have come, whatever clocks are set to meanwhile.
const AHEAD: i64 = 9;

/// One stretch of the week: from a minute of each of these days to another, of the next day where that is not later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// The days it begins on.
    pub days: Vec<Weekday>,
    /// From this minute of the day on.
    pub from: u16,
    /// Until this one, which is not part of it.
    pub to: u16,
    /// Where it is that time.
    pub zone: Zone,
}

impl Span {
    fn contains(&self, at: Timestamp) -> bool {
        let (day, minute) = self.zone.weekday_and_minute(at);
        let begun = |day: Weekday| self.days.contains(&day);
        if self.from < self.to {
            return begun(day) && (self.from..self.to).contains(&minute);
        }
        (begun(day) && minute >= self.from) || (begun(day.previous()) && minute < self.to)
    }
}

/// Several of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Hours(pub Vec<Span>);

impl Hours {
    /// Whether it is in one of them.
    pub fn contain(&self, at: Timestamp) -> bool {
        self.0.iter().any(|span| span.contains(at))
    }

    /// When the next one begins: the first whole minute inside after `at`.
    pub fn next(&self, at: Timestamp) -> Option<Timestamp> {
        let minute = 60_000_000;
        let first = Timestamp::from_micros(at.as_micros().div_euclid(minute) * minute);
        (1..=AHEAD * i64::from(DAY))
            .map(|minutes| first.plus_seconds(minutes * 60))
            .find(|at| self.contain(*at))
    }
}

#[cfg(test)]
mod tests {
    use exeunt_base::Timestamp;
    use time::Weekday;

    use super::{Hours, Span};

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    fn nights() -> Hours {
        let zone = "Europe/Berlin".parse().expect("a zone");
        Hours(vec![Span { days: vec![Weekday::Friday, Weekday::Saturday], from: 22 * 60, to: 6 * 60, zone }])
    }

    #[test]
    fn a_night_belongs_to_the_day_it_begins_on() {
        for (time, inside) in [
            ("2026-11-20T20:59:59Z", false), // Friday, a second to ten in Berlin
            ("2026-11-20T21:00:00Z", true),
            ("2026-11-21T04:59:59Z", true),
            ("2026-11-21T05:00:00Z", false),
            ("2026-11-21T21:00:00Z", true),
            ("2026-11-22T04:00:00Z", true),  // Sunday morning
            ("2026-11-22T21:00:00Z", false), // Sunday night
            ("2026-07-03T20:00:00Z", true),  // ten in summer
        ] {
            assert_eq!(nights().contain(at(time)), inside, "{time}");
        }
    }

    #[test]
    fn the_next_hours_are_found() {
        assert_eq!(nights().next(at("2026-11-22T12:34:56Z")), Some(at("2026-11-27T21:00:00Z")));
        assert_eq!(Hours::default().next(at("2026-11-22T12:34:56Z")), None);
        let zone = "UTC".parse().expect("a zone");
        let all_day = Hours(vec![Span { days: vec![Weekday::Monday], from: 0, to: 0, zone }]);
        assert!(all_day.contain(at("2026-11-23T23:59:59Z")) && !all_day.contain(at("2026-11-24T00:00:00Z")));
    }
}
