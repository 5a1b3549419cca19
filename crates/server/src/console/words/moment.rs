//! Times as people read them: the day and hour in the organization's zone first, how far off second, and UTC on hover (UX-04).

use std::fmt;

use askama::FastWritable;
use askama::filters::HtmlSafe;
use exeunt_base::Timestamp;
use exeunt_rights::{Day, Zone};

/// How times are told at one moment in one zone.
#[derive(Debug, Clone)]
pub(crate) struct Clock {
    zone: Zone,
    now: Timestamp,
}

impl Default for Clock {
    fn default() -> Self {
        Self { zone: Zone::default(), now: Timestamp::from_micros(0) }
    }
}

impl Clock {
    pub(crate) fn new(zone: Zone, now: Timestamp) -> Self {
        Self { zone, now }
    }

    /// A moment, to the minute.
    pub(crate) fn at(&self, at: Timestamp) -> Moment {
        let (weekday, minute) = self.zone.weekday_and_minute(at);
        let day = self.zone.day_of(at);
        Moment {
            machine: at.to_string(),
            said: format!(
                "{} {}, {:02}:{:02} {}",
                short(weekday),
                date(day),
                minute / 60,
                minute % 60,
                self.zone.name()
            ),
            off: off(at.seconds_since(self.now)),
        }
    }

    /// The day of a moment alone, for a sentence: `22 Nov 2026`.
    pub(crate) fn date_of(&self, at: Timestamp) -> String {
        date(self.zone.day_of(at))
    }

    /// A day, of which whole days are counted.
    pub(crate) fn day(&self, day: Day) -> Moment {
        let (weekday, _) = self.zone.weekday_and_minute(self.zone.start_of(day));
        let days = day.days_since(self.today());
        let off = match days {
            0 => String::from("today"),
            1 => String::from("tomorrow"),
            -1 => String::from("yesterday"),
            2.. => format!("in {days} days"),
            _ => format!("{} days ago", -days),
        };
        Moment { machine: day.to_string(), said: format!("{} {}", short(weekday), date(day)), off }
    }

    /// The day it is.
    pub(crate) fn today(&self) -> Day {
        self.zone.day_of(self.now)
    }
}

/// A time ready to be shown. It holds no text of others, and makes its own HTML.
#[derive(Debug, Clone)]
pub(crate) struct Moment {
    machine: String,
    said: String,
    off: String,
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { machine, said, off } = self;
        write!(
            f,
            "<time datetime=\"{machine}\" title=\"{machine}\">{said}</time> <span class=\"off\">({off})</span>"
        )
    }
}

impl FastWritable for Moment {
    fn write_into(&self, to: &mut dyn fmt::Write, _: &dyn askama::Values) -> askama::Result<()> {
        Ok(write!(to, "{self}")?)
    }
}

impl HtmlSafe for Moment {}

fn short(weekday: time::Weekday) -> &'static str {
    use time::Weekday::{Friday, Monday, Saturday, Sunday, Thursday, Tuesday, Wednesday};
    match weekday {
        Monday => "Mon",
        Tuesday => "Tue",
        Wednesday => "Wed",
        Thursday => "Thu",
        Friday => "Fri",
        Saturday => "Sat",
        Sunday => "Sun",
    }
}

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

fn date(day: Day) -> String {
    let month = MONTHS.get(usize::from(day.month()).wrapping_sub(1)).unwrap_or(&"?");
    format!("{} {month} {}", day.day(), day.year())
}

/// How far off, in the largest unit that says something.
fn off(seconds: f64) -> String {
    let away = seconds.abs();
    let (count, unit) = match away {
        ..45.0 => return String::from("now"),
        ..5_400.0 => ((away / 60.0).round().max(1.0), "minute"),
        ..129_600.0 => ((away / 3_600.0).round(), "hour"),
        ..5_184_000.0 => ((away / 86_400.0).round(), "day"),
        ..63_072_000.0 => ((away / 2_629_800.0).round(), "month"),
        _ => ((away / 31_557_600.0).round(), "year"),
    };
    let many = if count == 1.0 { "" } else { "s" };
    if seconds > 0.0 { format!("in {count} {unit}{many}") } else { format!("{count} {unit}{many} ago") }
}

#[cfg(test)]
mod tests {
    use exeunt_base::Timestamp;

    use super::{Clock, off};

    #[test]
    fn a_time_is_said_in_the_zone_first() {
        let now = Timestamp::from_micros(1_798_000_000_000_000);
        let clock = Clock::new("Europe/Berlin".parse().unwrap(), now);
        let said = clock.at(now.plus_days(6)).to_string();
        assert_eq!(
            said,
            "<time datetime=\"2026-12-29T04:26:40Z\" title=\"2026-12-29T04:26:40Z\">Tue 29 Dec 2026, 05:26 \
             Europe/Berlin</time> <span class=\"off\">(in 6 days)</span>"
        );
        let day = clock.day(clock.today().plus_days(-1)).to_string();
        assert!(day.contains("Tue 22 Dec 2026") && day.contains("yesterday"), "{day}");
    }

    #[test]
    fn how_far_off_is_said_in_the_unit_that_fits() {
        let cases = [
            (3.0, "now"),
            (-60.0, "1 minute ago"),
            (3_000.0, "in 50 minutes"),
            (-7_200.0, "2 hours ago"),
            (86_400.0 * 6.2, "in 6 days"),
            (-86_400.0 * 90.0, "3 months ago"),
            (86_400.0 * 365.25 * 3.0, "in 3 years"),
        ];
        for (seconds, said) in cases {
            assert_eq!(off(seconds), said);
        }
    }
}
