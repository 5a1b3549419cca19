//! Days worked out by hand, in the pack itself: whoever changes a law's rules shows with them that they are right.

use serde::{Deserialize, Serialize};

use crate::calendar::Calendar;
use crate::date::Day;
use crate::regime::Pack;

/// One case, and what it comes to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vector {
    /// The day of receipt.
    pub received: Day,
    /// Holidays of the calendar.
    pub holidays: Vec<Day>,
    /// Receipt is confirmed by this day, where the law sets one.
    pub acknowledge: Option<Day>,
    /// The answer is due on this day.
    pub answer: Day,
    /// And on this one when it is extended.
    pub extended: Option<Day>,
}

/// A case that the rules do not come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "for a request received {received} the rules come to acknowledge {}, answer {answer}, extended {}",
    shown(*acknowledge), shown(*extended)
)]
pub struct Failed {
    /// The day of receipt.
    pub received: Day,
    /// What they come to.
    pub acknowledge: Option<Day>,
    /// What they come to.
    pub answer: Day,
    /// What they come to.
    pub extended: Option<Day>,
}

fn shown(day: Option<Day>) -> String {
    day.map_or_else(|| String::from("never"), |day| day.to_string())
}

impl Pack {
    /// Works every case out.
    pub(super) fn check_vectors(&self) -> Result<(), Failed> {
        for vector in &self.vectors {
            let calendar = Calendar::with_holidays(vector.holidays.iter().copied());
            let days = self.deadlines(vector.received, &calendar, 0);
            let fits = days.acknowledge == vector.acknowledge
                && days.answer == vector.answer
                && days.extended == vector.extended;
            if !fits {
                return Err(Failed {
                    received: vector.received,
                    acknowledge: days.acknowledge,
                    answer: days.answer,
                    extended: days.extended,
                });
            }
        }
        Ok(())
    }
}
