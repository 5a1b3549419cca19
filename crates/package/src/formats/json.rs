//! The canonical copy: one array of objects, nothing lost. Every value is natural JSON where that is exact; what
//! JSON has no word for is an object with one key beginning with `$`. Version 1; the schema beside it says the same.
//!
//! | cell | JSON |
//! | --- | --- |
//! | NULL | `null` |
//! | whole number up to 2^53 | number without point; larger: a string in integer columns, else `{"$int": "…"}` |
//! | floating point | number with point or exponent; NaN, infinities: `{"$real": "NaN"}` |
//! | text | string; in a column of numbers, where it is a stranger: `{"$text": "…"}` |
//! | JSON documents, arrays | the value itself; see [`crate::formats::exact`] for what no reader would keep |
//! | bytes, text that is not UTF-8 | `{"$bytes": "base64"}`, `{"$broken_text": "base64"}` |
//! | hidden for the sake of others | `{"$redacted": "the ground"}` |

use std::sync::Arc;

use exeunt_base::{Cell, Kind};

use crate::error::Error;
use crate::formats::exact::{put_document, put_list};
use crate::formats::number::{put_base64, put_int, put_real, special};
use crate::formats::{Encoder, Tally};
use crate::view::{Model, Shown, View};

/// The largest whole number every JSON reader keeps exact.
const SAFE: u64 = 1 << 53;

/// What is natural in a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Natural {
    /// Whole numbers; large ones as strings.
    Integer,
    /// Numbers.
    Real,
    /// True, false, and whole numbers, for databases that have no truth.
    Bool,
    /// Any JSON value, from its text.
    Document,
    /// Lists of values of a kind, from their text.
    List(Box<Kind>),
    /// Text, and every other scalar beside it.
    Free,
}

impl Natural {
    pub(crate) fn of(kind: &Kind) -> Self {
        match kind {
            Kind::Integer { .. } => Self::Integer,
            Kind::Real => Self::Real,
            Kind::Bool => Self::Bool,
            Kind::Json => Self::Document,
            Kind::Array(of) => Self::List(of.clone()),
            _ => Self::Free,
        }
    }
}

/// The rows of one model.
pub(crate) struct Rows {
    model: Arc<Model>,
    /// `"name":` for each column, and what is natural in it.
    columns: Vec<(Vec<u8>, Natural)>,
    first: bool,
}

impl Rows {
    pub(crate) fn new(model: Arc<Model>) -> Self {
        let columns = model
            .columns
            .iter()
            .map(|column| {
                let mut key = Vec::new();
                put_string(&mut key, &column.field.name);
                key.push(b':');
                (key, Natural::of(&column.field.kind))
            })
            .collect();
        Self { model, columns, first: true }
    }
}

impl Encoder for Rows {
    fn open(&mut self, _: Option<&str>, out: &mut Vec<u8>) -> Result<(), Error> {
        out.push(b'[');
        self.first = true;
        Ok(())
    }

    fn row(&mut self, row: &View<'_>, out: &mut Vec<u8>) -> Result<(), Error> {
        out.extend_from_slice(if self.first { b"\n{" } else { b",\n{" });
        self.first = false;
        for (place, (column, (key, natural))) in self.model.columns.iter().zip(&self.columns).enumerate() {
            if place > 0 {
                out.push(b',');
            }
            out.extend_from_slice(key);
            match row.of(column) {
                Shown::Cell(cell) => put_cell(out, cell, natural),
                Shown::Redacted(ground) => marked(out, "redacted", |out| put_string(out, ground)),
            }
        }
        out.push(b'}');
        Ok(())
    }

    fn close(&mut self, _: Option<&str>, out: &mut Vec<u8>) -> Result<(), Error> {
        out.extend_from_slice(b"\n]\n");
        Ok(())
    }

    fn take_tally(&mut self) -> Tally {
        Tally::default()
    }
}

pub(crate) fn put_cell(out: &mut Vec<u8>, cell: &Cell, natural: &Natural) {
    match (cell, natural) {
        (Cell::Null, _) => out.extend_from_slice(b"null"),
        (Cell::Bool(value), Natural::Bool | Natural::Free) => {
            out.extend_from_slice(if *value { b"true" } else { b"false" });
        }
        (Cell::Bool(value), _) => {
            marked(out, "bool", |out| out.extend_from_slice(if *value { b"true" } else { b"false" }));
        }
        // beside documents a number of the database's own is a stranger
        (Cell::Int(value), Natural::Document) => {
            marked(out, "int", |out| quoted(out, |out| put_int(out, *value)))
        }
        (Cell::Int(value), _) if value.unsigned_abs() <= SAFE => put_int(out, *value),
        (Cell::Int(value), Natural::Integer) => quoted(out, |out| put_int(out, *value)),
        (Cell::Int(value), _) => marked(out, "int", |out| quoted(out, |out| put_int(out, *value))),
        (Cell::Real(value), natural) => match (value.value(), natural) {
            (value, Natural::Real | Natural::Free) if value.is_finite() => put_real(out, value),
            (value, _) if value.is_finite() => {
                marked(out, "real", |out| quoted(out, |out| put_real(out, value)));
            }
            (value, _) => marked(out, "real", |out| put_string(out, &special(value))),
        },
        (Cell::Text(text), Natural::Free) => put_string(out, text),
        (Cell::Text(text), Natural::Document) => put_document(out, text),
        (Cell::Text(text), Natural::List(of)) => put_list(out, text, of),
        (Cell::Text(text), _) => marked(out, "text", |out| put_string(out, text)),
        (Cell::Bytes(bytes), _) => marked(out, "bytes", |out| quoted(out, |out| put_base64(out, bytes))),
        (Cell::BrokenText(bytes), _) => {
            marked(out, "broken_text", |out| quoted(out, |out| put_base64(out, bytes)));
        }
    }
}

pub(crate) fn marked(out: &mut Vec<u8>, mark: &str, value: impl FnOnce(&mut Vec<u8>)) {
    out.extend_from_slice(b"{\"$");
    out.extend_from_slice(mark.as_bytes());
    out.extend_from_slice(b"\":");
    value(out);
    out.push(b'}');
}

fn quoted(out: &mut Vec<u8>, value: impl FnOnce(&mut Vec<u8>)) {
    out.push(b'"');
    value(out);
    out.push(b'"');
}

/// Appends a JSON string, escaping only what must be.
pub(crate) fn put_string(out: &mut Vec<u8>, text: &str) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    out.push(b'"');
    let bytes = text.as_bytes();
    let mut from = 0;
    for (at, byte) in bytes.iter().enumerate() {
        if *byte >= 0x20 && *byte != b'"' && *byte != b'\\' {
            continue;
        }
        out.extend_from_slice(&bytes[from..at]);
        from = at + 1;
        match *byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            control => {
                out.extend_from_slice(b"\\u00");
                out.push(HEX[usize::from(control >> 4)]);
                out.push(HEX[usize::from(control & 15)]);
            }
        }
    }
    out.extend_from_slice(&bytes[from..]);
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use exeunt_base::{Cell, Kind};

    use super::{Natural, put_cell};

    fn check(cell: Cell, natural: Natural, expected: &str) {
        let mut out = Vec::new();
        put_cell(&mut out, &cell, &natural);
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text, expected);
        serde_json::from_str::<serde_json::Value>(&text).unwrap();
    }

    #[test]
    fn every_cell_has_one_exact_spelling() {
        check(Cell::Null, Natural::Integer, "null");
        check(Cell::text(""), Natural::Free, "\"\"");
        check(Cell::Int(9_007_199_254_740_992), Natural::Integer, "9007199254740992");
        check(Cell::Int(9_007_199_254_740_993), Natural::Integer, "\"9007199254740993\"");
        check(Cell::Int(i64::MIN), Natural::Free, "{\"$int\":\"-9223372036854775808\"}");
        check(Cell::Int(1), Natural::Bool, "1");
        check(Cell::real(1.0), Natural::Real, "1.0");
        check(Cell::real(-0.0), Natural::Free, "-0.0");
        check(Cell::real(1.5), Natural::Integer, "{\"$real\":\"1.5\"}");
        check(Cell::real(f64::NAN), Natural::Real, "{\"$real\":\"NaN\"}");
        check(Cell::real(f64::NEG_INFINITY), Natural::Real, "{\"$real\":\"-Infinity\"}");
        check(Cell::text("12"), Natural::Integer, "{\"$text\":\"12\"}");
        check(Cell::text("a\"\\\n\0\u{1b}\u{202e}"), Natural::Free, "\"a\\\"\\\\\\n\\u0000\\u001b\u{202e}\"");
        check(Cell::Bytes(vec![0, 255]), Natural::Free, "{\"$bytes\":\"AP8=\"}");
        check(Cell::BrokenText(vec![255]), Natural::Free, "{\"$broken_text\":\"/w==\"}");
        check(Cell::Bool(true), Natural::Bool, "true");
        check(Cell::text("{\"a\": [1]}"), Natural::Document, "{\"a\": [1]}");
        check(Cell::Null, Natural::Document, "null");
        check(Cell::Int(1), Natural::Document, "{\"$int\":\"1\"}");
        check(Cell::text("{1,2}"), Natural::of(&Kind::Array(Box::new(Kind::Uuid))), "[\"1\",\"2\"]");
    }
}
