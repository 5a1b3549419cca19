//! The table of results.

use std::fmt::Write;
use std::path::Path;
use std::{fmt, fs};

use anyhow::{Context, Result, bail};

use crate::machine;
use crate::measure::Cost;
use crate::options::Options;
use crate::scenario::{Scenario, Work};

/// One contender at one scenario on one database.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    place: &'static str,
    scenario: String,
    contender: &'static str,
    rows: u64,
    /// Seconds: of the only task, or the median of the tasks.
    wall: f64,
    /// Seconds of all tasks together.
    total_wall: f64,
    own: f64,
    server: f64,
    peak_kib: u64,
}

impl Line {
    pub(crate) fn new(
        place: &'static str,
        scenario: &Scenario,
        contender: &'static str,
        parts: Vec<(Work, Cost)>,
    ) -> Result<Self> {
        let mut walls: Vec<f64> = parts.iter().map(|(_, cost)| cost.wall.as_secs_f64()).collect();
        walls.sort_by(f64::total_cmp);
        let Some(wall) = walls.get(walls.len() / 2).copied() else { bail!("`{scenario}` has no task") };
        if parts.iter().any(|(work, _)| work.rows == 0) {
            // A fast nothing must not pass for a result.
            bail!("{contender} did nothing at `{scenario}` on {place}");
        }
        Ok(Self {
            place,
            scenario: scenario.to_string(),
            contender,
            rows: parts.iter().map(|(work, _)| work.rows).sum(),
            wall,
            total_wall: walls.iter().sum(),
            own: parts.iter().map(|(_, cost)| cost.own).sum(),
            server: parts.iter().map(|(_, cost)| cost.server).sum(),
            peak_kib: parts.iter().map(|(_, cost)| cost.peak_kib).max().unwrap_or_default(),
        })
    }

    fn rows_per_second(&self) -> f64 {
        self.rows as f64 / self.total_wall
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { place, scenario, contender, rows, wall, .. } = self;
        write!(f, "{place}: {scenario}: {contender}: {rows} rows, {wall:.4} s")
    }
}

/// The middle one of several runs, by time on the wall.
pub(crate) fn middle(mut runs: Vec<Line>) -> Option<Line> {
    runs.sort_by(|one, other| one.total_wall.total_cmp(&other.total_wall));
    let middle = runs.len() / 2;
    runs.into_iter().nth(middle)
}

/// The page.
pub(crate) fn render(options: &Options, lines: &[Line]) -> Result<String> {
    let mut page = String::from("# Results\n\n");
    writeln!(page, "Written by `cargo xtask bench` on {}.\n", machine::date())?;
    writeln!(page, "Machine: {}.\n", machine::describe())?;
    writeln!(
        page,
        "Shop of {} customers in 6 tables; each scenario on a fresh copy, {} run(s), the middle one shown. The *bulk \
         statements* are one `DELETE` per table in one transaction with all foreign keys and their indexes in place, and \
         `COPY … TO STDOUT` or `SELECT` for exports; nothing is kept, sealed or audited by them. PostgreSQL with fsync, \
         1 GB of shared buffers; SQLite with WAL and `synchronous=FULL`. *Ratio* is rows per second over the bulk \
         statements'. CPU seconds are of all tasks, ours and the server's. Peak is this program's memory.",
        options.customers, options.runs
    )?;
    writeln!(page, "\nBuilt as {}.\n", build())?;
    page.push_str("| database | scenario | who | rows | wall s | rows/s | ratio | CPU ours s | CPU server s | peak MiB |\n");
    page.push_str("| --- | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n");
    for line in lines {
        let measure = lines.iter().find(|other| other.place == line.place && other.scenario == line.scenario);
        let ratio = measure.map_or(1.0, |measure| line.rows_per_second() / measure.rows_per_second());
        writeln!(
            page,
            "| {} | {} | {} | {} | {:.4} | {:.0} | {ratio:.2} | {:.2} | {:.2} | {:.0} |",
            line.place,
            line.scenario,
            line.contender,
            line.rows,
            line.wall,
            line.rows_per_second(),
            line.own,
            line.server,
            line.peak_kib as f64 / 1024.0,
        )?;
    }
    Ok(page)
}

/// A section of the page that a mode of its own writes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Section {
    heading: &'static str,
    option: &'static str,
}

/// What one process on SQLite does.
pub(crate) const SERVICE: Section = Section { heading: "The service", option: "--service" };
/// How long the console's pages take.
pub(crate) const PAGES: Section = Section { heading: "Pages of the console", option: "--pages" };
/// What more workers bring.
pub(crate) const WORKERS: Section = Section { heading: "Workers", option: "--workers" };
/// What a year may not leave behind.
pub(crate) const SOAK: Section = Section { heading: "A simulated year", option: "--soak" };

/// How a section begins.
const MARK: &str = "\n## ";

/// Writes the page, with the sections that stood there before.
pub(crate) fn put_page(path: &Path, page: &str) -> Result<()> {
    let before = fs::read_to_string(path).unwrap_or_default();
    let sections = before.find(MARK).map_or("", |at| &before[at..]);
    put(path, &format!("{page}{sections}"))
}

/// Writes a section in its place, or below whatever else the page tells.
pub(crate) fn put_section(path: &Path, section: Section, told: &str) -> Result<()> {
    let before = fs::read_to_string(path).unwrap_or_else(|_| String::from("# Results\n"));
    let (date, machine, Section { heading, option }) = (machine::date(), machine::describe(), section);
    let new = format!(
        "{heading}\n\nWritten by `cargo xtask bench -- {option}` on {date}, as {}.\n\nMachine: {machine}.\n\n{}\n",
        build(),
        told.trim_end()
    );
    let mut parts: Vec<&str> = before.split(MARK).collect();
    let is_it = |part: &&str| part.lines().next() == Some(heading);
    match parts.iter().skip(1).position(is_it) {
        Some(at) => parts[at + 1] = &new,
        None => parts.push(&new),
    }
    put(path, &parts.join(MARK))
}

fn put(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text).with_context(|| format!("could not write {}", path.display()))
}

fn build() -> &'static str {
    if cfg!(debug_assertions) { "**a debug build: not for comparing**" } else { "an optimized build" }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Line, SERVICE, SOAK, put_page, put_section};
    use crate::measure::Cost;
    use crate::scenario::{Scenario, Work};

    #[test]
    fn a_contender_that_does_nothing_has_no_result() {
        let cost = Cost { wall: Duration::from_millis(10), ..Cost::default() };
        let line =
            |rows| Line::new("SQLite", &Scenario::EraseHeavy(1), "somebody", vec![(Work { rows }, cost)]);
        assert!(line(0).is_err());
        assert!(line(5).unwrap().rows_per_second() > 499.0);
    }

    #[test]
    fn page_and_sections_are_written_without_taking_each_other_away() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("RESULTS.md");
        put_page(&path, "# Results\n\none\n").unwrap();
        put_section(&path, SOAK, "a year\n").unwrap();
        put_section(&path, SERVICE, "quick\n").unwrap();
        put_page(&path, "# Results\n\ntwo\n").unwrap();
        put_section(&path, SOAK, "another year\n").unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("# Results\n\ntwo\n\n## A simulated year\n"), "{text}");
        assert!(text.contains("another year\n\n## The service\n") && text.ends_with("quick\n"), "{text}");
        assert!(!text.contains("one\n") && !text.contains("a year\n"), "{text}");
        assert_eq!((text.matches("## A sim").count(), text.matches("## The serv").count()), (1, 1));
    }
}
