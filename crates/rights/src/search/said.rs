//! A search in its own words, as addresses and saved views keep it.

use std::fmt;

use crate::search::parse::{COMPARED, SORTS, WORDS};
use crate::search::{Compared, Is, Search, Sort, Term, When};

impl fmt::Display for Search {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut first = true;
        for term in &self.terms {
            let space = if first { "" } else { " " };
            write!(f, "{space}{term}")?;
            first = false;
        }
        if self.sort != Sort::default() {
            let word = SORTS.iter().find(|(_, sort)| *sort == self.sort).map_or("newest", |(word, _)| word);
            let space = if first { "" } else { " " };
            write!(f, "{space}sort:{word}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.negated {
            f.write_str("-")?;
        }
        match &self.is {
            Is::Right(right) => write!(f, "type:{right}"),
            Is::State(state) => write!(f, "state:{state}"),
            Is::Due(compared, when) => write!(f, "due:{}{when}", sign(*compared)),
            Is::Window(compared, when) => write!(f, "window:{}{when}", sign(*compared)),
            Is::Received(compared, when) => write!(f, "received:{}{when}", sign(*compared)),
            Is::Signal(word) => write!(f, "signal:{word}"),
            Is::Regime(regime) => write!(f, "regime:{regime}"),
            Is::Request(start) => f.write_str(start),
            is => {
                let word = WORDS.iter().find(|(_, known)| known == is).map_or("open", |(word, _)| word);
                write!(f, "is:{word}")
            }
        }
    }
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InDays(0) => f.write_str("today"),
            Self::InDays(days) => write!(f, "{days}d"),
            Self::Day(day) => write!(f, "{day}"),
        }
    }
}

fn sign(compared: Compared) -> &'static str {
    COMPARED.iter().find(|(_, known)| *known == compared).map_or("", |(sign, _)| sign)
}
