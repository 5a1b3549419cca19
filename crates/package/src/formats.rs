//! The forms data is written in. Each turns rows into bytes of one or more files; where the bytes go is not its
//! concern.

pub(crate) mod csv;
pub(crate) mod docx;
mod exact;
pub(crate) mod html;
pub(crate) mod json;
pub(crate) mod markup;
pub(crate) mod number;
pub(crate) mod page;
pub(crate) mod schema;
pub(crate) mod xml;

use std::sync::Arc;

use crate::error::Error;
use crate::spec::Format;
use crate::view::{Model, View};

/// What is the same on every page of a package.
pub(crate) struct Setting {
    pub(crate) subject: exeunt_base::Personal,
    pub(crate) made_at: exeunt_base::Timestamp,
}

/// What had to be changed so that a file is safe and well-formed; the canonical JSON never changes anything.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// CSV cells given a leading quote, so that no spreadsheet takes them for a formula.
    pub(crate) formulas: u64,
    /// Code points or bytes that the format cannot hold, replaced by a visible sign.
    pub(crate) replaced: u64,
}

impl Tally {
    pub(crate) fn add(&mut self, other: Self) {
        self.formulas += other.formulas;
        self.replaced += other.replaced;
    }
}

/// Turns rows into a file. Files of one model follow each other: open, rows, close, open …
pub(crate) trait Encoder: Send {
    /// The top of a file; `earlier` is the file before it.
    fn open(&mut self, earlier: Option<&str>, out: &mut Vec<u8>) -> Result<(), Error>;

    /// One row.
    fn row(&mut self, row: &View<'_>, out: &mut Vec<u8>) -> Result<(), Error>;

    /// The bottom of a file; `later` is the file after it.
    fn close(&mut self, later: Option<&str>, out: &mut Vec<u8>) -> Result<(), Error>;

    /// Whether the next row belongs into a new file: programs for reading choke where programs for data do not.
    fn is_full(&self) -> bool {
        false
    }

    /// What was changed since the last time this was asked.
    fn take_tally(&mut self) -> Tally;
}

/// The encoder of a format.
pub(crate) fn encoder(format: Format, model: &Arc<Model>, setting: &Arc<Setting>) -> Box<dyn Encoder> {
    let model = Arc::clone(model);
    match format {
        Format::Json => Box::new(json::Rows::new(model)),
        Format::Csv => Box::new(csv::Rows::new(model)),
        Format::Xml => Box::new(xml::Rows::new(model)),
        Format::Docx => Box::new(docx::Rows::new(model, Arc::clone(setting))),
        Format::Html => Box::new(html::Rows::new(model, Arc::clone(setting))),
    }
}
