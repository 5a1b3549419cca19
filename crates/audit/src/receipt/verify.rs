//! Checking a receipt offline: receipt, proof and the log's public key, nothing else.

use crate::checkpoint::Checkpoint;
use crate::event::{Event, Object};
use crate::kind::Kind;
use crate::note::VerifyingKey;
use crate::proof::{self, LogProof};
use crate::receipt::{self, FACT, Receipt};

/// A receipt that holds, and what it holds by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// The receipt.
    pub receipt: Receipt,
    /// The log entry that binds it.
    pub event: Event,
    /// The place of that entry in the log.
    pub index: u64,
    /// The head of the log that was signed.
    pub checkpoint: Checkpoint,
}

/// Why a receipt does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// The receipt cannot be read.
    #[error("could not read the receipt")]
    Receipt(#[from] receipt::Error),
    /// The proof cannot be read, or does not lead to a checkpoint by the trusted key.
    #[error("could not follow the receipt's log proof")]
    Proof(#[from] proof::Error),
    /// The proof carries no log entry, or not one that binds a receipt.
    #[error("the log proof is not that of an issued receipt")]
    NotAReceiptEntry,
    /// The entry binds another receipt, or an earlier text of this one.
    #[error("the log binds another receipt than this one")]
    OtherReceipt,
}

/// Checks that the log whose key is `trusted` binds exactly this receipt.
///
/// The proof's `extra` is the log entry. It is not trusted for being there, only for hashing to the proven leaf.
pub fn verify_receipt(json: &str, proof: &str, trusted: &VerifyingKey) -> Result<Verified, VerifyError> {
    let receipt = Receipt::parse(json)?;
    let proof: LogProof = proof.parse()?;
    let entry = proof.extra.as_deref().ok_or(VerifyError::NotAReceiptEntry)?;
    let checkpoint = proof.verify(entry, trusted)?;
    let event = Event::parse(entry).map_err(|_| VerifyError::NotAReceiptEntry)?;
    let bound = event.facts.get(FACT).filter(|_| event.kind == Kind::ReceiptIssued);
    let bound = bound.ok_or(VerifyError::NotAReceiptEntry)?;
    let same = *bound == format!("sha256:{}", receipt.digest()?)
        && event.organization == receipt.organization
        && event.objects.contains(&Object::Receipt(receipt.receipt))
        && event.objects.contains(&Object::Request(receipt.request));
    if !same {
        return Err(VerifyError::OtherReceipt);
    }
    Ok(Verified { receipt, event, index: proof.index, checkpoint })
}
