//! A copy for word processors: text runs only. No fields, no macros, no relation that leads outside.
//!
//! The file is a small ZIP of its own, streamed; long text is cut into runs, because readers refuse huge ones.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use exeunt_base::Cell;
use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, ZipWriter};

use crate::error::Error;
use crate::formats::html::{WIDEST_TABLE, introduce};
use crate::formats::markup::{Rules, put_attribute, put_text};
use crate::formats::number::{put_base64, put_int, put_real, special};
use crate::formats::page::{self, put};
use crate::formats::{Encoder, Setting, Tally};
use crate::view::{Column, Model, Shown, View};

/// Bytes of text in one run.
const RUN: usize = 32 * 1024;

/// Bytes of markup collected before they are compressed.
const ENOUGH: usize = 64 * 1024;

/// The most records in one file.
const MOST_ROWS: u32 = 20_000;

/// The most markup in one file, give or take a record.
const MOST_BYTES: u64 = 64 << 20;

/// Width of the text on a landscape page, in twentieths of a point.
const TEXT_WIDTH: usize = 14_570;

const CONTENT_TYPES: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/><Override PartName="/word/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/></Types>
"#;

const RELATIONS: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>
"#;

const DOCUMENT_RELATIONS: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>
"#;

const STYLES: &str = include_str!("styles.xml");

const DOCUMENT: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>"#;

/// How the pages lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Paper {
    Portrait,
    Landscape,
}

impl Paper {
    fn section(self) -> &'static str {
        match self {
            Self::Portrait => {
                r#"<w:sectPr><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1418" w:right="1418" w:bottom="1418" w:left="1418" w:header="709" w:footer="709" w:gutter="0"/></w:sectPr>"#
            }
            Self::Landscape => {
                r#"<w:sectPr><w:pgSz w:w="16838" w:h="11906" w:orient="landscape"/><w:pgMar w:top="1134" w:right="1134" w:bottom="1134" w:left="1134" w:header="709" w:footer="709" w:gutter="0"/></w:sectPr>"#
            }
        }
    }
}

/// Where the inner ZIP leaves its bytes until the encoder passes them on.
#[derive(Clone, Default)]
struct Drain(Arc<Mutex<Vec<u8>>>);

impl Drain {
    fn take_into(&self, out: &mut Vec<u8>) {
        out.append(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl Write for Drain {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(buf);
        Ok(buf.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A DOCX file being written: everything but its body is there from the start.
pub(crate) struct File {
    zip: ZipWriter<StreamWriter<Drain>>,
    drain: Drain,
    body: Vec<u8>,
    /// How much of the body has been compressed already.
    compressed: u64,
}

impl File {
    pub(crate) fn begin() -> Result<Self, Error> {
        let drain = Drain::default();
        let mut zip = ZipWriter::new_stream(drain.clone());
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .compression_level(Some(1))
            .last_modified_time(zip::DateTime::default_for_write());
        for (name, text) in [
            ("[Content_Types].xml", CONTENT_TYPES),
            ("_rels/.rels", RELATIONS),
            ("word/_rels/document.xml.rels", DOCUMENT_RELATIONS),
            ("word/styles.xml", STYLES),
            ("word/document.xml", DOCUMENT),
        ] {
            zip.start_file(name, options).map_err(Error::Archive)?;
            zip.write_all(text.as_bytes()).map_err(Error::Write)?;
        }
        Ok(Self { zip, drain, body: Vec::with_capacity(ENOUGH + RUN), compressed: 0 })
    }

    /// Compresses what was collected, when it is enough, and passes on what came out.
    fn pass(&mut self, out: &mut Vec<u8>) -> Result<(), Error> {
        if self.body.len() >= ENOUGH {
            self.zip.write_all(&self.body).map_err(Error::Write)?;
            self.compressed += self.body.len() as u64;
            self.body.clear();
            self.body.shrink_to(ENOUGH + RUN);
            self.drain.take_into(out);
        }
        Ok(())
    }

    pub(crate) fn finish(mut self, paper: Paper, out: &mut Vec<u8>) -> Result<(), Error> {
        put(&mut self.body, paper.section());
        put(&mut self.body, "</w:body></w:document>");
        self.zip.write_all(&self.body).map_err(Error::Write)?;
        self.zip.finish().map_err(Error::Archive)?;
        self.drain.take_into(out);
        Ok(())
    }

    /// A paragraph in one of our styles.
    pub(crate) fn paragraph(&mut self, style: &str, text: &str) -> u64 {
        put_paragraph_start(&mut self.body, style);
        let replaced = put_run(&mut self.body, text, "");
        put(&mut self.body, "</w:p>");
        replaced
    }
}

/// The rows of one model.
pub(crate) struct Rows {
    model: Arc<Model>,
    setting: Arc<Setting>,
    file: Option<File>,
    tally: Tally,
    part: u32,
    rows: u32,
}

impl Rows {
    pub(crate) fn new(model: Arc<Model>, setting: Arc<Setting>) -> Self {
        Self { model, setting, file: None, tally: Tally::default(), part: 0, rows: 0 }
    }

    fn is_table(&self) -> bool {
        self.model.columns.len() <= WIDEST_TABLE
    }
}

impl Encoder for Rows {
    fn open(&mut self, _: Option<&str>, out: &mut Vec<u8>) -> Result<(), Error> {
        self.part += 1;
        self.rows = 0;
        let mut file = File::begin()?;
        let title = match self.part {
            1 => self.model.title.clone(),
            part => format!("{}, part {part}", self.model.title),
        };
        let mut replaced = file.paragraph("Title", &title);
        replaced += file.paragraph(
            "Over",
            &format!(
                "{}. Made for {} on {}.",
                self.model.model,
                self.setting.subject.expose(),
                page::day(self.setting.made_at)
            ),
        );
        for sentence in introduce(&self.model) {
            replaced += file.paragraph("Normal", &sentence);
        }
        if self.is_table() {
            replaced += put_table_start(&mut file.body, &self.model);
        }
        self.tally.replaced += replaced;
        file.pass(out)?;
        self.file = Some(file);
        Ok(())
    }

    fn row(&mut self, row: &View<'_>, out: &mut Vec<u8>) -> Result<(), Error> {
        let table = self.is_table();
        let file = self.file.as_mut().expect("rows come between open and close");
        let body = &mut file.body;
        if table {
            put(body, "<w:tr>");
        }
        for column in &self.model.columns {
            if table {
                put(body, "<w:tc><w:p>");
            } else {
                put_paragraph_start(body, "Field");
                self.tally.replaced += put_label(body, column);
                put(body, "<w:r><w:tab/></w:r>");
            }
            self.tally.replaced += match row.of(column) {
                Shown::Cell(cell) => put_cell(body, cell, column),
                Shown::Redacted(ground) => put_run(body, &format!("hidden: {ground}"), MARK),
            };
            put(body, if table { "</w:p></w:tc>" } else { "</w:p>" });
        }
        put(body, if table { "</w:tr>" } else { "<w:p/>" });
        self.rows += 1;
        file.pass(out)
    }

    fn close(&mut self, _: Option<&str>, out: &mut Vec<u8>) -> Result<(), Error> {
        let table = self.is_table();
        let mut file = self.file.take().expect("a file is closed after it was opened");
        if table {
            put(&mut file.body, "</w:tbl><w:p/>");
        }
        file.finish(Paper::Landscape, out)
    }

    fn is_full(&self) -> bool {
        let bytes = self.file.as_ref().map_or(0, |file| file.compressed);
        self.rows >= MOST_ROWS || bytes >= MOST_BYTES
    }

    fn take_tally(&mut self) -> Tally {
        std::mem::take(&mut self.tally)
    }
}

const MARK: &str = "<w:rPr><w:rStyle w:val=\"Mark\"/></w:rPr>";
const STRONG: &str = "<w:rPr><w:rStyle w:val=\"Strong\"/></w:rPr>";

fn put_table_start(body: &mut Vec<u8>, model: &Model) -> u64 {
    put(body, "<w:tbl><w:tblPr><w:tblStyle w:val=\"Records\"/><w:tblW w:w=\"5000\" w:type=\"pct\"/>");
    put(body, "<w:tblLayout w:type=\"fixed\"/></w:tblPr><w:tblGrid>");
    let width = TEXT_WIDTH / model.columns.len().max(1);
    for _ in &model.columns {
        put(body, &format!("<w:gridCol w:w=\"{width}\"/>"));
    }
    put(body, "</w:tblGrid><w:tr><w:trPr><w:tblHeader/></w:trPr>");
    let mut replaced = 0;
    for column in &model.columns {
        put(body, "<w:tc><w:p>");
        replaced += put_label(body, column);
        put(body, "</w:p></w:tc>");
    }
    put(body, "</w:tr>");
    replaced
}

fn put_paragraph_start(body: &mut Vec<u8>, style: &str) {
    put(body, "<w:p><w:pPr><w:pStyle w:val=\"");
    put_attribute(body, style, Rules::Xml);
    put(body, "\"/></w:pPr>");
}

fn put_label(body: &mut Vec<u8>, column: &Column) -> u64 {
    let replaced = put_run(body, column.label(), STRONG);
    if column.field.computed {
        put_run(body, " (inferred)", MARK);
    }
    replaced
}

fn put_cell(body: &mut Vec<u8>, cell: &Cell, column: &Column) -> u64 {
    let meaning = column.meaning(cell);
    let mut replaced = 0;
    if let Some(meaning) = meaning {
        replaced += put_run(body, meaning, "");
        put_run(body, " (", "");
    }
    match cell {
        Cell::Null => {
            put_run(body, "none", MARK);
        }
        Cell::Bool(value) => {
            put_run(body, if *value { "yes" } else { "no" }, "");
        }
        Cell::Int(value) => short_run(body, |body| put_int(body, *value)),
        Cell::Real(value) if value.value().is_finite() => {
            short_run(body, |body| put_real(body, value.value()))
        }
        Cell::Real(value) => {
            put_run(body, &special(value.value()), "");
        }
        Cell::Text(text) if text.is_empty() => {
            put_run(body, "empty", MARK);
        }
        Cell::Text(text) => replaced += put_run(body, text, ""),
        Cell::Bytes(bytes) => {
            let size = page::count(bytes.len() as u64, "byte", "bytes");
            put_run(body, &format!("file or binary data, {size}, in base64: "), MARK);
            for chunk in bytes.chunks(RUN / 4 * 3) {
                short_run(body, |body| put_base64(body, chunk));
            }
        }
        Cell::BrokenText(bytes) => {
            let text = String::from_utf8_lossy(bytes);
            replaced += text.chars().filter(|c| *c == char::REPLACEMENT_CHARACTER).count() as u64;
            replaced += put_run(body, &text, "");
        }
    }
    if meaning.is_some() {
        put_run(body, ")", "");
    }
    replaced
}

fn short_run(body: &mut Vec<u8>, text: impl FnOnce(&mut Vec<u8>)) {
    put(body, "<w:r><w:t>");
    text(body);
    put(body, "</w:t></w:r>");
}

/// Appends text as runs of bounded length; line ends and tabs become the word processor's own.
fn put_run(body: &mut Vec<u8>, text: &str, properties: &str) -> u64 {
    let mut replaced = 0;
    let mut rest = text;
    while !rest.is_empty() {
        let (run, later) = split_before(rest, RUN);
        put(body, "<w:r>");
        put(body, properties);
        for (number, line) in run.split('\n').enumerate() {
            if number > 0 {
                put(body, "<w:br/>");
            }
            let line = line.strip_suffix('\r').unwrap_or(line);
            for (number, piece) in line.split('\t').enumerate() {
                if number > 0 {
                    put(body, "<w:tab/>");
                }
                if !piece.is_empty() {
                    put(body, "<w:t xml:space=\"preserve\">");
                    replaced += put_text(body, piece, Rules::Xml);
                    put(body, "</w:t>");
                }
            }
        }
        put(body, "</w:r>");
        rest = later;
    }
    replaced
}

fn split_before(text: &str, most: usize) -> (&str, &str) {
    if text.len() <= most {
        return (text, "");
    }
    text.split_at(text.floor_char_boundary(most))
}
