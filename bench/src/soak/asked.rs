//! Who asks for what, and when: by dice with a fixed seed, so that every run is the same year.

use exeunt_testkit::dice::Dice;

use crate::options::Soak;
use crate::soak::{DAYS, STEPS};

/// What somebody wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Erasure,
    /// Erasure of somebody whom nobody knows.
    Unknown,
    Access,
    Portability,
}

/// One request.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    /// When it comes in.
    pub(super) step: u32,
    pub(super) organization: usize,
    pub(super) person: u32,
    pub(super) kind: Kind,
    /// Days until an officer comes to it.
    lag: u32,
    /// Days after that until the person wants everything back.
    regrets: Option<u32>,
}

impl Asked {
    pub(super) fn answered_step(&self) -> u32 {
        (self.step / STEPS + self.lag) * STEPS + 1
    }

    pub(super) fn regretted_step(&self) -> Option<u32> {
        self.regrets.map(|days| self.answered_step() + days * STEPS)
    }
}

/// The whole year, in order.
pub(super) fn all(soak: Soak) -> Vec<Asked> {
    let mut dice = Dice::new(20_261_122);
    let mut people = vec![0; soak.organizations as usize];
    let steps = u64::from(DAYS * STEPS);
    (0..soak.requests)
        .map(|number| {
            let organization = dice.below(u64::from(soak.organizations)) as usize;
            people[organization] += 1;
            let kind = match dice.below(100) {
                0..=49 => Kind::Erasure,
                50..=54 => Kind::Unknown,
                55..=84 => Kind::Access,
                _ => Kind::Portability,
            };
            let regrets = (kind == Kind::Erasure && dice.below(25) == 0).then(|| 1 + dice.below(10) as u32);
            let person = people[organization];
            let person = if kind == Kind::Unknown { person + NOBODY } else { person };
            let step = (u64::from(number) * steps / u64::from(soak.requests)) as u32;
            Asked { step, organization, person, kind, lag: 1 + dice.below(8) as u32, regrets }
        })
        .collect()
}

/// Above this number nobody is.
const NOBODY: u32 = 1_000_000_000;
