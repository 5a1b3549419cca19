//! Programs that are killed on purpose: at a named fail point or at any moment, with `kill -9`.

use std::io::Read;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// Names the environment variable that tells the program under test where to die, as `point:n`: the n-th time that
/// `point` is passed. A build that obeys it aborts at once, with no destructor run and nothing flushed.
pub const FAIL_AT: &str = "EXEUNT_FAIL";

/// A running program, its output being collected. Killed when dropped.
#[derive(Debug)]
pub struct Victim {
    child: Child,
    begun: Instant,
    output: [Option<JoinHandle<Vec<u8>>>; 2],
}

/// How it ended.
#[derive(Debug)]
pub struct End {
    /// The exit status.
    pub status: ExitStatus,
    /// Standard output.
    pub stdout: Vec<u8>,
    /// Standard error.
    pub stderr: Vec<u8>,
    /// How long it ran.
    pub took: Duration,
}

impl End {
    /// Whether it ended by a signal or an abort rather than by itself.
    pub fn killed(&self) -> bool {
        self.status.code().is_none()
    }

    /// Standard error as text, for a failure's message.
    pub fn words(&self) -> String {
        String::from_utf8_lossy(&self.stderr).into_owned()
    }
}

impl Victim {
    /// Starts a program with nothing on its standard input.
    pub fn start(command: &mut Command) -> Result<Self> {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let begun = Instant::now();
        let mut child = command.spawn().context("could not start the program")?;
        let stdout = child.stdout.take().map(collect);
        let stderr = child.stderr.take().map(collect);
        Ok(Self { child, begun, output: [stdout, stderr] })
    }

    /// Starts a program that is to die the `nth` time (from 1) it passes a fail point.
    pub fn start_failing_at(command: &mut Command, point: &str, nth: u32) -> Result<Self> {
        Self::start(command.env(FAIL_AT, format!("{point}:{nth}")))
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Kills it with `kill -9` that long after its start, unless it has ended by then.
    pub fn kill_after(mut self, moment: Duration) -> Result<End> {
        while self.begun.elapsed() < moment && self.child.try_wait()?.is_none() {
            std::thread::sleep(Duration::from_micros(500).min(moment.saturating_sub(self.begun.elapsed())));
        }
        // Ended already: nothing to kill, and `wait` tells how.
        let _ = self.child.kill();
        self.end()
    }

    /// Waits for its end; kills it and fails when that takes longer than `limit`.
    pub fn wait(mut self, limit: Duration) -> Result<End> {
        let mut pause = Duration::from_millis(1);
        while self.child.try_wait()?.is_none() {
            if self.begun.elapsed() > limit {
                let _ = self.child.kill();
                let end = self.end()?;
                bail!("the program ran longer than {limit:?}; it said: {}", end.words());
            }
            std::thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(20));
        }
        self.end()
    }

    fn end(mut self) -> Result<End> {
        let status = self.child.wait().context("could not wait for the program")?;
        let took = self.begun.elapsed();
        let [stdout, stderr] = &mut self.output;
        let text = |output: &mut Option<JoinHandle<Vec<u8>>>| {
            output.take().and_then(|reader| reader.join().ok()).unwrap_or_default()
        };
        Ok(End { status, stdout: text(stdout), stderr: text(stderr), took })
    }
}

impl Drop for Victim {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn collect(mut from: impl Read + Send + 'static) -> JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut all = Vec::new();
        let _ = from.read_to_end(&mut all);
        all
    })
}

#[cfg(test)]
mod tests {
    use std::process::Command;
    use std::time::Duration;

    use super::{FAIL_AT, Victim};

    #[test]
    fn a_killed_program_says_what_it_said_before() {
        let mut command = Command::new("sh");
        command.args(["-c", "echo before; exec sleep 60"]);
        let end = Victim::start(&mut command).unwrap().kill_after(Duration::from_millis(300)).unwrap();
        assert!(end.killed());
        assert_eq!(end.stdout, b"before\n");
        assert!(end.took < Duration::from_secs(30));
    }

    #[test]
    fn a_program_that_ends_is_not_killed() {
        let mut command = Command::new("sh");
        command.args(["-c", &format!("echo \"${FAIL_AT}\" >&2; exit 3")]);
        let victim = Victim::start_failing_at(&mut command, "after-seal", 2).unwrap();
        let end = victim.wait(Duration::from_secs(30)).unwrap();
        assert_eq!((end.status.code(), end.words().as_str()), (Some(3), "after-seal:2\n"));
    }

    #[test]
    fn a_program_that_hangs_is_an_error_not_a_hang() {
        let result = Victim::start(Command::new("sleep").arg("60")).unwrap().wait(Duration::from_millis(50));
        assert!(result.unwrap_err().to_string().contains("longer"));
    }
}
