//! Reading a backup from its first to its last byte without taking anything from it: is it whole, what is it of.

use std::io::{self, Read};

use exeunt_package::{Key, Unsealing};
use exeunt_store::shape::Table;
use zstd::stream::read::Decoder;

use crate::backups::error::Error;
use crate::backups::form::{self, CHECKPOINTS, END, End, HEAD, HOME, Head, STORE};

/// The largest piece held in memory: rows of a page, or a manifest.
const MOST: u64 = 256 << 20;

/// The name of the settings.
const SETTINGS: &str = "home/exeunt.yaml";

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// What it is of.
    pub head: Head,
    /// What it holds.
    pub end: End,
    /// The settings, when they are in it.
    pub settings: Option<String>,
}

/// What comes out of a backup, one after the other.
pub(super) enum Piece<'a> {
    /// What it is of.
    Head(Head),
    /// A file of the home: its name, and its bytes to be read.
    File(&'a str, &'a mut dyn Read),
    /// Rows of a table.
    Rows(&'a Table, &'a [u8]),
    /// All was there.
    End,
}

/// An archive that is read to its end.
pub(super) type Archive<R> = tar::Archive<Decoder<'static, io::BufReader<Unsealing<R>>>>;

/// Opens the layers.
pub(super) fn archive<R: Read>(from: R, key: &Key) -> Result<Archive<R>, Error> {
    let plain = Unsealing::begin(key, from).map_err(|error| Error::Sealed(Box::new(error)))?;
    Ok(tar::Archive::new(Decoder::new(plain).map_err(Error::Damaged)?))
}

/// Where the reading stands.
#[derive(Default)]
pub(super) struct Reader {
    head: Option<Head>,
    end: Option<End>,
    found: End,
}

impl Reader {
    /// Takes one entry and hands it on. The order and the counts are checked here.
    pub(super) fn take<R: Read>(
        &mut self,
        entry: &mut tar::Entry<'_, R>,
        mut hand_on: impl FnMut(Piece<'_>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let strange = |what: &str| Error::NotWhole(what.to_owned());
        let path = entry.path().map_err(Error::Damaged)?;
        let name = path.to_str().ok_or_else(|| strange("a name in it is not a text"))?.to_owned();
        drop(path);
        if !entry.header().entry_type().is_file() {
            return Err(strange("something in it is no plain file"));
        }
        if self.end.is_some() {
            return Err(strange("something stands after its end"));
        }
        let Some(head) = &self.head else {
            if name != HEAD {
                return Err(strange("it does not begin as one"));
            }
            let head = read_head(&whole(entry)?)?;
            self.head = Some(head.clone());
            return hand_on(Piece::Head(head));
        };
        if name == END {
            let end: End =
                serde_json::from_slice(&whole(entry)?).map_err(|_| strange("its end cannot be read"))?;
            if end != self.found {
                return Err(strange("it holds another number of files or rows than it says"));
            }
            self.end = Some(end);
            return hand_on(Piece::End);
        }
        if let Some(rest) = name.strip_prefix(STORE) {
            let table = rest.split('/').next().unwrap_or_default();
            let table = head.tables.iter().find(|known| known.name == table);
            let table = table.ok_or_else(|| strange("it holds rows of a table it does not name"))?;
            let bytes = whole(entry)?;
            let lines = bytes.iter().filter(|byte| **byte == b'\n').count() as u64;
            *self.found.rows.entry(table.name.clone()).or_default() += lines;
            return hand_on(Piece::Rows(table, &bytes));
        }
        if !name.starts_with(HOME) && !name.starts_with(CHECKPOINTS) {
            return Err(strange("it holds a file of no known kind"));
        }
        self.found.files += 1;
        self.found.file_bytes += entry.header().size().map_err(Error::Damaged)?;
        hand_on(Piece::File(&name, entry))
    }

    /// What it was of and what it held, once its end was read.
    pub(super) fn finish(self) -> Result<(Head, End), Error> {
        match (self.head, self.end) {
            (Some(head), Some(end)) => Ok((head, end)),
            _ => Err(Error::NotWhole(String::from("it has no end"))),
        }
    }
}

fn read_head(bytes: &[u8]) -> Result<Head, Error> {
    let value: serde_json::Value = serde_json::from_slice(bytes)
        .map_err(|_| Error::NotWhole(String::from("its head cannot be read")))?;
    // a newer form may have another head: only these two fields are for ever
    if value["version"].as_u64() != Some(u64::from(form::VERSION)) {
        let made_by = value["made_by"].as_str().unwrap_or("unknown");
        let plain = made_by.len() <= 40 && made_by.bytes().all(|byte| byte.is_ascii_graphic());
        return Err(Error::Newer { made_by: if plain { made_by } else { "unknown" }.to_owned() });
    }
    serde_json::from_value(value).map_err(|_| Error::NotWhole(String::from("its head cannot be read")))
}

fn whole<R: Read>(entry: &mut tar::Entry<'_, R>) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    let read = entry.take(MOST + 1).read_to_end(&mut bytes).map_err(Error::Damaged)?;
    if read as u64 > MOST {
        return Err(Error::NotWhole(String::from("a piece of it is larger than any that is made")));
    }
    Ok(bytes)
}

/// Reads a backup to its end.
pub fn check<R: Read>(from: R, key: &Key) -> Result<Checked, crate::Error> {
    let mut archive = archive(from, key)?;
    let (mut reader, mut settings) = (Reader::default(), None);
    for entry in archive.entries().map_err(Error::Damaged)? {
        let mut entry = entry.map_err(Error::Damaged)?;
        reader.take(&mut entry, |piece| {
            match piece {
                Piece::File(SETTINGS, bytes) => {
                    let mut text = String::new();
                    bytes.take(1 << 20).read_to_string(&mut text).map_err(Error::Damaged)?;
                    settings = Some(text);
                }
                Piece::File(_, bytes) => drop(io::copy(bytes, &mut io::sink()).map_err(Error::Damaged)?),
                Piece::Rows(table, bytes) => drop(form::rows(bytes, table)?),
                Piece::Head(_) | Piece::End => {}
            }
            Ok(())
        })?;
    }
    // the last piece is only read when somebody reads to the very end
    io::copy(&mut archive.into_inner(), &mut io::sink()).map_err(Error::Damaged)?;
    let (head, end) = reader.finish()?;
    Ok(Checked { head, end, settings })
}
