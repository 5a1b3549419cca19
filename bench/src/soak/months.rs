//! What each month left behind, and whether everybody was answered in time.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result};
use rusqlite::Connection;

use crate::options::Soak;
use crate::service::{cpu_seconds, resident_mib};
use crate::soak::place::{Place, VISITS};
use crate::soak::{AFTER, DAYS};

/// One line.
struct Month {
    /// Days since the beginning.
    day: u32,
    requests: i64,
    answered: i64,
    late: i64,
    /// Tasks, letters and delta events that wait.
    waiting: i64,
    hidden: i64,
    /// Files of the home beside the store's, and their bytes.
    files: (u64, u64),
    store: u64,
    resident: f64,
    cpu: f64,
    wall: f64,
}

/// All lines so far.
pub(super) struct Months {
    begun: Instant,
    store: Connection,
    lines: Vec<Month>,
    /// Tasks that failed, and why: they are forgotten after a while.
    failed: BTreeMap<String, String>,
    cpu: f64,
    wall: f64,
}

/// Answered after the end of its day, or not answered though it is over.
const LATE: &str = "SELECT count(*) FROM deadlines
    WHERE coalesce(date(answered_at / 1000000, 'unixepoch'), date(?1 / 1000000, 'unixepoch')) > answer_by";

impl Months {
    pub(super) fn begin(place: &Place) -> Result<Self> {
        let store = Connection::open(place.home().join("control.db"))?;
        store.busy_timeout(std::time::Duration::from_secs(30))?;
        let mut months = Self {
            begun: Instant::now(),
            store,
            lines: Vec::new(),
            failed: BTreeMap::new(),
            cpu: cpu_seconds()?,
            wall: 0.0,
        };
        months.note(0, place)?;
        Ok(months)
    }

    /// Notes what failed since the last look.
    pub(super) fn look(&mut self) -> Result<()> {
        let mut query =
            self.store.prepare("SELECT id, kind || ' ' || outcome FROM tasks WHERE state = 'failed'")?;
        for row in query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))? {
            let (id, why): (String, String) = row?;
            self.failed.insert(id, why);
        }
        Ok(())
    }

    /// Writes a line down.
    pub(super) fn note(&mut self, day: u32, place: &Place) -> Result<()> {
        use exeunt_engine::World;
        let count = |query: &str| -> Result<i64> {
            self.store.query_row(query, [], |row| row.get(0)).with_context(|| query.to_owned())
        };
        let now = place.clock.now().as_micros();
        let (cpu, wall) = (cpu_seconds()?, self.begun.elapsed().as_secs_f64());
        let line = Month {
            day,
            requests: count("SELECT count(*) FROM requests")?,
            answered: count("SELECT count(*) FROM deadlines WHERE answered_at IS NOT NULL")?,
            late: self.store.query_row(LATE, [now], |row| row.get(0))?,
            waiting: count(
                "SELECT (SELECT count(*) FROM tasks WHERE state IN ('waiting', 'running'))
                      + (SELECT count(*) FROM letters WHERE state = 'waiting') + (SELECT count(*) FROM delta_events)",
            )?,
            hidden: count("SELECT count(*) FROM requests WHERE state = 'hidden'")?,
            files: files(&place.home())?,
            store: size(&place.home().join("control.db")) + size(&place.home().join("control.db-wal")),
            resident: resident_mib()?,
            cpu: cpu - self.cpu,
            wall: wall - self.wall,
        };
        (self.cpu, self.wall) = (cpu, wall);
        eprintln!(
            "day {day}: {} requests, {} answered, {} late, {} waiting, {:.0} MiB, {:.0} s",
            line.requests, line.answered, line.late, line.waiting, line.resident, wall
        );
        self.lines.push(line);
        Ok(())
    }

    /// The section.
    pub(super) fn tell(&self, soak: Soak, place: &Place) -> Result<String> {
        let (last, first) =
            (self.lines.last().context("a line")?, self.lines.first().context("a first line")?);
        let unsent: i64 = self.store.query_row(
            "SELECT count(*) FROM letters WHERE request IS NOT NULL AND state <> 'sent'",
            [],
            |row| row.get(0),
        )?;
        let entries: i64 =
            self.store.query_row("SELECT count(*) FROM audit_entries", [], |row| row.get(0))?;
        let open: Option<String> = self.store.query_row(
            "SELECT group_concat(told, ', ') FROM (SELECT r.kind || ' ' || r.state || ' ' || count(*) AS told
             FROM deadlines d JOIN requests r ON r.id = d.request WHERE d.answered_at IS NULL GROUP BY r.kind, r.state)",
            [],
            |row| row.get(0),
        )?;
        let failed = match self.failed.iter().next() {
            Some((_, why)) => format!("{}, such as {why}", self.failed.len()),
            None => String::from("none"),
        };
        let open = open.unwrap_or_else(|| String::from("none"));
        let (letters, different) = place.mailbox.letters();
        let mut page = String::new();
        writeln!(
            page,
            "{} requests in {} organizations over {DAYS} simulated days, and {AFTER} days in which the last are answered: half \
             of them erasures, in one plan for an organization and day; a twentieth of people nobody knows; the rest \
             packages, with a link by mail. One erasure in 25 is brought back. Officers come to a request after one \
             to eight days; the window is 14 days; a person has {} rows. One process on SQLite, a source of its own and a delta \
             table for each organization; four looks a day for what is due, where the service has 5,760. Two files for each receipt stay in the home.\n",
            soak.requests,
            soak.organizations,
            VISITS + 1
        )?;
        page.push_str("| day | requests | answered | late | hidden | waiting | files | MiB in files | store MiB | resident MiB | CPU s | wall s |\n");
        page.push_str(
            "| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n",
        );
        let mib = |bytes: u64| bytes as f64 / f64::from(1 << 20);
        for line in &self.lines {
            writeln!(
                page,
                "| {} | {} | {} | {} | {} | {} | {} | {:.1} | {:.1} | {:.0} | {:.1} | {:.1} |",
                line.day,
                line.requests,
                line.answered,
                line.late,
                line.hidden,
                line.waiting,
                line.files.0,
                mib(line.files.1),
                mib(line.store),
                line.resident,
                line.cpu,
                line.wall,
            )?;
        }
        let requests = f64::from(soak.requests);
        let cpu: f64 = self.lines.iter().map(|line| line.cpu).sum();
        writeln!(
            page,
            "\nAnswered in time: {:.3} %; still open: {open}. Tasks that failed: {failed}. Letters: {letters} taken by the mail server, {different} \
             different ones, {unsent} of those to people not sent. People left in the sources: {}. The store grew by {:.1} KiB a request \
             ({:.1} entries of the log each), the home's other files by {:.2}; {:.0} CPU ms a request; {:.0} s in all.",
            100.0 - last.late as f64 / requests * 100.0,
            place.people()?,
            (last.store - first.store) as f64 / requests / 1024.0,
            entries as f64 / requests,
            (last.files.0 as f64 - first.files.0 as f64) / requests,
            cpu / requests * 1e3,
            self.begun.elapsed().as_secs_f64()
        )?;
        Ok(page)
    }
}

fn size(file: &Path) -> u64 {
    std::fs::metadata(file).map_or(0, |found| found.len())
}

/// Files below a folder and their bytes, without the store's own.
fn files(folder: &Path) -> Result<(u64, u64)> {
    let (mut count, mut bytes) = (0, 0);
    for entry in std::fs::read_dir(folder).context("could not list the home")?.flatten() {
        let found = entry.metadata()?;
        if found.is_dir() {
            let (more, longer) = files(&entry.path())?;
            (count, bytes) = (count + more, bytes + longer);
        } else if !entry.file_name().to_string_lossy().starts_with("control.db") {
            (count, bytes) = (count + 1, bytes + found.len());
        }
    }
    Ok((count, bytes))
}
