//! The readable copy: a table where the columns fit beside each other, else one block per record. Pages of at most
//! 5,000 records, linked to each other. Nothing that a cell holds can become markup.

use std::sync::Arc;

use exeunt_base::Cell;

use crate::error::Error;
use crate::formats::markup::{Rules, put_attribute, put_text};
use crate::formats::number::{put_base64, put_int, put_real, special};
use crate::formats::page::{self, Measure, put, put_paragraph};
use crate::formats::{Encoder, Setting, Tally};
use crate::spec::Reason;
use crate::view::{Column, Model, Shown, View};

/// More columns than this do not fit beside each other.
pub(crate) const WIDEST_TABLE: usize = 8;

/// The most records on one page.
const MOST_ROWS: u32 = 5_000;

/// The most markup on one page, give or take a record.
const MOST_BYTES: usize = 16 << 20;

/// Longer text is folded away until asked for.
const LONG: usize = 4_000;

/// The rows of one model.
pub(crate) struct Rows {
    model: Arc<Model>,
    setting: Arc<Setting>,
    tally: Tally,
    part: u32,
    rows: u32,
    bytes: usize,
}

impl Rows {
    pub(crate) fn new(model: Arc<Model>, setting: Arc<Setting>) -> Self {
        Self { model, setting, tally: Tally::default(), part: 0, rows: 0, bytes: 0 }
    }

    fn is_table(&self) -> bool {
        self.model.columns.len() <= WIDEST_TABLE
    }

    fn put_columns(&mut self, out: &mut Vec<u8>) {
        put(out, "<div class=\"scroll\" tabindex=\"0\">\n<table>\n<thead><tr>");
        for column in &self.model.columns {
            put(
                out,
                if column.is_number() { "<th scope=\"col\" class=\"n\">" } else { "<th scope=\"col\">" },
            );
            self.tally.replaced += put_label(out, column);
            put(out, "</th>");
        }
        put(out, "</tr></thead>\n<tbody>\n");
    }
}

impl Encoder for Rows {
    fn open(&mut self, earlier: Option<&str>, out: &mut Vec<u8>) -> Result<(), Error> {
        self.part += 1;
        (self.rows, self.bytes) = (0, 0);
        let model = Arc::clone(&self.model);
        let title = match self.part {
            1 => model.title.clone(),
            part => format!("{}, page {part}", model.title),
        };
        let over = model.model.to_string();
        self.tally.replaced += page::put_head(out, &title, &over, Some("../index.html"), Measure::Wide);
        for sentence in introduce(&model) {
            self.tally.replaced += put_paragraph(out, &sentence);
        }
        if let Some(earlier) = earlier {
            put_pager(out, &[("Earlier records", earlier)]);
        }
        if self.is_table() {
            self.put_columns(out);
        }
        Ok(())
    }

    fn row(&mut self, row: &View<'_>, out: &mut Vec<u8>) -> Result<(), Error> {
        let table = self.is_table();
        let start = out.len();
        put(out, if table { "<tr>" } else { "<dl class=\"row\">" });
        for column in &self.model.columns {
            match table {
                true if column.is_number() => put(out, "<td class=\"n\">"),
                true if column.is_compact() => put(out, "<td class=\"c\">"),
                true => put(out, "<td dir=\"auto\">"),
                false => {
                    put(out, "<div><dt>");
                    self.tally.replaced += put_label(out, column);
                    put(out, "</dt><dd dir=\"auto\">");
                }
            }
            self.tally.replaced += match row.of(column) {
                Shown::Cell(cell) => put_cell(out, cell, column),
                Shown::Redacted(ground) => {
                    put(out, "<span class=\"mark\">hidden: ");
                    let replaced = put_text(out, ground, Rules::Html);
                    put(out, "</span>");
                    replaced
                }
            };
            put(out, if table { "</td>" } else { "</dd></div>" });
        }
        put(out, if table { "</tr>\n" } else { "</dl>\n" });
        self.rows += 1;
        self.bytes += out.len() - start;
        Ok(())
    }

    fn close(&mut self, later: Option<&str>, out: &mut Vec<u8>) -> Result<(), Error> {
        if self.is_table() {
            put(out, "</tbody>\n</table>\n</div>\n");
        }
        if let Some(later) = later {
            put_pager(out, &[("Further records", later)]);
        }
        page::put_foot(out, &self.setting);
        Ok(())
    }

    fn is_full(&self) -> bool {
        self.rows >= MOST_ROWS || self.bytes >= MOST_BYTES
    }

    fn take_tally(&mut self) -> Tally {
        std::mem::take(&mut self.tally)
    }
}

/// What a reader should know before the first record.
pub(crate) fn introduce(model: &Model) -> Vec<String> {
    let mut sentences = Vec::new();
    sentences.extend(model.description.clone());
    if model.reason == Reason::Accessed {
        sentences.push(
            "These records are not yours alone: they belong to others too, or only mention you.".into(),
        );
    }
    if let Some(due) = model.erasure_due {
        sentences.push(format!(
            "These records are already erased from our systems and wait in a recovery window. They will be destroyed for good on {}.",
            page::day(due)
        ));
    }
    for withheld in &model.withheld {
        sentences.push(format!(
            "These records can also hold {}. For your own safety that is never shown; the answer says whether we hold it.",
            withheld.kind
        ));
    }
    sentences
}

/// Appends what people call the column, and that it was inferred.
fn put_label(out: &mut Vec<u8>, column: &Column) -> u64 {
    put(out, "<bdi>");
    let replaced = put_text(out, column.label(), Rules::Html);
    put(out, "</bdi>");
    if column.field.computed {
        put(out, " <span class=\"label\">inferred</span>");
    }
    replaced
}

fn put_cell(out: &mut Vec<u8>, cell: &Cell, column: &Column) -> u64 {
    if let Some(meaning) = column.meaning(cell) {
        let replaced = put_text(out, meaning, Rules::Html);
        put(out, " <span class=\"soft\">(");
        let replaced = replaced + put_plain(out, cell);
        put(out, ")</span>");
        return replaced;
    }
    put_plain(out, cell)
}

fn put_plain(out: &mut Vec<u8>, cell: &Cell) -> u64 {
    match cell {
        Cell::Null => put(out, "<span class=\"none\">none</span>"),
        Cell::Bool(value) => put(out, if *value { "yes" } else { "no" }),
        Cell::Int(value) => put_int(out, *value),
        Cell::Real(value) if value.value().is_finite() => put_real(out, value.value()),
        Cell::Real(value) => put(out, &special(value.value())),
        Cell::Text(text) => return put_words(out, text),
        Cell::Bytes(bytes) => {
            let size = page::count(bytes.len() as u64, "byte", "bytes");
            folded(out, &format!("file or binary data, {size}"), |out| put_base64(out, bytes));
        }
        Cell::BrokenText(bytes) => {
            let text = String::from_utf8_lossy(bytes);
            let broken = text.chars().filter(|c| *c == char::REPLACEMENT_CHARACTER).count() as u64;
            return broken + put_words(out, &text);
        }
    }
    0
}

fn put_words(out: &mut Vec<u8>, text: &str) -> u64 {
    if text.is_empty() {
        put(out, "<span class=\"none\">empty</span>");
        return 0;
    }
    if text.len() <= LONG {
        return put_text(out, text, Rules::Html);
    }
    let size = page::count(text.chars().count() as u64, "character", "characters");
    let mut replaced = 0;
    folded(out, &format!("long text, {size}"), |out| replaced = put_text(out, text, Rules::Html));
    replaced
}

fn folded(out: &mut Vec<u8>, summary: &str, body: impl FnOnce(&mut Vec<u8>)) {
    put(out, "<details><summary>");
    put(out, summary);
    put(out, "</summary><div>");
    body(out);
    put(out, "</div></details>");
}

/// Links to neighboring pages, which lie in the same folder.
fn put_pager(out: &mut Vec<u8>, links: &[(&str, &str)]) {
    put(out, "<nav class=\"pager\">");
    for (words, path) in links {
        let file = path.rsplit('/').next().unwrap_or(path);
        put(out, "<a href=\"");
        put_attribute(out, file, Rules::Html);
        put(out, "\">");
        put(out, words);
        put(out, "</a>");
    }
    put(out, "</nav>\n");
}
