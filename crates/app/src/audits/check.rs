//! Whether the log can be believed now, for whoever asks on a page: its entries, its head, the checkpoint kept outside, its
//! witnesses. And what was accepted when it once could not.

use exeunt_audit::policy::Judged;
use exeunt_base::Timestamp;
use exeunt_store::witnesses::WitnessedHead;
use serde::Deserialize;

use crate::access::Permission;
use crate::actor::Actor;
use crate::audits::verify::Whole;
use crate::error::Error;
use crate::home::{checkpoint, files};
use crate::office::Office;

/// What a check found.
#[derive(Debug)]
pub struct Checked {
    /// Whether every entry is what was signed.
    pub entries: Result<Whole, Error>,
    /// Whether the log only grew since the checkpoint that is kept outside the store.
    pub kept: Result<(), Error>,
    /// The head with what its witnesses signed.
    pub head: Judged,
    /// How many of them have to sign before it is shown to others; 0 where none are named.
    pub witnesses: usize,
}

/// An older store that somebody accepted.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Accepted {
    /// When.
    pub at: String,
    /// By whom, as the log calls them.
    pub by: String,
    /// Entries the store had.
    pub found: u64,
    /// Entries it should have had.
    pub kept: Option<u64>,
    /// Why.
    pub reason: String,
}

impl Office {
    /// Checks the whole log now. What it finds wrong is told, and is no error of the check.
    pub async fn check_log(&self, actor: &Actor) -> Result<Checked, Error> {
        self.allow(actor, Permission::ReadAudit)?;
        let told = |found: Result<Whole, Error>| match found {
            Err(error @ (Error::NotVerified(_) | Error::Damaged { .. })) => Ok(Err(error)),
            found => found.map(Ok),
        };
        let entries = told(self.verify_audit(actor).await)?;
        let (store, id) = (&self.engine.store, self.organization.id);
        let kept = checkpoint::compare(&self.layout, store, id, &self.log_key).await;
        let head = self.ask_witnesses(actor).await?.judged;
        Ok(Checked { entries, kept, head, witnesses: self.publication.witnesses.len() })
    }

    /// Heads of the log that witnesses signed, the longest first.
    pub async fn list_heads(&self, actor: &Actor, limit: u32) -> Result<Vec<WitnessedHead>, Error> {
        self.allow(actor, Permission::ReadAudit)?;
        Ok(self.engine.store.witnessed_heads(self.organization.id, limit).await?)
    }

    /// How far the log reaches, and when its first entry was written.
    pub async fn log_reaches(&self, actor: &Actor) -> Result<(u64, Option<Timestamp>), Error> {
        self.allow(actor, Permission::ReadAudit)?;
        let size = self.engine.store.audit_head(self.organization.id).await?.size;
        let first = self.engine.store.audit_entries(self.organization.id, 0, 1).await?;
        let event = first.first().and_then(|(_, entry)| exeunt_audit::event::Event::parse(entry).ok());
        Ok((size, event.map(|event| event.at)))
    }

    /// Each time that a store older than its checkpoint was accepted, oldest first.
    pub fn list_accepted(&self, actor: &Actor) -> Result<Vec<Accepted>, Error> {
        self.allow(actor, Permission::ReadAudit)?;
        let text = files::read(&self.layout.acknowledged(self.organization.id))?.unwrap_or_default();
        Ok(text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect())
    }
}
