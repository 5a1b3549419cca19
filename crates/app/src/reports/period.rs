//! A period for people: its figures, week by week what was asked for, and how long an answer may take.

use std::collections::BTreeMap;

use exeunt_rights::metrics::{Counted, Metrics};
use exeunt_rights::{Day, Right};

use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;
use crate::reports::metrics::Report;

/// A group of fewer than this says too much about its people: its number is told to nobody who only reads a report.
pub const FEWEST: u64 = 5;

/// What was received in a week.
#[derive(Debug, Clone, PartialEq)]
pub struct Week {
    /// Its Monday.
    pub from: Day,
    /// How many, by right.
    pub by_right: BTreeMap<Right, u64>,
    /// The share answered by their day, of those answered and those overdue.
    pub on_time_share: Option<f64>,
}

impl Week {
    /// All of them.
    pub fn total(&self) -> u64 {
        self.by_right.values().sum()
    }
}

/// A period.
#[derive(Debug, Clone, PartialEq)]
pub struct Period {
    /// Its figures.
    pub report: Report,
    /// Its weeks, those without a request too.
    pub weeks: Vec<Week>,
    /// How many days an answer may take, by right: what holds for half of them.
    pub promised: BTreeMap<Right, i64>,
}

impl Office {
    /// Adds up the requests received within these days, as they stand today.
    pub async fn report_period(&self, actor: &Actor, from: Day, to: Day) -> Result<Period, Error> {
        let (counted, as_of) = self.counted_within(actor, from, to).await?;
        let weeks = weeks(from, to, &counted, as_of);
        let mut terms: BTreeMap<Right, Vec<i64>> = BTreeMap::new();
        for one in &counted {
            terms.entry(one.right).or_default().push(one.answer_by.days_since(one.received_on));
        }
        let promised = terms.into_iter().filter_map(|(right, mut days)| {
            days.sort_unstable();
            Some((right, *days.get(days.len() / 2)?))
        });
        let promised = promised.collect();
        let report = Report { from, to, as_of, metrics: Metrics::of(counted, as_of) };
        Ok(Period { report, weeks, promised })
    }
}

/// The Monday of a day's week.
fn monday(day: Day) -> Day {
    day.plus_days(-i64::from(day.weekday().number_days_from_monday()))
}

fn weeks(from: Day, to: Day, counted: &[Counted], today: Day) -> Vec<Week> {
    let mut parts: BTreeMap<Day, Vec<Counted>> = BTreeMap::new();
    let mut at = monday(from);
    while at <= to {
        parts.insert(at, Vec::new());
        at = at.plus_days(7);
    }
    for one in counted {
        parts.entry(monday(one.received_on)).or_default().push(one.clone());
    }
    let week = |(from, requests): (Day, Vec<Counted>)| {
        let metrics = Metrics::of(requests, today);
        Week {
            from,
            by_right: metrics.by_right.iter().map(|(right, figures)| (*right, figures.received)).collect(),
            on_time_share: metrics.all.on_time_share(),
        }
    };
    parts.into_iter().map(week).collect()
}

#[cfg(test)]
mod tests {
    use exeunt_rights::Right;
    use exeunt_rights::metrics::{Counted, Outcome};

    use super::weeks;

    #[test]
    fn every_week_is_there_and_begins_on_a_monday() {
        let day = |text: &str| text.parse().expect("a day");
        let one = Counted {
            right: Right::Access,
            outcome: Outcome::Complied,
            received_on: day("2026-11-22"),
            answer_by: day("2026-12-22"),
            answered_on: Some(day("2026-11-23")),
            extended: false,
            grounds: Vec::new(),
        };
        let all = weeks(day("2026-11-11"), day("2026-11-23"), &[one], day("2026-11-24"));
        let told: Vec<_> = all.iter().map(|week| (week.from.to_string(), week.total())).collect();
        let expected = [("2026-11-09", 0), ("2026-11-16", 1), ("2026-11-23", 0)];
        assert_eq!(told, expected.map(|(day, count)| (day.to_owned(), count)));
        assert_eq!(all[1].on_time_share, Some(1.0));
    }
}
