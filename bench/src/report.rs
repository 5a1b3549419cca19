//! The table of results.

use std::fmt;
use std::fmt::Write;

use anyhow::{Result, bail};

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
    let build =
        if cfg!(debug_assertions) { "**a debug build: not for comparing**" } else { "an optimized build" };
    writeln!(page, "\nBuilt as {build}.\n")?;
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Line;
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
}
