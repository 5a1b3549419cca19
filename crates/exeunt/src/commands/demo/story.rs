//! How the demonstration talks: chapters, sentences, what the commands print, and what it took.

use std::io::IsTerminal;
use std::time::Instant;

use crate::failure::Failure;
use crate::out;

/// Width of a line.
const WIDTH: usize = 84;

/// The story told so far.
pub(crate) struct Story {
    chapter: u32,
    begun: Instant,
    bold: bool,
}

impl Story {
    /// Begins.
    pub(crate) fn new() -> Self {
        Self { chapter: 0, begun: Instant::now(), bold: std::io::stdout().is_terminal() }
    }

    /// Since the beginning.
    pub(crate) fn seconds(&self) -> f64 {
        self.begun.elapsed().as_secs_f64()
    }

    /// A new chapter.
    pub(crate) fn chapter(&mut self, title: &str) -> Result<(), Failure> {
        self.chapter += 1;
        let line = format!("{}. {title}", self.chapter);
        let rule = "─".repeat(WIDTH.saturating_sub(line.chars().count() + 1));
        if self.bold {
            // the only escapes this program writes; `out::text` would show them instead
            out::raw(format!("\n\u{1b}[1m{line}\u{1b}[0m {rule}\n\n").as_bytes())
        } else {
            out::text(&format!("\n{line} {rule}\n\n"))
        }
    }

    /// Sentences, set to the width.
    pub(crate) fn say(&self, text: &str) -> Result<(), Failure> {
        let mut lines = vec![String::new()];
        for word in text.split_whitespace() {
            let last = lines.last().map_or(0, |line| line.chars().count());
            if last > 0 && last + 1 + word.chars().count() > WIDTH {
                lines.push(String::new());
            }
            if let Some(line) = lines.last_mut() {
                if !line.is_empty() {
                    line.push(' ');
                }
                line.push_str(word);
            }
        }
        out::text(&format!("{}\n", lines.join("\n")))
    }

    /// What somebody would type.
    pub(crate) fn command(&self, command: &str) -> Result<(), Failure> {
        out::text(&format!("\n  $ exeunt {command}\n\n"))
    }

    /// What comes back.
    pub(crate) fn show(&self, answer: &str) -> Result<(), Failure> {
        let indented: String = answer
            .trim_end()
            .lines()
            .map(|line| if line.is_empty() { String::from("\n") } else { format!("    {line}\n") })
            .collect();
        out::text(&format!("{indented}\n"))
    }
}
