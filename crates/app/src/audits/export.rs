//! Writing the log out, whole and signed, as JSON Lines, or as a table for a spreadsheet: piece by piece, so that no log is
//! too long for it.

use std::io::Write;
use std::mem;

use exeunt_audit::export::{Table, Writer};
use exeunt_audit::kind::Kind;

use crate::access::Permission;
use crate::actor::Actor;
use crate::audits::witnesses::Witnessed;
use crate::error::Error;
use crate::office::Office;

/// Entries read at a time.
const PAGE: u32 = 1_000;

/// The form of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// JSON Lines with checkpoint: can be verified.
    JsonLines,
    /// CSV: for reading.
    Csv,
}

/// An export on its way: no more of it is in memory than one piece.
pub struct Export {
    office: Office,
    size: u64,
    at: u64,
    sheet: Option<Sheet>,
}

impl std::fmt::Debug for Export {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Export({} of {} entries)", self.at, self.size)
    }
}

/// What is written to, a piece at a time.
enum Sheet {
    Lines(Box<Writer<Vec<u8>>>),
    Table(Table<Vec<u8>>),
}

impl Sheet {
    fn entry(&mut self, entry: &[u8]) -> Result<(), Error> {
        match self {
            Self::Lines(writer) => writer.entry(entry)?,
            Self::Table(table) => table.entry(entry).map_err(exeunt_audit::export::Error::Io)?,
        }
        Ok(())
    }

    fn taken(&mut self) -> Vec<u8> {
        mem::take(match self {
            Self::Lines(writer) => writer.out_mut(),
            Self::Table(table) => table.out_mut(),
        })
    }

    fn finish(self) -> Result<Vec<u8>, Error> {
        Ok(match self {
            Self::Lines(writer) => writer.finish()?,
            Self::Table(table) => table.finish().map_err(exeunt_audit::export::Error::Io)?,
        })
    }
}

impl Export {
    /// Entries of the log that is written out.
    pub fn entries(&self) -> u64 {
        self.size
    }

    /// The next piece; `None` after the last one, and after an error.
    pub async fn next(&mut self) -> Option<Result<Vec<u8>, Error>> {
        let mut sheet = self.sheet.take()?;
        if self.at == self.size {
            return Some(sheet.finish());
        }
        let page = match self.office.page(self.at, self.size).await {
            Ok(page) => page,
            Err(error) => return Some(Err(error)),
        };
        for (_, entry) in page {
            if let Err(error) = sheet.entry(&entry) {
                return Some(Err(error));
            }
            self.at += 1;
        }
        let piece = sheet.taken();
        self.sheet = Some(sheet);
        Some(Ok(piece))
    }
}

impl Office {
    /// Begins to write the log out as it stands. That it is exported is its next entry, before anybody has a line of it.
    pub async fn begin_audit_export(&self, actor: &Actor, form: Form) -> Result<Export, Error> {
        self.allow(actor, Permission::ReadAudit)?;
        let (sheet, size) = match form {
            Form::JsonLines => {
                let Witnessed { note, judged } = self.ask_witnesses(actor).await?;
                let writer = Writer::begin(Vec::new(), &note, &self.log_key)?;
                (Sheet::Lines(Box::new(writer)), judged.checkpoint.size)
            }
            Form::Csv => {
                let head = self.engine.store.audit_head(self.organization.id).await?;
                let table = Table::begin(Vec::new(), 0).map_err(exeunt_audit::export::Error::Io)?;
                (Sheet::Table(table), head.size)
            }
        };
        let event = self.event(Kind::AuditExported, actor).count("entries", size);
        let change = self.engine.store.begin().await?;
        change.commit(self.organization.id, &[event]).await?;
        Ok(Export { office: self.clone(), size, at: 0, sheet: Some(sheet) })
    }

    /// Writes the log as it stands, and says how many entries that were.
    pub async fn export_audit(
        &self,
        actor: &Actor,
        form: Form,
        out: &mut (dyn Write + Send),
    ) -> Result<u64, Error> {
        let mut export = self.begin_audit_export(actor, form).await?;
        let io = exeunt_audit::export::Error::Io;
        while let Some(piece) = export.next().await {
            out.write_all(&piece?).map_err(io)?;
        }
        out.flush().map_err(io)?;
        Ok(export.entries())
    }

    /// Entries from `at` on that belong to a log of `size`; never none while `at` is less.
    pub(crate) async fn page(&self, at: u64, size: u64) -> Result<Vec<(u64, Vec<u8>)>, Error> {
        let limit = u32::try_from(size - at).unwrap_or(u32::MAX).min(PAGE);
        let entries = self.engine.store.audit_entries(self.organization.id, at, limit).await?;
        if entries.is_empty() {
            return Err(Error::NotVerified(format!(
                "the audit log lacks entry {at}, though its head counts {size}: somebody took it out"
            )));
        }
        Ok(entries)
    }
}
