//! What is measured, and what whoever is measured must be able to do.

use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::Result;

/// A right to carry out on the generated shop.
#[derive(Debug, Clone)]
pub(crate) enum Scenario {
    /// Erase these people together, every row of theirs in all six tables.
    EraseWave(Vec<i64>),
    /// Erase these people one after the other, from the plan to the end; about 20 rows each.
    EraseEach(Vec<i64>),
    /// Erase one person with 100,000 events.
    EraseHeavy(i64),
    /// Write every row of these people as CSV into files of [`Place::dir`], durably.
    ExportWave(Vec<i64>),
    /// The same for one person after the other.
    ExportEach(Vec<i64>),
    /// The same for the one person with 100,000 events.
    ExportHeavy(i64),
    /// Bring these people, erased together before, back, one after the other: each may have thought better of it alone.
    RestoreWave(Vec<i64>),
    /// Bring one person after the other back, each erased before.
    RestoreEach(Vec<i64>),
}

/// What a contender does at a stretch, and what one measurement is taken of.
#[derive(Debug, Clone)]
pub(crate) enum Task {
    /// Erase these people.
    Erase(Vec<i64>),
    /// Export these people.
    Export(Vec<i64>),
    /// Bring these people back; getting ready for it erases them.
    Restore(Vec<i64>),
}

impl Task {
    /// Whom it is about.
    pub(crate) fn people(&self) -> &[i64] {
        match self {
            Self::Erase(people) | Self::Export(people) | Self::Restore(people) => people,
        }
    }
}

/// All scenarios, for a shop of so many customers.
pub(crate) fn all(customers: u32) -> Vec<Scenario> {
    let customers = i64::from(customers);
    // Every tenth customer is a busy one with 50 rows: a tenth of the people, scattered, and over a fifth of the rows.
    let wave: Vec<i64> = (1..=customers).filter(|id| id % 10 == 0).collect();
    // Ordinary ones, far enough from each other to share no message.
    let few: Vec<i64> = (1..=customers).filter(|id| id % (customers / 50) == 1).collect();
    vec![
        Scenario::EraseWave(wave.clone()),
        Scenario::EraseEach(few.clone()),
        Scenario::EraseHeavy(customers + 1),
        Scenario::ExportWave(wave.clone()),
        Scenario::ExportEach(few.clone()),
        Scenario::ExportHeavy(customers + 1),
        Scenario::RestoreWave(wave.into_iter().take(100).collect()),
        Scenario::RestoreEach(few),
    ]
}

impl Scenario {
    /// The tasks, in order.
    pub(crate) fn tasks(&self) -> Vec<Task> {
        match self {
            Self::EraseWave(people) => vec![Task::Erase(people.clone())],
            Self::EraseEach(people) => people.iter().map(|person| Task::Erase(vec![*person])).collect(),
            Self::EraseHeavy(person) => vec![Task::Erase(vec![*person])],
            Self::ExportWave(people) => vec![Task::Export(people.clone())],
            Self::ExportEach(people) => people.iter().map(|person| Task::Export(vec![*person])).collect(),
            Self::ExportHeavy(person) => vec![Task::Export(vec![*person])],
            Self::RestoreWave(people) => vec![Task::Restore(people.clone())],
            Self::RestoreEach(people) => people.iter().map(|person| Task::Restore(vec![*person])).collect(),
        }
    }
}

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EraseWave(people) => write!(f, "erase a wave of {} people", people.len()),
            Self::EraseEach(people) => write!(f, "erase one person (median of {})", people.len()),
            Self::EraseHeavy(_) => f.write_str("erase one person with 100000 events"),
            Self::ExportWave(people) => write!(f, "export {} people as CSV", people.len()),
            Self::ExportEach(people) => write!(f, "export one person as CSV (median of {})", people.len()),
            Self::ExportHeavy(_) => f.write_str("export one person with 100000 events as CSV"),
            Self::RestoreWave(people) => {
                write!(f, "restore a wave of {} people, one after the other", people.len())
            }
            Self::RestoreEach(people) => write!(f, "restore one person (median of {})", people.len()),
        }
    }
}

/// Where a scenario is done: a fresh copy of the shop.
#[derive(Debug)]
pub(crate) enum Place {
    /// A PostgreSQL database.
    Postgres {
        /// Where to connect.
        url: String,
        /// The server's own process, whose CPU time (with its children's) counts.
        server: u32,
        /// An empty directory for files.
        dir: PathBuf,
    },
    /// A SQLite database.
    Sqlite {
        /// The file.
        file: PathBuf,
        /// A directory for files; the database lies in it too.
        dir: PathBuf,
    },
}

impl Place {
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Postgres { .. } => "PostgreSQL",
            Self::Sqlite { .. } => "SQLite",
        }
    }

    pub(crate) fn server(&self) -> Option<u32> {
        match self {
            Self::Postgres { server, .. } => Some(*server),
            Self::Sqlite { .. } => None,
        }
    }

    pub(crate) fn dir(&self) -> &Path {
        match self {
            Self::Postgres { dir, .. } | Self::Sqlite { dir, .. } => dir,
        }
    }
}

/// What was done.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Work {
    /// Rows deleted, changed or exported.
    pub(crate) rows: u64,
}

/// Somebody who can do tasks. When `run` returns, what it did is durable.
pub(crate) trait Contender {
    /// Its name in the results.
    fn name(&self) -> &'static str;

    /// Whether it does this at all.
    fn takes_part(&self, _: &Scenario) -> bool {
        true
    }

    /// Gets ready for a task; called before each and not measured. What a user would wait for belongs into `run`.
    fn prepare(&mut self, place: &Place, task: &Task) -> Result<()>;

    /// Does the task.
    fn run(&mut self, place: &Place, task: &Task) -> Result<Work>;
}
