//! Risk signals on pages: what to look at twice, why, and what to do; where somebody is pressed, with the true deadline.

use exeunt_app::deadlines::Standing;
use exeunt_app::signals::Signal;
use exeunt_rights::Day;

use crate::console::door::Visitor;
use crate::console::words::moment::Moment;

/// How much time there truly is.
pub(crate) enum Time {
    /// The law gives until this day.
    Until(Moment),
    /// The day is over.
    Past(Moment),
    /// The clock stands still.
    Still,
}

/// What a page shows of them.
#[derive(Default)]
pub(crate) struct Signals {
    /// The gravest first.
    pub(crate) list: Vec<Signal>,
    /// The true deadline, where somebody is pressed.
    pub(crate) time: Option<Time>,
}

impl Signals {
    /// Of a request with its deadline.
    pub(crate) fn of(by: &Visitor, list: Vec<Signal>, standing: Option<&Standing>) -> Self {
        let standing = standing.filter(|standing| standing.deadline.answered_at.is_none());
        let time = standing.and_then(|standing| {
            let day: Day = standing.deadline.answer_by.parse().ok()?;
            let said = by.clock().day(day);
            Some(match () {
                () if standing.deadline.paused_on.is_some() => Time::Still,
                () if standing.overdue => Time::Past(said),
                () => Time::Until(said),
            })
        });
        Self { time: time.filter(|_| pressed(&list)), list }
    }

    /// Of one that is being typed in, with the day the law would give.
    pub(crate) fn of_draft(by: &Visitor, list: Vec<Signal>, answer: Option<Day>) -> Self {
        let clock = by.clock();
        let time = answer.map(|day| match day < clock.today() {
            true => Time::Past(clock.day(day)),
            false => Time::Until(clock.day(day)),
        });
        Self { time: time.filter(|_| pressed(&list)), list }
    }
}

fn pressed(list: &[Signal]) -> bool {
    list.iter().any(|signal| signal.word == "pressure")
}
