//! Units of a job: each step of the plan, and before them the veils that hide people at once.

use exeunt_base::Name;
use exeunt_plan::document::{Action, Assign, Document, Purpose, Step};
use exeunt_store::jobs;

use crate::census::Census;

/// One unit: a pass over the rows of one set.
#[derive(Debug, Clone)]
pub struct Unit {
    /// Its place, from 0.
    pub number: u32,
    /// The step of the plan, by its place in the document.
    pub step: usize,
    /// The set.
    pub set: usize,
    /// The source.
    pub source: Name,
    /// What is done.
    pub work: Work,
    /// All rows in one statement.
    pub together: bool,
}

/// What a unit does.
#[derive(Debug, Clone)]
pub enum Work {
    /// Rows go.
    Delete {
        /// Foreign keys by which the source would take others along.
        guards: Vec<exeunt_source::Referrer>,
    },
    /// Columns change.
    Update {
        /// What for; `None` for a veil.
        purpose: Option<Purpose>,
        /// Which columns, to what.
        assign: Vec<Assign>,
    },
}

impl Work {
    /// The word people see.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Delete { .. } => "delete",
            Self::Update { purpose: None, .. } => "veil",
            Self::Update { purpose: Some(purpose), .. } => match purpose {
                Purpose::Anonymize => "anonymize",
                Purpose::Detach => "detach",
                Purpose::Clear => "clear",
                Purpose::Repoint => "repoint",
            },
        }
    }
}

/// The units of a plan. Without `veils` (everything goes in one transaction anyway) only its steps.
pub fn units_of(document: &Document, veils: bool) -> Vec<Unit> {
    let unit = |place: usize, step: &Step, work: Work, together: bool| Unit {
        number: 0,
        step: place,
        set: step.set,
        source: document.sets[step.set].model.source.clone(),
        work,
        together,
    };
    let veiled = document.steps.iter().enumerate().filter(|(_, step)| veils && !step.veil.is_empty()).map(
        |(place, step)| unit(place, step, Work::Update { purpose: None, assign: step.veil.clone() }, false),
    );
    let steps = document.steps.iter().enumerate().map(|(place, step)| {
        let work = match &step.action {
            Action::Delete { guards } => Work::Delete { guards: guards.clone() },
            Action::Update { purpose, assign } => {
                Work::Update { purpose: Some(*purpose), assign: assign.clone() }
            }
        };
        unit(place, step, work, step.together)
    });
    let mut units: Vec<Unit> = veiled.chain(steps).collect();
    for (number, unit) in units.iter_mut().enumerate() {
        unit.number = u32::try_from(number).unwrap_or(u32::MAX);
    }
    units
}

/// The units as the store counts them.
pub fn counted(units: &[Unit], document: &Document, census: &Census) -> Vec<jobs::Unit> {
    units
        .iter()
        .map(|unit| jobs::Unit {
            unit: unit.number,
            source: unit.source.clone(),
            model: document.sets[unit.set].model.to_string(),
            action: unit.work.word().to_owned(),
            total: census.sets[unit.set].total,
            done: 0,
            gone: 0,
            failed: 0,
            skipped: 0,
            position: 0,
        })
        .collect()
}
