//! CSV after RFC 4180: CRLF, a header line, quotes where needed. NULL is an empty field, an empty text is `""`.
//! What a spreadsheet would take for a formula gets a single quote before it. Bytes are base64.

use std::sync::Arc;

use exeunt_base::Cell;

use crate::error::Error;
use crate::formats::number::{is_number, put_base64, put_int, put_real, special};
use crate::formats::{Encoder, Tally};
use crate::view::{Model, Shown, View};

/// The rows of one model.
pub(crate) struct Rows {
    model: Arc<Model>,
    tally: Tally,
}

impl Rows {
    pub(crate) fn new(model: Arc<Model>) -> Self {
        Self { model, tally: Tally::default() }
    }
}

impl Encoder for Rows {
    fn open(&mut self, _: Option<&str>, out: &mut Vec<u8>) -> Result<(), Error> {
        for (place, column) in self.model.columns.iter().enumerate() {
            if place > 0 {
                out.push(b',');
            }
            put_text(out, &column.field.name, &mut self.tally);
        }
        out.extend_from_slice(b"\r\n");
        Ok(())
    }

    fn row(&mut self, row: &View<'_>, out: &mut Vec<u8>) -> Result<(), Error> {
        let start = out.len();
        for (place, column) in self.model.columns.iter().enumerate() {
            if place > 0 {
                out.push(b',');
            }
            match row.of(column) {
                Shown::Cell(cell) => put_cell(out, cell, &mut self.tally),
                Shown::Redacted(ground) => {
                    put_text(out, &format!("[hidden: {ground}]"), &mut self.tally);
                }
            }
        }
        if out.len() == start && self.model.columns.len() == 1 {
            // an empty line is no record to most readers; a NULL alone in its row needs a sign of life
            out.extend_from_slice(b"NULL");
        }
        out.extend_from_slice(b"\r\n");
        Ok(())
    }

    fn close(&mut self, _: Option<&str>, _: &mut Vec<u8>) -> Result<(), Error> {
        Ok(())
    }

    fn take_tally(&mut self) -> Tally {
        std::mem::take(&mut self.tally)
    }
}

fn put_cell(out: &mut Vec<u8>, cell: &Cell, tally: &mut Tally) {
    match cell {
        Cell::Null => {}
        Cell::Bool(true) => out.extend_from_slice(b"true"),
        Cell::Bool(false) => out.extend_from_slice(b"false"),
        Cell::Int(value) => put_int(out, *value),
        Cell::Real(value) if value.value().is_finite() => put_real(out, value.value()),
        Cell::Real(value) => put_text(out, &special(value.value()), tally),
        Cell::Text(text) => put_text(out, text, tally),
        Cell::Bytes(bytes) => put_base64(out, bytes),
        Cell::BrokenText(bytes) => {
            let text = String::from_utf8_lossy(bytes);
            tally.replaced += text.chars().filter(|c| *c == char::REPLACEMENT_CHARACTER).count() as u64;
            put_text(out, &text, tally);
        }
    }
}

fn put_text(out: &mut Vec<u8>, text: &str, tally: &mut Tally) {
    let bytes = text.as_bytes();
    let guarded = begins_like_a_formula(bytes) && !is_number(bytes);
    if guarded {
        tally.formulas += 1;
    }
    // without formulas most cells need no quotes; one pass tells
    if !bytes.is_empty() && !bytes.iter().any(|b| matches!(b, b'"' | b',' | b'\r' | b'\n')) {
        if guarded {
            out.push(b'\'');
        }
        out.extend_from_slice(bytes);
        return;
    }
    out.push(b'"');
    if guarded {
        out.push(b'\'');
    }
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|b| *b == b'"') {
        out.extend_from_slice(&rest[..=at]);
        out.push(b'"');
        rest = &rest[at + 1..];
    }
    out.extend_from_slice(rest);
    out.push(b'"');
}

/// The ASCII signs, and their full-width doubles, which some spreadsheets take for the same.
fn begins_like_a_formula(bytes: &[u8]) -> bool {
    matches!(
        bytes,
        [b'=' | b'+' | b'-' | b'@' | b'\t' | b'\r' | b'\n' | 0, ..]
            | [0xef, 0xbc, 0x9d | 0x8b | 0x8d | 0xa0, ..]
    )
}

#[cfg(test)]
mod tests {
    use exeunt_base::Cell;

    use super::put_cell;
    use crate::formats::Tally;

    fn check(cell: Cell, expected: &str, formulas: u64) {
        let (mut out, mut tally) = (Vec::new(), Tally::default());
        put_cell(&mut out, &cell, &mut tally);
        assert_eq!(String::from_utf8(out).unwrap(), expected);
        assert_eq!(tally.formulas, formulas, "{expected}");
    }

    #[test]
    fn cells_are_quoted_where_needed_and_formulas_are_disarmed() {
        check(Cell::Null, "", 0);
        check(Cell::text(""), "\"\"", 0);
        check(Cell::text("plain"), "plain", 0);
        check(Cell::text("a,b"), "\"a,b\"", 0);
        check(Cell::text("say \"hi\"\r\n"), "\"say \"\"hi\"\"\r\n\"", 0);
        check(Cell::text("=1+1"), "'=1+1", 1);
        check(Cell::text("=HYPERLINK(\"http://x\",\"y\")"), "\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\"", 1);
        check(Cell::text("@SUM(1)"), "'@SUM(1)", 1);
        check(Cell::text("+1+cmd|' /C calc'!A0"), "'+1+cmd|' /C calc'!A0", 1);
        check(Cell::text("-2+3"), "'-2+3", 1);
        check(Cell::text("\t=1"), "'\t=1", 1);
        check(Cell::text("\r=1"), "\"'\r=1\"", 1);
        check(Cell::text("\0=1"), "'\0=1", 1);
        check(Cell::text("＝1"), "'＝1", 1);
        check(Cell::text("-12.50"), "-12.50", 0);
        check(Cell::text("+49170123456"), "+49170123456", 0);
        check(Cell::Int(-5), "-5", 0);
        check(Cell::real(-0.5), "-0.5", 0);
        check(Cell::real(f64::NEG_INFINITY), "'-Infinity", 1);
        check(Cell::real(f64::NAN), "NaN", 0);
        check(Cell::Bytes(vec![1, 2, 3]), "AQID", 0);
        check(Cell::BrokenText(vec![b'a', 0xff]), "a\u{fffd}", 0);
        check(Cell::Bool(true), "true", 0);
    }
}
