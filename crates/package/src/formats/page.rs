//! What every HTML page has: a head that forbids scripts and every request, a style, a foot. Nothing is fetched
//! from anywhere; links lead to other files of the same package.

use std::sync::LazyLock;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::formats::Setting;
use crate::formats::markup::{Rules, put_attribute, put_text};

const STYLE: &str = include_str!("page.css");

/// The content policy: nothing at all but this very style.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let hash = STANDARD.encode(digest(&SHA256, STYLE.as_bytes()));
    format!("default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'")
});

/// How wide a page is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Measure {
    /// For reading.
    Letter,
    /// For tables.
    Wide,
}

/// Appends the top of a page up to its heading; `home` is the way back to the start page, if this is not it.
/// Returns how many code points were replaced.
pub(crate) fn put_head(
    out: &mut Vec<u8>,
    title: &str,
    over: &str,
    home: Option<&str>,
    measure: Measure,
) -> u64 {
    put(out, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    put(out, "<meta http-equiv=\"Content-Security-Policy\" content=\"");
    put_attribute(out, &POLICY, Rules::Html);
    put(
        out,
        "\">\n<meta name=\"referrer\" content=\"no-referrer\">\n<meta name=\"robots\" content=\"noindex\">\n",
    );
    put(out, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>");
    let mut replaced = put_text(out, title, Rules::Html);
    put(out, "</title>\n<style>");
    put(out, STYLE);
    put(out, "</style>\n</head>\n<body>\n");
    put(out, if measure == Measure::Wide { "<main class=\"wide\">\n" } else { "<main>\n" });
    put(out, "<header>\n<p class=\"over\">");
    if let Some(home) = home {
        put(out, "<a href=\"");
        put_attribute(out, home, Rules::Html);
        put(out, "\">Your data</a> · ");
    }
    replaced += put_text(out, over, Rules::Html);
    put(out, "</p>\n<h1>");
    replaced += put_text(out, title, Rules::Html);
    put(out, "</h1>\n</header>\n");
    replaced
}

/// Appends the bottom of a page.
pub(crate) fn put_foot(out: &mut Vec<u8>, setting: &Setting) {
    put(out, "<footer>Made for <bdi>");
    put_text(out, setting.subject.expose(), Rules::Html);
    put(out, "</bdi> on ");
    put(out, &day(setting.made_at));
    put(out, ". This page loads nothing from the network.</footer>\n</main>\n</body>\n</html>\n");
}

/// A paragraph.
pub(crate) fn put_paragraph(out: &mut Vec<u8>, text: &str) -> u64 {
    put(out, "<p>");
    let replaced = put_text(out, text, Rules::Html);
    put(out, "</p>\n");
    replaced
}

/// Markup of our own.
pub(crate) fn put(out: &mut Vec<u8>, markup: &str) {
    out.extend_from_slice(markup.as_bytes());
}

/// A day as a letter writes it: 21 November 2026.
pub(crate) fn day(at: exeunt_base::Timestamp) -> String {
    let utc = at.to_utc();
    format!("{} {} {}", utc.day(), utc.month(), utc.year())
}

/// A count with its noun, thousands set apart: `1 record`, `12,345 records`.
pub(crate) fn count(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(number), if number == 1 { one } else { many })
}

/// A number with its thousands set apart.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() * 4 / 3);
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
    use super::{count, day};

    #[test]
    fn numbers_and_days_read_as_in_a_letter() {
        assert_eq!(count(1, "record", "records"), "1 record");
        assert_eq!(count(1_234_567, "record", "records"), "1,234,567 records");
        assert_eq!(count(0, "record", "records"), "0 records");
        assert_eq!(day("2026-11-21T09:30:00Z".parse().unwrap()), "21 November 2026");
    }
}
