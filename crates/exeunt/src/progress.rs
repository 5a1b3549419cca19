//! Progress on standard error: a bar where somebody watches, plain lines where a file does.

use std::io::IsTerminal;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::{Duration, Instant};

use exeunt_engine::progress::{Progress, Watcher};
use indicatif::{ProgressBar, ProgressStyle};

use crate::out;

/// Between two plain lines.
const PAUSE: Duration = Duration::from_secs(2);

/// Shows progress.
pub(crate) struct Shown {
    bar: Option<ProgressBar>,
    last: Mutex<Instant>,
    quiet: bool,
}

impl Shown {
    /// A bar, plain lines, or (with `quiet`) nothing.
    pub(crate) fn new(what: &str, quiet: bool) -> Self {
        let bar = (std::io::stderr().is_terminal() && !quiet).then(|| {
            let bar = ProgressBar::new(0);
            let style =
                ProgressStyle::with_template("{prefix} [{bar:30}] {human_pos}/{human_len} rows {msg}");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("=> "));
            bar.set_prefix(what.to_owned());
            bar
        });
        Self { bar, last: Mutex::new(Instant::now()), quiet }
    }

    /// Takes the bar away.
    pub(crate) fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

impl Watcher for Shown {
    fn on(&self, progress: &Progress) {
        let left = progress.left.map(|seconds| format!(", about {} left", span(seconds))).unwrap_or_default();
        let rate =
            progress.rate.map(|rate| format!("{} rows/s", out::grouped(rate as u64))).unwrap_or_default();
        if let Some(bar) = &self.bar {
            bar.set_length(progress.total.max(progress.done));
            bar.set_position(progress.done);
            bar.set_message(format!("{rate}{left}"));
            return;
        }
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if self.quiet || last.elapsed() < PAUSE {
            return;
        }
        *last = Instant::now();
        let failed = if progress.failed > 0 {
            format!(", {} wait for review", progress.failed)
        } else {
            String::new()
        };
        let of =
            if progress.total > 0 { format!(" of {}", out::grouped(progress.total)) } else { String::new() };
        let text = format!("{}{of} rows{failed} {rate}{left}", out::grouped(progress.done));
        out::remark(text.trim_end());
    }
}

fn span(seconds: f64) -> String {
    let seconds = seconds.ceil() as u64;
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} min", seconds.div_ceil(60)),
        _ => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}
