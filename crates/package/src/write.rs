//! Writing a package: models one after the other, rows as they come, everything else at the end.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Arc;

use exeunt_base::{Cell, ModelRef, Personal, Row};

use crate::archive::{Archive, Packing};
use crate::digest::Digest;
use crate::document::{self, Document};
use crate::error::Error;
use crate::formats::{Setting, Tally, schema};
use crate::key::Encryption;
use crate::manifest::{
    FailedSource, FileEntry, Manifest, ModelEntry, RedactedColumn, SearchedSystem, Snapshot, WithheldColumn,
};
use crate::path;
use crate::pieces::{Pieces, Written};
use crate::spec::{Format, Mark, ModelSpec, Right, Scratch, Spec};
use crate::spool::Spools;
use crate::start;
use crate::view::{Model, View};

/// Writes one package to `out`. Dropped before [`Writer::finish`], it leaves a file that nothing opens.
pub struct Writer<W: Write + Send> {
    archive: Archive<W>,
    spools: Spools,
    setting: Arc<Setting>,
    formats: Vec<Format>,
    right: Right,
    answer: Personal,
    about: Document,
    manifest: Manifest,
    escapes: Tally,
    numbers: usize,
    open: Option<Open>,
    broken: bool,
}

/// The model being written.
struct Open {
    model: Arc<Model>,
    number: usize,
    rows: u64,
    withheld: Vec<u64>,
    redactions: BTreeMap<(usize, Arc<str>), u64>,
    /// None until the first row: a model without rows has no files.
    pieces: Option<Vec<Pieces>>,
}

/// What became of the package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// The digest of `manifest.json`, which holds the digests of all other files.
    pub manifest: Digest,
    /// The digest of the encrypted file.
    pub sha256: Digest,
    /// The length of the encrypted file.
    pub bytes: u64,
    /// The rows of each model, in the order they were written.
    pub models: Vec<ModelCount>,
    /// Whether every source could be read.
    pub complete: bool,
}

/// How many rows of one model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelCount {
    /// The model.
    pub model: ModelRef,
    /// Its rows.
    pub rows: u64,
}

/// The format first in this list is streamed straight into the archive, the others wait: most markup first, so that
/// the least waits on the disk.
const MARKUP_FIRST: [Format; 5] = [Format::Xml, Format::Html, Format::Json, Format::Csv, Format::Docx];

impl<W: Write + Send> Writer<W> {
    /// Begins a package. `scratch` is only used when more than one format is wanted.
    pub fn create(out: W, spec: Spec, to: &Encryption, scratch: Scratch) -> Result<Self, Error> {
        if spec.formats.is_empty() {
            return Err(Error::NoFormat);
        }
        if spec.answer.expose().trim().is_empty() {
            return Err(Error::NoAnswer);
        }
        if spec.right == Right::Access {
            spec.about.check_complete()?;
        }
        let mut manifest = Manifest::new(spec.package, spec.right.as_str(), spec.made_at, &spec.tool_version);
        manifest.snapshots = spec
            .snapshots
            .into_iter()
            .map(|taken| Snapshot { source: taken.source, at: taken.at.to_string() })
            .collect();
        manifest.searched = spec
            .searched
            .into_iter()
            .map(|searched| SearchedSystem { system: searched.system, identifiers: searched.identifiers })
            .collect();
        Ok(Self {
            archive: Archive::create(out, to, spec.made_at)?,
            spools: Spools::new(scratch),
            setting: Arc::new(Setting { subject: spec.subject, made_at: spec.made_at }),
            formats: MARKUP_FIRST.into_iter().filter(|format| spec.formats.contains(format)).collect(),
            right: spec.right,
            answer: spec.answer,
            about: document::about(&spec.about),
            manifest,
            escapes: Tally::default(),
            numbers: 0,
            open: None,
            broken: false,
        })
    }

    /// Begins a model; the one before must be ended.
    pub fn begin_model(&mut self, spec: ModelSpec) -> Result<(), Error> {
        self.check("begin a model", self.open.is_none(), "the model before it is not ended")?;
        let model = Model::new(spec, self.right)?;
        self.open = Some(Open {
            number: 0,
            rows: 0,
            withheld: vec![0; model.withheld.len()],
            redactions: BTreeMap::new(),
            pieces: None,
            model: Arc::new(model),
        });
        Ok(())
    }

    /// Writes rows of the model that was begun. `marks` hide single cells of these rows.
    pub fn rows(&mut self, rows: &[Row], marks: &[Mark]) -> Result<(), Error> {
        self.check("write rows", self.open.is_some(), "no model was begun")?;
        let written = self.write_rows(rows, marks);
        self.broken |= written.is_err();
        written
    }

    /// Ends the model.
    pub fn end_model(&mut self) -> Result<(), Error> {
        self.check("end a model", self.open.is_some(), "no model was begun")?;
        let open = self.open.take().expect("checked just now");
        let ended = self.close_model(open);
        self.broken |= ended.is_err();
        ended
    }

    /// Notes a source that could not be read: it is listed, and the package is marked incomplete. `why` is read by
    /// the person; it must hold no value. Rows of the source that were already written stay.
    pub fn failed_source(&mut self, source: &str, why: &str) {
        self.manifest.complete = false;
        self.manifest.failed.push(FailedSource { source: source.to_owned(), why: why.to_owned() });
    }

    /// Writes the words, the manifest, and the end of the file.
    pub fn finish(self) -> Result<Summary, Error> {
        self.finish_into().map(|(summary, _)| summary)
    }

    /// As [`Writer::finish`], and gives back what was written to, for instance to sync it to the disk.
    pub fn finish_into(mut self) -> Result<(Summary, W), Error> {
        self.check("finish the package", self.open.is_none(), "a model is not ended")?;
        self.manifest.escapes.csv_formulas = self.escapes.formulas;
        self.manifest.escapes.replaced_characters = self.escapes.replaced;
        self.put_words()?;
        let bytes = self.manifest.to_bytes();
        let (_, manifest) = self.archive.put(path::MANIFEST, Packing::Deflated, &bytes)?;
        let models = self.counts();
        let complete = self.manifest.complete;
        let finished = self.archive.finish()?;
        let summary = Summary { manifest, sha256: finished.sha256, bytes: finished.bytes, models, complete };
        Ok((summary, finished.out))
    }

    fn check(&self, attempted: &'static str, possible: bool, because: &'static str) -> Result<(), Error> {
        if self.broken {
            return Err(Error::Order { attempted, because: "writing failed before, so the package is lost" });
        }
        if possible { Ok(()) } else { Err(Error::Order { attempted, because }) }
    }

    fn write_rows(&mut self, rows: &[Row], marks: &[Mark]) -> Result<(), Error> {
        let open = self.open.as_mut().expect("checked by the caller");
        let model = Arc::clone(&open.model);
        check_shape(&model, rows, marks)?;
        if rows.is_empty() {
            return Ok(());
        }
        if open.pieces.is_none() {
            self.numbers += 1;
            open.number = self.numbers;
            let slug = path::slug(model.model.model.as_str());
            let mut pieces = Vec::new();
            for (place, format) in self.formats.iter().enumerate() {
                let spool = if place == 0 { None } else { Some(self.spools.open()?) };
                pieces.push(Pieces::new(*format, open.number, &slug, spool, &model, &self.setting));
            }
            open.pieces = Some(pieces);
        }
        let pieces = open.pieces.as_mut().expect("made just now");

        let mut marks: Vec<&Mark> = marks.iter().collect();
        marks.sort_by_key(|mark| mark.row);
        let mut later = marks.as_slice();
        for (number, row) in rows.iter().enumerate() {
            let (here, rest) = later.split_at(later.iter().take_while(|mark| mark.row == number).count());
            later = rest;
            let view = View::new(row, here);
            for piece in &mut *pieces {
                piece.row(&view, &mut self.archive)?;
            }
            for (count, withheld) in open.withheld.iter_mut().zip(&model.withheld) {
                *count += u64::from(row[withheld.index] != Cell::Null);
            }
            count_marks(&model, here, &mut open.redactions);
        }
        open.rows += rows.len() as u64;
        Ok(())
    }

    fn close_model(&mut self, open: Open) -> Result<(), Error> {
        let model = &open.model;
        let mut redactions = open.redactions;
        for column in &model.columns {
            if let Some(ground) = &column.redacted
                && open.rows > 0
            {
                *redactions.entry((column.index, Arc::clone(ground))).or_default() += open.rows;
            }
        }
        let mut files = Vec::new();
        for piece in open.pieces.into_iter().flatten() {
            let Written { files: written, tally } = piece.finish(&mut self.archive)?;
            self.escapes.add(tally);
            files.extend(written.iter().map(|file| file.path.clone()));
            self.manifest.files.extend(written);
        }
        if open.rows > 0 {
            let slug = path::slug(model.model.model.as_str());
            let mut bytes = serde_json::to_vec_pretty(&schema::of(model)).expect("a schema is always JSON");
            bytes.push(b'\n');
            self.put(path::schema(open.number, &slug), Packing::Deflated, &bytes)?;
        }
        let column_at = |index: usize| {
            let found = model.columns.iter().find(|column| column.index == index);
            found.expect("only columns that are shown are counted")
        };
        self.manifest.models.push(ModelEntry {
            source: model.model.source.as_str().to_owned(),
            model: model.model.model.as_str().to_owned(),
            title: model.title.clone(),
            reason: model.reason.as_str().to_owned(),
            layer: model.layer.as_str().to_owned(),
            rows: open.rows,
            erasure_due: model.erasure_due.map(|due| due.to_string()),
            inferred: model
                .columns
                .iter()
                .filter(|column| column.field.computed)
                .map(|column| column.field.name.clone())
                .collect(),
            left_out: model.left_out.clone(),
            withheld: model
                .withheld
                .iter()
                .zip(&open.withheld)
                .map(|(withheld, values)| WithheldColumn {
                    column: withheld.name.clone(),
                    kind: withheld.kind.to_owned(),
                    values: *values,
                })
                .collect(),
            redactions: redactions
                .into_iter()
                .map(|((index, ground), cells)| RedactedColumn {
                    column: column_at(index).field.name.clone(),
                    title: column_at(index).label().to_owned(),
                    ground: ground.to_string(),
                    cells,
                })
                .collect(),
            files,
        });
        Ok(())
    }

    fn put_words(&mut self) -> Result<(), Error> {
        let answer = document::answer(self.answer.expose(), &self.manifest);
        let about = std::mem::replace(
            &mut self.about,
            Document { key: "", title: String::new(), sections: Vec::new() },
        );
        let mut letters = Vec::new();
        for (document, stem) in [(&answer, "1-answer"), (&about, "3-about-our-processing")] {
            if document.sections.is_empty() {
                continue;
            }
            // a person can always read the answer, whatever form the data has
            let also_html = (!self.formats.contains(&Format::Html)).then_some(Format::Html);
            for format in self.formats.clone().into_iter().chain(also_html) {
                if let Some(bytes) = document.render(format, &self.setting)? {
                    let path = format!("{stem}.{format}");
                    letters.push(path.clone());
                    self.put(path, packing(format), &bytes)?;
                }
            }
        }
        let index = start::page(&self.manifest, &letters, &self.setting);
        self.put("index.html".to_owned(), Packing::Deflated, &index)
    }

    fn put(&mut self, path: String, packing: Packing, bytes: &[u8]) -> Result<(), Error> {
        let (bytes, sha256) = self.archive.put(&path, packing, bytes)?;
        self.manifest.files.push(FileEntry { path, bytes, sha256, rows: None });
        Ok(())
    }

    fn counts(&self) -> Vec<ModelCount> {
        self.manifest
            .models
            .iter()
            .filter_map(|entry| {
                let source = entry.source.as_str().try_into().ok()?;
                let model = entry.model.as_str().try_into().ok()?;
                Some(ModelCount { model: ModelRef { source, model }, rows: entry.rows })
            })
            .collect()
    }
}

/// DOCX is compressed already.
pub(crate) fn packing(format: Format) -> Packing {
    if format == Format::Docx { Packing::Stored } else { Packing::Deflated }
}

fn check_shape(model: &Model, rows: &[Row], marks: &[Mark]) -> Result<(), Error> {
    if let Some(row) = rows.iter().find(|row| row.len() != model.width) {
        return Err(Error::Shape { model: model.model.clone(), wanted: model.width, found: row.len() });
    }
    match marks.iter().find(|mark| mark.row >= rows.len() || mark.column >= model.width) {
        Some(mark) => Err(Error::Mark { model: model.model.clone(), row: mark.row, column: mark.column }),
        None => Ok(()),
    }
}

/// Counts the marks of one row that hide something not hidden otherwise.
fn count_marks(model: &Model, marks: &[&Mark], redactions: &mut BTreeMap<(usize, Arc<str>), u64>) {
    for (place, mark) in marks.iter().enumerate() {
        let shown = model.columns.iter().any(|c| c.index == mark.column && c.redacted.is_none());
        let first = !marks[..place].iter().any(|earlier| earlier.column == mark.column);
        if shown && first {
            *redactions.entry((mark.column, Arc::clone(&mark.ground))).or_default() += 1;
        }
    }
}
