//! What a period came to: how many asked for what, how they were answered, how long it took and whether it was in time.
//! The same figures serve the yearly metrics of 11 CCR 7102.

use std::collections::BTreeMap;

use crate::date::Day;
use crate::state::Right;

/// How a request ended, as figures count it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// Not answered yet.
    Open,
    /// Done in full, or nothing was held.
    Complied,
    /// Done with exceptions.
    Partly,
    /// Refused.
    Denied,
    /// Taken back.
    Withdrawn,
}

/// One request, as figures see it. Nothing of the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// What was asked for.
    pub right: Right,
    /// How it ended.
    pub outcome: Outcome,
    /// The day it was received.
    pub received_on: Day,
    /// The day the answer was due.
    pub answer_by: Day,
    /// The day it came.
    pub answered_on: Option<Day>,
    /// Whether the deadline was extended.
    pub extended: bool,
    /// Grounds of a refusal.
    pub grounds: Vec<String>,
}

/// Figures of one right, or of all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Figures {
    /// Asked for in the period.
    pub received: u64,
    /// Answered in full.
    pub complied: u64,
    /// Answered with exceptions.
    pub partly: u64,
    /// Refused.
    pub denied: u64,
    /// Taken back.
    pub withdrawn: u64,
    /// Not answered yet.
    pub open: u64,
    /// Of those, past their day.
    pub overdue: u64,
    /// Answered by their day.
    pub on_time: u64,
    /// Answered after it.
    pub late: u64,
    /// Extended.
    pub extended: u64,
    /// Days until the answer, sorted; withdrawn ones are not among them.
    days: Vec<u32>,
    /// Refusals by ground.
    pub grounds: BTreeMap<String, u64>,
}

/// What a period came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Metrics {
    /// Every right together.
    pub all: Figures,
    /// By right.
    pub by_right: BTreeMap<Right, Figures>,
}

impl Metrics {
    /// Adds requests up, as of a day.
    pub fn of(requests: impl IntoIterator<Item = Counted>, today: Day) -> Self {
        let mut metrics = Self::default();
        for counted in requests {
            metrics.all.add(&counted, today);
            metrics.by_right.entry(counted.right).or_default().add(&counted, today);
        }
        metrics.all.days.sort_unstable();
        metrics.by_right.values_mut().for_each(|figures| figures.days.sort_unstable());
        metrics
    }
}

impl Figures {
    fn add(&mut self, counted: &Counted, today: Day) {
        self.received += 1;
        self.extended += u64::from(counted.extended);
        let mut answered = true;
        match counted.outcome {
            Outcome::Complied => self.complied += 1,
            Outcome::Partly => self.partly += 1,
            Outcome::Denied => {
                self.denied += 1;
                for ground in &counted.grounds {
                    *self.grounds.entry(ground.clone()).or_default() += 1;
                }
            }
            Outcome::Withdrawn => {
                self.withdrawn += 1;
                answered = false;
            }
            Outcome::Open => {
                self.open += 1;
                self.overdue += u64::from(counted.answer_by < today);
                answered = false;
            }
        }
        if let (true, Some(on)) = (answered, counted.answered_on) {
            let late = on > counted.answer_by;
            self.late += u64::from(late);
            self.on_time += u64::from(!late);
            self.days.push(u32::try_from(on.days_since(counted.received_on)).unwrap_or(0));
        }
    }

    /// The mean of the days until the answer; `None` where nothing was answered.
    pub fn mean_days(&self) -> Option<f64> {
        let total: u64 = self.days.iter().map(|days| u64::from(*days)).sum();
        (!self.days.is_empty()).then(|| total as f64 / self.days.len() as f64)
    }

    /// The median of the days until the answer.
    pub fn median_days(&self) -> Option<f64> {
        let half = self.days.len() / 2;
        let (one, other) = match self.days.len() {
            0 => return None,
            count if count % 2 == 0 => (self.days[half - 1], self.days[half]),
            _ => (self.days[half], self.days[half]),
        };
        Some((f64::from(one) + f64::from(other)) / 2.0)
    }

    /// The days within which nine of ten were answered.
    pub fn ninetieth_days(&self) -> Option<u32> {
        let place = (self.days.len() * 9).div_ceil(10);
        place.checked_sub(1).and_then(|place| self.days.get(place)).copied()
    }

    /// The share answered by their day, of those answered and those overdue; `None` where there are neither.
    pub fn on_time_share(&self) -> Option<f64> {
        let whole = self.on_time + self.late + self.overdue;
        (whole > 0).then(|| self.on_time as f64 / whole as f64)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

    use super::{Counted, Metrics, Outcome};
    use crate::date::Day;
    use crate::state::Right;

    fn day(text: &str) -> Day {
        text.parse().expect("a day")
    }

    fn counted(outcome: Outcome, days: Option<i64>) -> Counted {
        let received_on = day("2026-01-05");
        Counted {
            right: Right::Erasure,
            outcome,
            received_on,
            answer_by: received_on.plus_days(31),
            answered_on: days.map(|days| received_on.plus_days(days)),
            extended: false,
            grounds: if outcome == Outcome::Denied { vec![String::from("unfounded")] } else { Vec::new() },
        }
    }

    #[test]
    fn a_period_is_added_up() {
        let requests = [
            counted(Outcome::Complied, Some(10)),
            counted(Outcome::Complied, Some(40)),
            counted(Outcome::Partly, Some(20)),
            counted(Outcome::Denied, Some(2)),
            counted(Outcome::Withdrawn, Some(1)),
            counted(Outcome::Open, None),
        ];
        let before = Metrics::of(requests.clone(), day("2026-02-05")).all;
        assert_eq!((before.overdue, before.on_time_share()), (0, Some(0.75)));
        let all = Metrics::of(requests, day("2026-02-06")).all;
        let counts =
            [all.received, all.complied, all.partly, all.denied, all.withdrawn, all.open, all.overdue];
        assert_eq!(counts, [6, 2, 1, 1, 1, 1, 1]);
        assert_eq!((all.on_time, all.late, all.grounds["unfounded"]), (3, 1, 1));
        assert_eq!(
            (all.mean_days(), all.median_days(), all.ninetieth_days()),
            (Some(18.0), Some(15.0), Some(40))
        );
        assert_eq!(all.on_time_share(), Some(0.6));
    }

    #[test]
    fn an_empty_period_has_no_means() {
        let all = Metrics::of([], day("2026-02-05")).all;
        assert_eq!(
            (all.mean_days(), all.median_days(), all.ninetieth_days(), all.on_time_share()),
            (None, None, None, None)
        );
    }

    proptest! {
        #[test]
        fn figures_agree_with_a_plain_count(days in proptest::collection::vec(0i64..90, 1..60)) {
            let requests = days.iter().map(|days| counted(Outcome::Complied, Some(*days)));
            let all = Metrics::of(requests, day("2026-06-01")).all;
            let over = days.iter().filter(|days| **days > 31).count() as u64;
            prop_assert_eq!((all.late, all.late + all.on_time), (over, days.len() as u64));
            let ninetieth = i64::from(all.ninetieth_days().expect("some"));
            let within = days.iter().filter(|days| **days <= ninetieth).count();
            prop_assert!(within * 10 >= days.len() * 9);
        }
    }
}
