//! The files of one model in one format: filled one after the other, straight into the archive or by way of a spool.

use std::io::Write;
use std::sync::Arc;

use crate::archive::Archive;
use crate::error::Error;
use crate::formats::{Encoder, Setting, Tally, encoder};
use crate::manifest::FileEntry;
use crate::path;
use crate::spec::Format;
use crate::spool::Spool;
use crate::view::{Model, View};
use crate::write::packing;

/// Bytes collected before they are passed on.
const ENOUGH: usize = 64 * 1024;

/// A buffer that grew larger than this for one huge cell is given back.
const TOO_MUCH: usize = 1024 * 1024;

/// The files being filled.
pub(crate) struct Pieces {
    format: Format,
    number: usize,
    slug: String,
    encoder: Box<dyn Encoder>,
    buffer: Vec<u8>,
    sink: Sink,
    current: Option<Current>,
    part: u32,
    tally: Tally,
}

struct Current {
    path: String,
    rows: u64,
    /// Bytes that went to the spool; the archive counts its own.
    bytes: u64,
}

enum Sink {
    Direct(Vec<FileEntry>),
    Waiting(Box<Spool>, Vec<Current>),
}

/// What came of them.
pub(crate) struct Written {
    pub(crate) files: Vec<FileEntry>,
    pub(crate) tally: Tally,
}

impl Pieces {
    /// Without a spool, everything goes straight into the archive.
    pub(crate) fn new(
        format: Format,
        number: usize,
        slug: &str,
        spool: Option<Spool>,
        model: &Arc<Model>,
        setting: &Arc<Setting>,
    ) -> Self {
        Self {
            format,
            number,
            slug: slug.to_owned(),
            encoder: encoder(format, model, setting),
            buffer: Vec::with_capacity(2 * ENOUGH),
            sink: match spool {
                None => Sink::Direct(Vec::new()),
                Some(spool) => Sink::Waiting(Box::new(spool), Vec::new()),
            },
            current: None,
            part: 0,
            tally: Tally::default(),
        }
    }

    /// Writes one row.
    pub(crate) fn row<W: Write>(&mut self, row: &View<'_>, archive: &mut Archive<W>) -> Result<(), Error> {
        if self.current.is_none() {
            self.begin(None, archive)?;
        } else if self.encoder.is_full() {
            let earlier = self.current.as_ref().map(|current| current.path.clone());
            let later = path::data(self.number, &self.slug, self.part + 1, self.format.as_str());
            self.end(Some(&later), archive)?;
            self.begin(earlier, archive)?;
        }
        self.encoder.row(row, &mut self.buffer)?;
        if let Some(current) = &mut self.current {
            current.rows += 1;
        }
        if self.buffer.len() >= ENOUGH { self.pass(archive) } else { Ok(()) }
    }

    /// Ends the last file, and moves what waited into the archive.
    pub(crate) fn finish<W: Write>(mut self, archive: &mut Archive<W>) -> Result<Written, Error> {
        if self.current.is_some() {
            self.end(None, archive)?;
        }
        let files = match self.sink {
            Sink::Direct(files) => files,
            Sink::Waiting(spool, waiting) => move_in(*spool, waiting, self.format, archive)?,
        };
        Ok(Written { files, tally: self.tally })
    }

    fn begin<W: Write>(&mut self, earlier: Option<String>, archive: &mut Archive<W>) -> Result<(), Error> {
        self.part += 1;
        let path = path::data(self.number, &self.slug, self.part, self.format.as_str());
        if let Sink::Direct(_) = self.sink {
            archive.begin(&path, packing(self.format))?;
        }
        self.current = Some(Current { path, rows: 0, bytes: 0 });
        self.encoder.open(earlier.as_deref(), &mut self.buffer)
    }

    fn end<W: Write>(&mut self, later: Option<&str>, archive: &mut Archive<W>) -> Result<(), Error> {
        self.encoder.close(later, &mut self.buffer)?;
        self.tally.add(self.encoder.take_tally());
        self.pass(archive)?;
        let current = self.current.take().expect("a file is ended after it was begun");
        match &mut self.sink {
            Sink::Direct(files) => {
                let (bytes, sha256) = archive.end();
                files.push(FileEntry { path: current.path, bytes, sha256, rows: Some(current.rows) });
            }
            Sink::Waiting(_, waiting) => waiting.push(current),
        }
        Ok(())
    }

    fn pass<W: Write>(&mut self, archive: &mut Archive<W>) -> Result<(), Error> {
        match &mut self.sink {
            Sink::Direct(_) => archive.write(&self.buffer)?,
            Sink::Waiting(spool, _) => spool.write(&self.buffer)?,
        }
        if let Some(current) = &mut self.current {
            current.bytes += self.buffer.len() as u64;
        }
        self.buffer.clear();
        if self.buffer.capacity() > TOO_MUCH {
            self.buffer.shrink_to(2 * ENOUGH);
        }
        Ok(())
    }
}

fn move_in<W: Write>(
    spool: Spool,
    waiting: Vec<Current>,
    format: Format,
    archive: &mut Archive<W>,
) -> Result<Vec<FileEntry>, Error> {
    let mut back = spool.read_back()?;
    let mut buffer = vec![0; ENOUGH];
    let mut files = Vec::with_capacity(waiting.len());
    for file in waiting {
        archive.begin(&file.path, packing(format))?;
        let mut left = file.bytes;
        while left > 0 {
            let most = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
            let got = back.read(&mut buffer[..most])?;
            if got == 0 {
                return Err(back.cut_short());
            }
            archive.write(&buffer[..got])?;
            left -= got as u64;
        }
        let (bytes, sha256) = archive.end();
        files.push(FileEntry { path: file.path, bytes, sha256, rows: Some(file.rows) });
    }
    Ok(files)
}
