//! XML with a fixed vocabulary, well-formed whatever the cells hold. Column names are attributes, never elements.

use std::sync::Arc;

use exeunt_base::Cell;

use crate::error::Error;
use crate::formats::markup::{Rules, put_attribute, put_text};
use crate::formats::number::{put_base64, put_int, put_real, special};
use crate::formats::{Encoder, Tally};
use crate::view::{Model, Shown, View};

/// The vocabulary's name; it changes with its version.
pub(crate) const NAMESPACE: &str = "urn:exeunt:package:1";

/// The rows of one model.
pub(crate) struct Rows {
    model: Arc<Model>,
    /// `<field name="…"` for each column, left open for more attributes.
    columns: Vec<Vec<u8>>,
    tally: Tally,
}

impl Rows {
    pub(crate) fn new(model: Arc<Model>) -> Self {
        let columns = model
            .columns
            .iter()
            .map(|column| {
                let mut start = b"<field name=\"".to_vec();
                put_attribute(&mut start, &column.field.name, Rules::Xml);
                start.push(b'"');
                if column.field.computed {
                    start.extend_from_slice(b" origin=\"inferred\"");
                }
                start
            })
            .collect();
        Self { model, columns, tally: Tally::default() }
    }

    fn put_cell(&mut self, out: &mut Vec<u8>, cell: &Cell) {
        let kind: &[u8] = match cell {
            Cell::Null => {
                out.extend_from_slice(b" type=\"null\"/>");
                return;
            }
            Cell::Bool(_) => b" type=\"boolean\">",
            Cell::Int(_) => b" type=\"integer\">",
            Cell::Real(_) => b" type=\"real\">",
            Cell::Text(_) => b">",
            Cell::Bytes(_) => b" type=\"bytes\" encoding=\"base64\">",
            Cell::BrokenText(_) => b" type=\"broken-text\" encoding=\"base64\">",
        };
        out.extend_from_slice(kind);
        match cell {
            Cell::Null => {}
            Cell::Bool(value) => out.extend_from_slice(if *value { b"true" } else { b"false" }),
            Cell::Int(value) => put_int(out, *value),
            Cell::Real(value) if value.value().is_finite() => put_real(out, value.value()),
            Cell::Real(value) => out.extend_from_slice(special(value.value()).as_bytes()),
            Cell::Text(text) => self.tally.replaced += put_text(out, text, Rules::Xml),
            Cell::Bytes(bytes) | Cell::BrokenText(bytes) => put_base64(out, bytes),
        }
        out.extend_from_slice(b"</field>");
    }
}

impl Encoder for Rows {
    fn open(&mut self, _: Option<&str>, out: &mut Vec<u8>) -> Result<(), Error> {
        put_declaration(out);
        out.extend_from_slice(b"<records xmlns=\"");
        out.extend_from_slice(NAMESPACE.as_bytes());
        for (name, value) in [
            ("source", self.model.model.source.as_str()),
            ("model", self.model.model.model.as_str()),
            ("title", &self.model.title),
            ("reason", self.model.reason.as_str()),
        ] {
            out.extend_from_slice(b"\" ");
            out.extend_from_slice(name.as_bytes());
            out.extend_from_slice(b"=\"");
            self.tally.replaced += put_attribute(out, value, Rules::Xml);
        }
        out.extend_from_slice(b"\">\n");
        Ok(())
    }

    fn row(&mut self, row: &View<'_>, out: &mut Vec<u8>) -> Result<(), Error> {
        let model = Arc::clone(&self.model);
        out.extend_from_slice(b"<record>");
        for (place, column) in model.columns.iter().enumerate() {
            out.extend_from_slice(&self.columns[place]);
            match row.of(column) {
                Shown::Cell(cell) => self.put_cell(out, cell),
                Shown::Redacted(ground) => {
                    out.extend_from_slice(b" redacted=\"");
                    self.tally.replaced += put_attribute(out, ground, Rules::Xml);
                    out.extend_from_slice(b"\"/>");
                }
            }
        }
        out.extend_from_slice(b"</record>\n");
        Ok(())
    }

    fn close(&mut self, _: Option<&str>, out: &mut Vec<u8>) -> Result<(), Error> {
        out.extend_from_slice(b"</records>\n");
        Ok(())
    }

    fn take_tally(&mut self) -> Tally {
        std::mem::take(&mut self.tally)
    }
}

/// The first line of every XML file.
pub(crate) fn put_declaration(out: &mut Vec<u8>) {
    out.extend_from_slice(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
}
