//! Verifying: the store's own log against its signed head, and exports and receipts offline.

use std::io::BufRead;
use std::path::Path;

use exeunt_audit::checkpoint::Checkpoint;
use exeunt_audit::export::{Report, verify_export};
use exeunt_audit::merkle::{Frontier, leaf_hash};
use exeunt_audit::note::{Note, VerifyingKey};
use exeunt_audit::policy::{Judged, Policy};
use exeunt_audit::proof::LogProof;
use exeunt_audit::receipt::{Verified, verify_receipt};

use crate::access::Permission;
use crate::actor::Actor;
use crate::error::Error;
use crate::office::Office;

/// A log that was found whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whole {
    /// Entries.
    pub entries: u64,
    /// The root over them.
    pub root: String,
}

impl Office {
    /// Hashes every entry of the store's log again and holds the root against the signed head.
    pub async fn verify_audit(&self, actor: &Actor) -> Result<Whole, Error> {
        self.allow(actor, Permission::ReadAudit)?;
        let head = self.engine.store.audit_head(self.organization.id).await?;
        let opened = Note::parse(head.checkpoint.as_bytes())
            .map_err(|error| error.to_string())
            .and_then(|note| Checkpoint::open(&note, &self.log_key).map_err(|error| error.to_string()));
        let signed = opened
            .map_err(|why| Error::NotVerified(format!("the head of the log does not verify: {why}")))?;
        let mut frontier = Frontier::default();
        while frontier.size() < signed.size {
            for (position, entry) in self.page(frontier.size(), signed.size).await? {
                if position != frontier.size() {
                    return Err(Error::NotVerified(format!("the audit log lacks entry {}", frontier.size())));
                }
                frontier = frontier.append(leaf_hash(&entry)).0;
            }
        }
        if frontier.root() != signed.root {
            return Err(Error::NotVerified(String::from(
                "the entries of the audit log are not the ones that were signed: somebody changed them. An export made \
                 earlier tells which, with `exeunt audit verify FILE`",
            )));
        }
        Ok(Whole { entries: signed.size, root: signed.root.to_string() })
    }
}

/// Verifies an export. Needs no home, only the public key.
pub fn verify_file(
    export: impl BufRead,
    path: &Path,
    trusted: Option<&VerifyingKey>,
) -> Result<Report, Error> {
    let report =
        verify_export(export, trusted).map_err(|source| Error::file("read the export", path, source))?;
    match &report.failure {
        None => Ok(report),
        Some(failure) => Err(Error::NotVerified(format!("the export does not verify: {failure}"))),
    }
}

/// What a trust policy makes of a head: refused where it is by no log of the policy, or too few of its witnesses signed.
pub fn verify_head(note: &Note, policy: &Policy) -> Result<Judged, Error> {
    let judged =
        policy.judge(note).map_err(|error| Error::NotVerified(chained("the head of the log", &error)))?;
    if judged.quorum {
        return Ok(judged);
    }
    Err(Error::NotVerified(format!(
        "the head of the log is signed by {} of {} witnesses, which is less than the policy wants: ask the organization for \
         one that was signed, for without it nobody can tell whether others are shown another log",
        judged.signed(),
        judged.witnesses.len()
    )))
}

/// Verifies a receipt by its proof, by whom a trust policy names.
pub fn verify_receipt_by_policy(
    receipt: &str,
    proof: &str,
    policy: &Policy,
) -> Result<(Verified, Judged), Error> {
    let read: LogProof =
        proof.parse().map_err(|error| Error::NotVerified(chained("the receipt's proof", &error)))?;
    let judged = verify_head(&read.checkpoint, policy)?;
    Ok((verify_receipt_text(receipt, proof, &judged.log)?, judged))
}

fn chained(what: &str, error: &dyn std::error::Error) -> String {
    let mut text = format!("{what} does not verify: {error}");
    let mut cause = error.source();
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}

/// Verifies a receipt by its proof. Needs no home, only the public key.
pub fn verify_receipt_text(receipt: &str, proof: &str, trusted: &VerifyingKey) -> Result<Verified, Error> {
    verify_receipt(receipt, proof, trusted)
        .map_err(|error| Error::NotVerified(chained("the receipt", &error)))
}
