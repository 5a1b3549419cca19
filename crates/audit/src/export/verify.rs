//! Checking an export offline, as a stream: nothing of ours is needed but, at best, the public key.

use std::io::{self, BufRead, Read};

use exeunt_base::canonical;
use serde_json::{Map, Value};

use crate::checkpoint::{self, Checkpoint};
use crate::event::Event;
use crate::export::{FORMAT, VERSION, read_line};
use crate::merkle::{Frontier, Hash, empty_root, leaf_hash};
use crate::note::{self, MAX_BYTES, Note, VerifyingKey};
use crate::tile::MAX_ENTRY;

/// A checkpoint may double in length as a JSON text; everything else is shorter.
const MAX_LINE: u64 = 2 * MAX_BYTES as u64 + 1_024;

/// What checking an export found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The log it says it is.
    pub origin: String,
    /// How many entries it says it has.
    pub size: u64,
    /// The root it says they have.
    pub root: Hash,
    /// How many entries were there and match their leaf hash.
    pub entries: u64,
    /// How many old entries are only there as a leaf hash.
    pub pruned: u64,
    /// How many of `entries` are of a form this version does not know; they are bound all the same.
    pub unknown: u64,
    /// Whose signature holds.
    pub signed: Signed,
    /// The signed head at its end, with whatever witnesses signed it; none where the check did not get so far.
    pub checkpoint: Option<Note>,
    /// What is wrong first, if anything is. Then nothing else here can be relied on.
    pub failure: Option<Failure>,
}

/// Whose signature holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signed {
    /// Nobody's.
    No,
    /// That of the key written in the export itself: it is whole, but anyone could have made it.
    ByItsOwnKey,
    /// That of the key the reader trusts.
    ByTrustedKey,
}

/// What is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {reason}")]
pub struct Failure {
    /// The line, counted from 1.
    pub line: u64,
    /// What is wrong there.
    pub reason: Reason,
}

/// What can be wrong with an export.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// The file ends too early.
    #[error("the export ends here, before its checkpoint")]
    Ended,
    /// Not canonical JSON, or not ended by a newline, or too long.
    #[error("the line is not canonical JSON")]
    NotCanonical,
    /// The first line is not the header of an export we know.
    #[error("the line is not the header of an audit export of version 1")]
    BadHeader,
    /// The header names another key than the trusted one.
    #[error("the export is signed with another key than the trusted one")]
    OtherKey,
    /// Not an entry where one must be, or one out of order.
    #[error("the line is not entry {expected} of the log")]
    NotTheEntry {
        /// The index that should be here.
        expected: u64,
    },
    /// A pruned entry after one that is there.
    #[error("entry {index} is missing though an older one is there")]
    Gap {
        /// Its index.
        index: u64,
    },
    /// The entry is not the one its leaf hash was made from.
    #[error("entry {index} does not match its leaf hash")]
    OtherLeaf {
        /// Its index.
        index: u64,
    },
    /// Not the checkpoint where it must be.
    #[error("the line is not a checkpoint")]
    BadCheckpoint,
    /// The checkpoint's signature does not hold.
    #[error("the checkpoint is not signed by the log's key")]
    BadSignature,
    /// The checkpoint is another one than the header says.
    #[error("the checkpoint and the header disagree")]
    OtherCheckpoint,
    /// The entries make another tree than the one signed.
    #[error("the entries are not the ones that were signed")]
    OtherRoot,
    /// Something after the checkpoint.
    #[error("there is more after the checkpoint")]
    More,
}

/// Checks a whole export. An `Err` means it could not be read to its end; what is wrong with it stands in the report.
///
/// Without a trusted key only damage is found, not forgery: the report says so in [`Report::signed`].
pub fn verify_export(reader: impl BufRead, trusted: Option<&VerifyingKey>) -> io::Result<Report> {
    let mut report = Report {
        origin: String::new(),
        size: 0,
        root: empty_root(),
        entries: 0,
        pruned: 0,
        unknown: 0,
        signed: Signed::No,
        checkpoint: None,
        failure: None,
    };
    let mut lines = Lines { reader, number: 0, buffer: Vec::new() };
    match check(&mut lines, trusted, &mut report) {
        Ok(()) => {}
        Err(Stop::Wrong(reason)) => report.failure = Some(Failure { line: lines.number, reason }),
        Err(Stop::Io(error)) => return Err(error),
    }
    Ok(report)
}

impl Report {
    /// Whether nothing is wrong and the signature is by the trusted key.
    pub fn is_proven(&self) -> bool {
        self.failure.is_none() && self.signed == Signed::ByTrustedKey
    }
}

enum Stop {
    Wrong(Reason),
    Io(io::Error),
}

impl From<Reason> for Stop {
    fn from(reason: Reason) -> Self {
        Self::Wrong(reason)
    }
}

fn check<R: BufRead>(
    lines: &mut Lines<R>,
    trusted: Option<&VerifyingKey>,
    report: &mut Report,
) -> Result<(), Stop> {
    let header = lines.next()?;
    let key = read_header(&header, report).ok_or(Reason::BadHeader)?;
    if trusted.is_some_and(|trusted| *trusted != key) {
        return Err(Reason::OtherKey.into());
    }

    let mut tree = Frontier::default();
    while tree.size() < report.size {
        let index = tree.size();
        let line = lines.next()?;
        let (entry, leaf) = read_entry(&line, index).ok_or(Reason::NotTheEntry { expected: index })?;
        match entry {
            Some(entry) => {
                if entry.len() > MAX_ENTRY || leaf_hash(entry.as_bytes()) != leaf {
                    return Err(Reason::OtherLeaf { index }.into());
                }
                report.entries += 1;
                report.unknown += u64::from(Event::parse(entry.as_bytes()).is_err());
            }
            None if report.entries > 0 => return Err(Reason::Gap { index }.into()),
            None => report.pruned += 1,
        }
        tree = tree.append(leaf).0;
    }

    let line = lines.next()?;
    let (1, Some(note)) = (line.len(), line.get("checkpoint").and_then(Value::as_str)) else {
        return Err(Reason::BadCheckpoint.into());
    };
    let note = Note::parse(note.as_bytes()).map_err(|_| Reason::BadCheckpoint)?;
    let signed = open(&note, &key)?;
    if signed.origin != report.origin || signed.size != report.size || signed.root != report.root {
        return Err(Reason::OtherCheckpoint.into());
    }
    if tree.root() != signed.root {
        return Err(Reason::OtherRoot.into());
    }
    if !lines.at_end()? {
        return Err(Reason::More.into());
    }
    report.checkpoint = Some(note);
    report.signed = if trusted.is_some() { Signed::ByTrustedKey } else { Signed::ByItsOwnKey };
    Ok(())
}

fn read_header(header: &Map<String, Value>, report: &mut Report) -> Option<VerifyingKey> {
    let text = |key: &str| header.get(key).and_then(Value::as_str);
    let known = text("format")? == FORMAT && header.get("v")?.as_u64()? == u64::from(VERSION);
    let key: VerifyingKey = text("vkey")?.parse().ok()?;
    report.origin = text("origin")?.to_owned();
    report.size = header.get("size")?.as_u64()?;
    report.root = Hash::from_base64(text("root")?)?;
    (known && header.len() == 6).then_some(key)
}

/// The entry's canonical bytes, unless it is pruned, and its leaf hash.
fn read_entry(line: &Map<String, Value>, expected: u64) -> Option<(Option<String>, Hash)> {
    let entry = line.get("entry").map(canonical::to_string);
    let index = line.get("index")?.as_u64()?;
    let leaf = Hash::from_base64(line.get("leaf")?.as_str()?)?;
    let members = if entry.is_some() { 3 } else { 2 };
    (index == expected && line.len() == members).then_some((entry, leaf))
}

fn open(note: &Note, key: &VerifyingKey) -> Result<Checkpoint, Reason> {
    Checkpoint::open(note, key).map_err(|error| match error {
        checkpoint::Error::Note(note::Error::NoTrustedSignature | note::Error::WrongSignature(_)) => {
            Reason::BadSignature
        }
        _ => Reason::BadCheckpoint,
    })
}

/// Lines one at a time, none longer than [`MAX_LINE`].
struct Lines<R> {
    reader: R,
    number: u64,
    buffer: Vec<u8>,
}

impl<R: BufRead> Lines<R> {
    fn next(&mut self) -> Result<Map<String, Value>, Stop> {
        self.number += 1;
        self.buffer.clear();
        self.reader.by_ref().take(MAX_LINE).read_until(b'\n', &mut self.buffer).map_err(Stop::Io)?;
        match self.buffer.split_last() {
            None => Err(Reason::Ended.into()),
            Some((b'\n', line)) => read_line(line).ok_or_else(|| Reason::NotCanonical.into()),
            Some(_) => Err(Reason::NotCanonical.into()),
        }
    }

    fn at_end(&mut self) -> Result<bool, Stop> {
        self.number += 1;
        self.reader.fill_buf().map(<[u8]>::is_empty).map_err(Stop::Io)
    }
}
