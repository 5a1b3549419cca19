//! The small language in which requests are looked for: `type:erasure is:open due:<7d sort:due`. Pure: it knows words and days,
//! not who asks, what day it is, or what is stored.
//!
//! Words of one kind add up (`state:hidden state:planning` is either); words of different kinds narrow. Nothing about a person
//! can be looked for here: a search stands in addresses, logs and saved views.

mod parse;
mod said;

use crate::date::Day;
use crate::state::Right;

pub use crate::search::parse::{Flaw, tells_of_somebody};

/// States that a store keeps beside those of a request's life: brought back, whole or in part.
pub const RESTORED: [&str; 2] = ["restored", "partly_restored"];

/// Risk signals that a store can tell by itself. The others are worked out of what is sealed, when somebody opens a request.
pub const SIGNALS: [&str; 3] = ["stopped", "agent_without_proof", "many_rows"];

/// What is looked for, and in which order it comes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Search {
    /// What every request found is, or is not.
    pub terms: Vec<Term>,
    /// The order.
    pub sort: Sort,
}

/// One word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// Whether it is not to be so.
    pub negated: bool,
    /// What.
    pub is: Is,
}

/// What a request can be asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Is {
    /// For this right.
    Right(Right),
    /// In this state, by its word.
    State(&'static str),
    /// Not over yet.
    Open,
    /// Over.
    Closed,
    /// Not answered though its day has passed.
    Overdue,
    /// Kept by a hold.
    Held,
    /// Its plan waits for somebody's approval.
    Waiting,
    /// Entered by whoever asks.
    Mine,
    /// Not answered, and due then.
    Due(Compared, When),
    /// Hidden, and its recovery window ends then.
    Window(Compared, When),
    /// Received then.
    Received(Compared, When),
    /// Under this regime, by its id.
    Regime(String),
    /// There is this to look at twice, by its word of [`SIGNALS`].
    Signal(&'static str),
    /// Its id begins so.
    Request(String),
}

/// How a day stands to the one named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compared {
    /// Before it.
    Before,
    /// Not after it.
    UpTo,
    /// That very day.
    On,
    /// Not before it.
    From,
    /// After it.
    After,
}

/// A day, as people name one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// So many days from today; today itself is 0.
    InDays(i32),
    /// This one.
    Day(Day),
}

/// In which order they come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// Those entered last come first.
    #[default]
    Newest,
    /// Those entered first come first.
    Oldest,
    /// Those due first come first; only those that still wait for an answer.
    Due,
}

impl When {
    /// The day meant.
    pub fn day(self, today: Day) -> Day {
        match self {
            Self::InDays(days) => today.plus_days(i64::from(days)),
            Self::Day(day) => day,
        }
    }
}

impl Compared {
    /// The first and last day it leaves, where it has any.
    pub fn span(self, day: Day) -> (Option<Day>, Option<Day>) {
        match self {
            Self::Before => (None, Some(day.plus_days(-1))),
            Self::UpTo => (None, Some(day)),
            Self::On => (Some(day), Some(day)),
            Self::From => (Some(day), None),
            Self::After => (Some(day.plus_days(1)), None),
        }
    }
}

impl Search {
    /// The same without one of its words.
    pub fn without(&self, place: usize) -> Self {
        let mut rest = self.clone();
        if place < rest.terms.len() {
            rest.terms.remove(place);
        }
        rest
    }

    /// The same with one word more, or without it where it is there already.
    pub fn toggled(&self, term: &Term) -> Self {
        match self.terms.iter().position(|known| known == term) {
            Some(place) => self.without(place),
            None => {
                let mut more = self.clone();
                more.terms.push(term.clone());
                more
            }
        }
    }
}
