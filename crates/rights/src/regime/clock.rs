//! What a pack says about one request: when the answer is due, whether that may be later, whether the clock may stop.

use crate::calendar::Calendar;
use crate::date::Day;
use crate::period::Period;
use crate::regime::{Pack, Pause, Roll};

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

impl Pack {
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

    use super::ClockError;
    use crate::calendar::Calendar;
    use crate::date::Day;
    use crate::regime::{Pack, Pause};

    fn day(text: &str) -> Day {
        text.parse().expect("a day")
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
