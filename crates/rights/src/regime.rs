//! Laws as data: a *pack* holds the clock, the citations and the grounds of one regime. A request keeps the version of
//! the pack it was opened under.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::calendar::Calendar;
use crate::date::Day;
use crate::period::Period;
use crate::state::Right;

/// A regime's rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pack {
    /// `eu-gdpr`.
    pub id: String,
    /// Counts up with every change of the rules.
    pub version: u32,
    /// The law's full name.
    pub name: String,
    /// How people call it.
    pub short: String,
    /// The day from which the rules apply: `2018-05-25`.
    pub effective_from: String,
    /// When answers are due.
    pub clock: Clock,
    /// Kinds of reason for an extension.
    pub extension_reasons: Vec<String>,
    /// Where each right stands in the law.
    pub rights: BTreeMap<String, String>,
    /// Where each rule of the clock stands.
    pub citations: BTreeMap<String, String>,
    /// Grounds for refusing, whole or in part.
    pub refusals: Vec<Refusal>,
    /// How long the record of a request is kept at least, where the law says.
    pub keep_request_record_months: Option<u32>,
}

/// When answers are due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clock {
    /// Until the answer, from the day of receipt.
    pub answer: Period,
    /// How much later the answer may come once, with notice.
    pub extension: Option<Period>,
    /// Until receipt must be confirmed.
    pub acknowledge: Option<Period>,
    /// What happens when the answer falls on a day nobody works.
    pub roll: Roll,
    /// Grounds on which the clock stops.
    pub pause: Vec<Pause>,
}

/// What happens to a due day on which nobody works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Roll {
    /// It moves to the next working day.
    NextWorkingDay,
    /// It stays.
    None,
}

/// A ground on which the clock stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pause {
    /// Waiting for what shows who the person is.
    Identity,
    /// Waiting for what the person means.
    Clarification,
    /// Waiting for a fee.
    Fee,
}

/// A ground for refusing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refusal {
    /// A word for it.
    pub id: String,
    /// What the person is told.
    pub text: String,
    /// Where it stands in the law.
    pub citation: String,
}

/// Why a pack cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BadPack {
    /// Not the expected JSON.
    #[error("could not read the regime pack")]
    Json(#[from] serde_json::Error),
    /// No shipped pack has this id.
    #[error("there is no regime `{0}`; regimes are {known}", known = IDS.join(", "))]
    Unknown(String),
}

/// Why the clock cannot be changed so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClockError {
    /// The regime allows no extension.
    #[error("{0} allows no extension")]
    NoExtension(String),
    /// The first due day has passed.
    #[error("an extension had to be announced by {0}")]
    TooLate(Day),
    /// Extended before.
    #[error("the deadline was extended before, and can be only once")]
    Twice,
    /// Not a reason the regime takes.
    #[error("`{reason}` is no reason for an extension; reasons are {}", known.join(", "))]
    Reason {
        /// What was given.
        reason: String,
        /// What the regime takes.
        known: Vec<String>,
    },
    /// The regime's clock does not stop on this ground.
    #[error("under {0} the clock does not stop for this")]
    NoPause(String),
}

/// The days that matter for one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadlines {
    /// Receipt is confirmed by this day.
    pub acknowledge: Option<Day>,
    /// The answer is due on this day.
    pub answer: Day,
    /// The answer would be due on this day, were it extended.
    pub extended: Option<Day>,
}

/// The shipped packs' ids.
pub const IDS: [&str; 3] = ["eu-gdpr", "uk-gdpr", "us-ca-ccpa"];

const SHIPPED: [&str; 3] = [
    include_str!("../packs/eu-gdpr.json"),
    include_str!("../packs/uk-gdpr.json"),
    include_str!("../packs/us-ca-ccpa.json"),
];

impl Pack {
    /// A shipped pack by its id.
    pub fn shipped(id: &str) -> Result<Self, BadPack> {
        let place = IDS.iter().position(|known| *known == id);
        let text = place.map(|place| SHIPPED[place]);
        Self::parse(text.ok_or_else(|| BadPack::Unknown(id.chars().take(60).collect()))?)
    }

    /// Reads a pack. Unknown keys are refused: a rule nobody follows is worse than none.
    pub fn parse(json: &str) -> Result<Self, BadPack> {
        Ok(serde_json::from_str(json)?)
    }

    /// Where a right stands in the law.
    pub fn citation(&self, right: Right) -> Option<&str> {
        self.rights.get(right.as_str()).map(String::as_str)
    }

    /// The days that matter for a request received on a day of the organization's own zone, after the clock stood
    /// still for so many days.
    pub fn deadlines(&self, received: Day, calendar: &Calendar, paused_days: u32) -> Deadlines {
        let clock = &self.clock;
        let later = |day: Day| day.plus_days(i64::from(paused_days));
        let rolled = |day: Day| match clock.roll {
            Roll::NextWorkingDay => calendar.this_or_next_working(day),
            Roll::None => day,
        };
        Deadlines {
            acknowledge: clock.acknowledge.map(|period| period.after(received, calendar)),
            answer: rolled(later(clock.answer.after(received, calendar))),
            extended: clock.extension.map(|extension| {
                // counted from receipt, so that a short month in between costs nothing
                let whole = match (clock.answer.unit == extension.unit, clock.answer) {
                    (true, answer) => {
                        Period { count: answer.count + extension.count, ..answer }.after(received, calendar)
                    }
                    (false, answer) => extension.after(answer.after(received, calendar), calendar),
                };
                rolled(later(whole))
            }),
        }
    }

    /// The new due day, when the answer may be extended today for this reason. The notice goes out with it.
    pub fn extend(
        &self,
        deadlines: &Deadlines,
        today: Day,
        already: bool,
        reason: &str,
    ) -> Result<Day, ClockError> {
        let extended = deadlines.extended.ok_or_else(|| ClockError::NoExtension(self.short.clone()))?;
        if already {
            return Err(ClockError::Twice);
        }
        if today > deadlines.answer {
            return Err(ClockError::TooLate(deadlines.answer));
        }
        if !self.extension_reasons.iter().any(|known| known == reason) {
            let reason = reason.chars().take(60).collect();
            return Err(ClockError::Reason { reason, known: self.extension_reasons.clone() });
        }
        Ok(extended)
    }

    /// Whether the clock may stop on this ground.
    pub fn may_pause(&self, ground: Pause) -> Result<(), ClockError> {
        if self.clock.pause.contains(&ground) { Ok(()) } else { Err(ClockError::NoPause(self.short.clone())) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop_assert, proptest};

    use super::{BadPack, ClockError, IDS, Pack, Pause};
    use crate::calendar::Calendar;
    use crate::date::Day;
    use crate::state::Right;

    fn day(text: &str) -> Day {
        text.parse().expect("a day")
    }

    #[track_caller]
    fn check(pack: &str, received: &str, holidays: &[&str], acknowledge: &str, answer: &str, extended: &str) {
        let calendar = Calendar::with_holidays(holidays.iter().map(|text| day(text)));
        let days = Pack::shipped(pack).expect("a pack").deadlines(day(received), &calendar, 0);
        let shown = |day: Option<Day>| day.map_or("-".to_owned(), |day| day.to_string());
        assert_eq!(
            (
                shown(days.acknowledge).as_str(),
                days.answer.to_string().as_str(),
                shown(days.extended).as_str()
            ),
            (acknowledge, answer, extended)
        );
    }

    #[test]
    fn the_published_vectors_hold() {
        check("eu-gdpr", "2026-03-03", &[], "-", "2026-04-03", "2026-06-03");
        check("eu-gdpr", "2026-01-31", &[], "-", "2026-03-02", "2026-04-30");
        check("eu-gdpr", "2028-01-31", &[], "-", "2028-02-29", "2028-05-01");
        check("eu-gdpr", "2028-01-31", &["2028-05-01"], "-", "2028-02-29", "2028-05-02");
        let year_end = ["2026-12-25", "2026-12-26", "2027-01-01"];
        check("eu-gdpr", "2026-11-25", &year_end, "-", "2026-12-28", "2027-02-25");
        check("eu-gdpr", "2026-12-01", &year_end, "-", "2027-01-04", "2027-03-01");
        check("us-ca-ccpa", "2026-11-25", &[], "2026-12-09", "2027-01-09", "2027-02-23");
        check("us-ca-ccpa", "2026-12-18", &year_end, "2027-01-05", "2027-02-01", "2027-03-18");
        check("uk-gdpr", "2026-03-03", &[], "-", "2026-04-03", "2026-06-03");
    }

    #[test]
    fn every_pack_says_where_each_right_stands() {
        for id in IDS {
            let pack = Pack::shipped(id).expect("a pack");
            assert_eq!(pack.id, id);
            assert!(pack.effective_from.parse::<Day>().is_ok());
            for right in Right::ALL {
                assert!(pack.citation(right).is_some(), "{id} {right:?}");
            }
        }
        assert!(matches!(Pack::shipped("atlantis"), Err(BadPack::Unknown(_))));
        assert!(matches!(Pack::parse("{}"), Err(BadPack::Json(_))));
    }

    #[test]
    fn the_clock_stops_only_where_the_law_says() {
        let (uk, ccpa) =
            (Pack::shipped("uk-gdpr").expect("a pack"), Pack::shipped("us-ca-ccpa").expect("a pack"));
        assert!(ccpa.may_pause(Pause::Identity).is_err());
        assert!(uk.may_pause(Pause::Clarification).is_ok());
        let calendar = Calendar::default();
        let days = uk.deadlines(day("2026-03-03"), &calendar, 6);
        assert_eq!(days.answer, day("2026-04-09"));
    }

    #[test]
    fn an_extension_is_granted_once_in_time_and_with_a_reason() {
        let gdpr = Pack::shipped("eu-gdpr").expect("a pack");
        let days = gdpr.deadlines(day("2026-03-03"), &Calendar::default(), 0);
        assert_eq!(gdpr.extend(&days, day("2026-04-03"), false, "complexity"), Ok(day("2026-06-03")));
        let late = gdpr.extend(&days, day("2026-04-04"), false, "complexity");
        assert_eq!(late, Err(ClockError::TooLate(day("2026-04-03"))));
        assert_eq!(gdpr.extend(&days, day("2026-03-10"), true, "number"), Err(ClockError::Twice));
        let holiday = gdpr.extend(&days, day("2026-03-10"), false, "holiday");
        assert!(matches!(holiday, Err(ClockError::Reason { .. })));
    }

    proptest! {
        #[test]
        fn a_gdpr_answer_is_never_due_early_or_on_a_day_off(offset in 0i64..40_000, holidays in proptest::collection::vec(0i64..40_100, 0..60)) {
            let first = day("2018-05-25");
            let calendar = Calendar::with_holidays(holidays.into_iter().map(|days| first.plus_days(days)));
            let received = first.plus_days(offset);
            let days = Pack::shipped("eu-gdpr").expect("a pack").deadlines(received, &calendar, 0);
            prop_assert!(days.answer.days_since(received) >= 28);
            prop_assert!(calendar.is_working(days.answer));
            prop_assert!(days.extended.is_some_and(|extended| extended >= days.answer && calendar.is_working(extended)));
        }
    }
}
