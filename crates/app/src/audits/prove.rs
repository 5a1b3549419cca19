//! Proofs: that one entry is in the log, and with it the receipt it binds.

use std::path::PathBuf;

use exeunt_audit::checkpoint::Checkpoint;
use exeunt_audit::note::Note;
use exeunt_audit::proof::{FILE_EXTENSION, LogProof};
use exeunt_audit::receipt::Verified;
use exeunt_base::{ReceiptId, RequestId};
use exeunt_store::receipts::Receipt;

use crate::access::Permission;
use crate::actor::Actor;
use crate::audits::verify::verify_receipt_text;
use crate::error::Error;
use crate::home::files;
use crate::office::Office;

/// A receipt on disk, with what proves it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issued {
    /// Which.
    pub receipt: ReceiptId,
    /// The receipt's file.
    pub file: PathBuf,
    /// The proof's file.
    pub proof: PathBuf,
}

impl Office {
    /// The proof of one entry: in the last head that enough witnesses signed, or where that is older than the entry in the log as
    /// it stands.
    pub async fn prove_entry(&self, actor: &Actor, index: u64) -> Result<LogProof, Error> {
        self.allow(actor, Permission::ReadAudit)?;
        let damaged = |why: String| Error::Damaged { what: String::from("the head of the audit log"), why };
        let opened = |text: &str| -> Result<(Note, u64), Error> {
            let note = Note::parse(text.as_bytes()).map_err(|error| damaged(error.to_string()))?;
            let size =
                Checkpoint::open(&note, &self.log_key).map_err(|error| damaged(error.to_string()))?.size;
            Ok((note, size))
        };
        let head = self.engine.store.audit_head(self.organization.id).await?;
        if index >= head.size {
            return Err(exeunt_store::Error::NotFound { what: "log entry", id: index.to_string() }.into());
        }
        let (mut checkpoint, mut size) = opened(&self.published_checkpoint(actor).await?)?;
        if index >= size {
            (checkpoint, size) = opened(&head.checkpoint)?;
        }
        let entry = self.engine.store.audit_entries(self.organization.id, index, 1).await?.into_iter().next();
        let hashes = self.engine.store.audit_inclusion(self.organization.id, index, size).await?;
        Ok(LogProof { extra: entry.map(|(_, entry)| entry), index, hashes, checkpoint })
    }

    /// Checks every receipt of a request against the log, as anybody outside would: what it says, or why it does not hold.
    pub async fn check_receipts(
        &self,
        actor: &Actor,
        request: RequestId,
    ) -> Result<Vec<(Receipt, Result<Verified, Error>)>, Error> {
        self.allow(actor, Permission::ReadAudit)?;
        self.request(request).await?;
        let mut checked = Vec::new();
        for receipt in self.engine.store.receipts_of(request).await? {
            let proof = self.prove_entry(actor, receipt.entry).await?;
            let found = verify_receipt_text(&receipt.body, &proof.to_string(), &self.log_key);
            checked.push((receipt, found));
        }
        Ok(checked)
    }

    /// The signed head of the log as it stands.
    pub async fn audit_checkpoint(&self, actor: &Actor) -> Result<String, Error> {
        self.allow(actor, Permission::ReadAudit)?;
        Ok(self.engine.store.audit_head(self.organization.id).await?.checkpoint)
    }

    /// Writes the receipts of a request and their proofs into the home's `receipts`.
    pub async fn write_receipts(&self, actor: &Actor, request: RequestId) -> Result<Vec<Issued>, Error> {
        self.allow(actor, Permission::Purge)?;
        self.request(request).await?;
        let mut issued = Vec::new();
        for receipt in self.engine.store.receipts_of(request).await? {
            let proof = self.prove_entry(actor, receipt.entry).await?;
            let folder = self.layout.receipts();
            files::make_dir(&folder)?;
            let file = folder.join(format!("{}.json", receipt.id));
            let proof_file = folder.join(format!("{}.{FILE_EXTENSION}", receipt.id));
            for (path, text) in [(&file, format!("{}\n", receipt.body)), (&proof_file, proof.to_string())] {
                files::replace(path, text.as_bytes()).map_err(|source| Error::file("write", path, source))?;
            }
            issued.push(Issued { receipt: receipt.id, file, proof: proof_file });
        }
        Ok(issued)
    }
}
