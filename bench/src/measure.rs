//! Time on the wall, CPU time here and in the server, and memory at its highest. Read from /proc, so Linux only.

use std::fs;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

/// What a task cost.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Cost {
    pub(crate) wall: Duration,
    /// CPU seconds of this process.
    pub(crate) own: f64,
    /// CPU seconds of the server and its children.
    pub(crate) server: f64,
    /// The most memory this process ever held meanwhile, in KiB.
    pub(crate) peak_kib: u64,
}

/// A running measurement.
pub(crate) struct Meter {
    server: Option<u32>,
    own_before: f64,
    server_before: f64,
    begun: Instant,
}

impl Meter {
    pub(crate) fn start(server: Option<u32>) -> Result<Self> {
        // Lets the kernel's high-water mark begin anew; where it may not be written, peaks are of the whole run.
        let _ = fs::write("/proc/self/clear_refs", "5");
        let server_before = server_cpu(server)?;
        Ok(Self { server, own_before: own_cpu()?, server_before, begun: Instant::now() })
    }

    pub(crate) fn stop(self) -> Result<Cost> {
        let wall = self.begun.elapsed();
        let own = own_cpu()? - self.own_before;
        let server = server_cpu(self.server)? - self.server_before;
        Ok(Cost { wall, own, server, peak_kib: peak()? })
    }
}

/// Ticks a second in /proc; a constant of Linux's interface on all machines we run on.
const TICKS: f64 = 100.0;

fn own_cpu() -> Result<f64> {
    Ok(Stat::read("self")?.own)
}

/// The postmaster, the children it has buried, and those alive.
fn server_cpu(server: Option<u32>) -> Result<f64> {
    let Some(server) = server else { return Ok(0.0) };
    let postmaster = Stat::read(&server.to_string())?;
    let mut sum = postmaster.own + postmaster.buried;
    for entry in fs::read_dir("/proc").context("could not list processes")?.flatten() {
        let Some(pid) = entry.file_name().to_str().map(str::to_owned) else { continue };
        if !pid.bytes().all(|byte| byte.is_ascii_digit()) {
            continue;
        }
        // A process may end while we look; then its time is among the buried next time.
        if let Ok(stat) = Stat::read(&pid)
            && stat.parent == server
        {
            sum += stat.own;
        }
    }
    Ok(sum)
}

struct Stat {
    parent: u32,
    own: f64,
    buried: f64,
}

impl Stat {
    fn read(pid: &str) -> Result<Self> {
        let text =
            fs::read_to_string(format!("/proc/{pid}/stat")).context("could not read a process's times")?;
        Self::parse(&text).context("could not understand a process's times")
    }

    /// The program's name stands in parentheses and may hold anything, so fields count from the last of them.
    fn parse(text: &str) -> Option<Self> {
        let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
        let ticks = |index: usize| fields.get(index)?.parse::<f64>().ok().map(|ticks| ticks / TICKS);
        Some(Self {
            parent: fields.get(1)?.parse().ok()?,
            own: ticks(11)? + ticks(12)?,
            buried: ticks(13)? + ticks(14)?,
        })
    }
}

fn peak() -> Result<u64> {
    let text = fs::read_to_string("/proc/self/status").context("could not read this process's state")?;
    let line =
        text.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("the kernel tells no peak")?;
    line.trim().trim_end_matches("kB").trim().parse().context("could not read the peak")
}

#[cfg(test)]
mod tests {
    use super::{Meter, Stat};

    #[test]
    fn a_process_whose_name_is_nasty_is_read_all_the_same() {
        let line = "42 (a) b (c) S 7 42 42 0 -1 4194560 100 0 0 0 250 50 100 200 20 0 1 0 1 1 1";
        let stat = Stat::parse(line).unwrap();
        assert_eq!((stat.parent, stat.own, stat.buried), (7, 3.0, 3.0));
    }

    #[test]
    fn work_costs_something() {
        let meter = Meter::start(None).unwrap();
        let mut sum = 0_u64;
        while meter.begun.elapsed().as_millis() < 60 {
            sum = std::hint::black_box(sum.wrapping_add(1));
        }
        let cost = meter.stop().unwrap();
        assert!(cost.own > 0.0 && cost.wall.as_millis() >= 60 && cost.peak_kib > 0);
    }
}
