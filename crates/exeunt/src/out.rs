//! Talking: data to standard output, everything else to standard error, control characters escaped.

use std::fmt::Write as _;
use std::io::{self, IsTerminal, Write};

use serde_json::Value;

use crate::failure::Failure;

/// Makes a text safe for a terminal: everything that moves the cursor, rings, or turns the line round is escaped.
/// Line ends stay.
pub(crate) fn safe(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let turning =
            matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if (c.is_control() && c != '\n') || turning {
            let _ = write!(out, "{}", c.escape_unicode());
        } else {
            out.push(c);
        }
    }
    out
}

/// Writes data for people.
pub(crate) fn text(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    let text = safe(text);
    out.write_all(text.as_bytes())?;
    if !text.ends_with('\n') && !text.is_empty() {
        out.write_all(b"\n")?;
    }
    Ok(out.flush()?)
}

/// Writes data for programs: one JSON document.
pub(crate) fn json(value: &Value) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, value).map_err(io::Error::from)?;
    out.write_all(b"\n")?;
    Ok(out.flush()?)
}

/// Writes bytes as they are: a map, a picture, an export.
pub(crate) fn raw(bytes: &[u8]) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)?;
    Ok(out.flush()?)
}

/// A remark for whoever sits there.
pub(crate) fn remark(text: &str) {
    eprintln!("{}", safe(text));
}

/// Whether somebody sits there and can answer.
pub(crate) fn is_attended() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// A time for people: `2026-11-21 09:30 UTC`.
pub(crate) fn time(at: exeunt_base::Timestamp) -> String {
    let at = at.to_utc();
    format!(
        "{:04}-{:02}-{:02} {:02}:{:02} UTC",
        at.year(),
        u8::from(at.month()),
        at.day(),
        at.hour(),
        at.minute()
    )
}

/// `1 row`, `2 rows`.
pub(crate) fn plural(count: u64, one: &str, many: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{} {many}", grouped(count)) }
}

/// A number with thin groups: `1,234,567`.
pub(crate) fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{grouped, plural, safe};

    #[test]
    fn nothing_that_moves_the_cursor_or_turns_the_line_gets_through() {
        assert_eq!(safe("a\u{1b}[2Jb\r\u{7}\n"), "a\\u{1b}[2Jb\\u{d}\\u{7}\n");
        assert_eq!(safe("\u{9b}31m \u{202e}evil\u{2066}"), "\\u{9b}31m \\u{202e}evil\\u{2066}");
        assert_eq!(safe("Grüße, 你好"), "Grüße, 你好");
    }

    #[test]
    fn numbers_are_grouped_and_words_agree() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(
            (plural(1, "row", "rows"), plural(2_000, "row", "rows")),
            ("1 row".into(), "2,000 rows".into())
        );
    }
}
