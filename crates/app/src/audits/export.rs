//! Writing the log out, whole and signed, as JSON Lines, or as a table for a spreadsheet.

use std::io::Write;

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

impl Office {
    /// Writes the log as it stands, and says how many entries that were. That it was exported is the next entry.
    pub async fn export_audit(
        &self,
        actor: &Actor,
        form: Form,
        out: &mut (dyn Write + Send),
    ) -> Result<u64, Error> {
        self.allow(actor, Permission::ReadAudit)?;
        let written = match form {
            Form::JsonLines => self.write_lines(actor, out).await?,
            Form::Csv => {
                let head = self.engine.store.audit_head(self.organization.id).await?;
                self.write_table(&head, out).await?
            }
        };
        let event = self.event(Kind::AuditExported, actor).count("entries", written);
        let change = self.engine.store.begin().await?;
        change.commit(self.organization.id, &[event]).await?;
        Ok(written)
    }

    async fn write_lines(&self, actor: &Actor, out: &mut (dyn Write + Send)) -> Result<u64, Error> {
        let Witnessed { note, judged } = self.ask_witnesses(actor).await?;
        let size = judged.checkpoint.size;
        let mut writer = Writer::begin(out, &note, &self.log_key)?;
        let mut at = 0;
        while at < size {
            for (_, entry) in self.page(at, size).await? {
                writer.entry(&entry)?;
                at += 1;
            }
        }
        writer.finish()?;
        Ok(at)
    }

    async fn write_table(
        &self,
        head: &exeunt_store::audit::Head,
        out: &mut (dyn Write + Send),
    ) -> Result<u64, Error> {
        let io = exeunt_audit::export::Error::Io;
        let mut table = Table::begin(out, 0).map_err(io)?;
        let mut at = 0;
        while at < head.size {
            for (_, entry) in self.page(at, head.size).await? {
                table.entry(&entry).map_err(exeunt_audit::export::Error::Io)?;
                at += 1;
            }
        }
        table.finish().map_err(exeunt_audit::export::Error::Io)?;
        Ok(at)
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
