//! Writing an export, line by line, refusing to finish one that would not verify.

use std::io::Write;

use exeunt_base::canonical;

use crate::checkpoint::Checkpoint;
use crate::export::{Error, checkpoint_line, entry_line, header_line};
use crate::merkle::{Frontier, Hash, leaf_hash};
use crate::note::{Note, VerifyingKey};
use crate::tile::MAX_ENTRY;

/// Writes an export: first all entries in order, pruned ones before the others, then [`Writer::finish`].
pub struct Writer<W: Write> {
    out: W,
    checkpoint: Checkpoint,
    note: String,
    written: Frontier,
    pruning: bool,
}

impl<W: Write> Writer<W> {
    /// Begins an export of the log as this signed checkpoint states it.
    pub fn begin(mut out: W, checkpoint: &Note, key: &VerifyingKey) -> Result<Self, Error> {
        let note = checkpoint.to_string();
        let checkpoint = Checkpoint::open(checkpoint, key)?;
        writeln!(out, "{}", header_line(&checkpoint, key))?;
        Ok(Self { out, checkpoint, note, written: Frontier::default(), pruning: true })
    }

    /// Where it is written to, for whoever takes away what is there already.
    pub fn out_mut(&mut self) -> &mut W {
        &mut self.out
    }

    /// Writes the next entry.
    pub fn entry(&mut self, entry: &[u8]) -> Result<(), Error> {
        let index = self.written.size();
        let text = std::str::from_utf8(entry)
            .ok()
            .filter(|text| text.len() <= MAX_ENTRY && canonical::read(text).is_some())
            .ok_or(Error::BadEntry { index })?;
        self.pruning = false;
        self.line(Some(text), leaf_hash(entry))
    }

    /// Writes the next entry as the leaf hash that is left of it.
    pub fn pruned(&mut self, leaf: Hash) -> Result<(), Error> {
        if !self.pruning {
            return Err(Error::Gap { index: self.written.size() });
        }
        self.line(None, leaf)
    }

    /// Writes the checkpoint, when the entries written are the log it signs; gives the writer back, flushed.
    pub fn finish(mut self) -> Result<W, Error> {
        let count = self.written.size();
        if count != self.checkpoint.size || self.written.root() != self.checkpoint.root {
            return Err(Error::NotTheLog { count });
        }
        writeln!(self.out, "{}", checkpoint_line(&self.note))?;
        self.out.flush()?;
        Ok(self.out)
    }

    fn line(&mut self, entry: Option<&str>, leaf: Hash) -> Result<(), Error> {
        writeln!(self.out, "{}", entry_line(self.written.size(), entry, leaf))?;
        self.written = std::mem::take(&mut self.written).append(leaf).0;
        Ok(())
    }
}
