//! Making a pack, in two steps: first what it holds, whose digest the log is to bind; then the proofs, when the log has.

use exeunt_audit::event::Event;
use exeunt_audit::kind::Kind;
use exeunt_audit::merkle::{Frontier, Hash};
use exeunt_audit::note::Note;
use exeunt_audit::policy::Policy;
use exeunt_audit::proof::LogProof;
use exeunt_audit::receipt::Digest;
use exeunt_base::{OrganizationId, Timestamp};

use crate::archive::{self, BadArchive, Files};
use crate::manifest::{Manifest, Scope};
use crate::page;

/// The fact of the log entry that binds a pack.
pub const FACT: &str = "manifest";

pub(crate) const MANIFEST: &str = "manifest.json";
pub(crate) const MANIFEST_PROOF: &str = "manifest.tlog-proof";
pub(crate) const CHECKPOINT: &str = "checkpoint";
pub(crate) const POLICY: &str = "policy";
pub(crate) const ENTRIES: &str = "log/entries.jsonl";
pub(crate) const BEFORE: &str = "log/before";
pub(crate) const AFTER: &str = "log/after";
pub(crate) const REQUESTS: &str = "requests";
pub(crate) const PLANS: &str = "plans";
pub(crate) const RECEIPTS: &str = "receipts";
pub(crate) const PAGE: &str = "index.html";
pub(crate) const HELP: &str = "README.txt";

/// Entries of a log, each with its place.
pub type Slice = Vec<(u64, Vec<u8>)>;

/// The entries of a pack.
#[derive(Debug, Clone)]
pub enum Stretch {
    /// Some, each of which has a proof of its own.
    Some(Slice),
    /// All from a place on to another one, which nothing is missing between.
    Unbroken {
        /// The log before the first of them.
        before: Frontier,
        /// They.
        entries: Slice,
    },
}

/// A document of a pack, by its id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its id: `req_…`, `pln_…`, `rcp_…`.
    pub id: String,
    /// Its canonical JSON.
    pub text: String,
}

/// What goes into a pack.
#[derive(Debug, Clone)]
pub struct Contents {
    /// Whose log.
    pub organization: OrganizationId,
    /// What the organization is called.
    pub name: String,
    /// When the pack is made.
    pub made_at: Timestamp,
    /// What it is of.
    pub scope: Scope,
    /// How many entries the log had when they were gathered.
    pub log_size: u64,
    /// Whom to trust about the log.
    pub policy: Policy,
    /// The entries.
    pub stretch: Stretch,
    /// What stands of each request, without anything of the person.
    pub requests: Vec<Found>,
    /// The plans that were approved.
    pub plans: Vec<Found>,
    /// The receipts.
    pub receipts: Vec<Found>,
}

/// A pack whose content is fixed, and which the log does not know of yet.
#[derive(Debug, Clone)]
pub struct Bound {
    files: Files,
    manifest: Manifest,
    /// The places of the entries that need a proof of their own.
    pub to_prove: Vec<u64>,
    /// The place after the last entry, for a pack in which none is missing.
    pub ends_at: Option<u64>,
}

/// What the log says of a pack, once it knows of it.
#[derive(Debug, Clone)]
pub struct Pack {
    /// The signed head that everything is proven by.
    pub checkpoint: Note,
    /// The proof of the entry that binds the pack; its `extra` is the entry.
    pub bound: LogProof,
    /// The proofs of the entries in [`Bound::to_prove`].
    pub proofs: Vec<LogProof>,
    /// The consistency proof from [`Bound::ends_at`] to the head.
    pub after: Vec<Hash>,
}

/// Why a pack cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PackError {
    /// The archive.
    #[error("could not write the evidence pack: {0}")]
    Archive(#[from] BadArchive),
    /// An entry that is not text.
    #[error("could not write the evidence pack: entry {0} of the log is not JSON")]
    Entry(u64),
}

impl Contents {
    /// Fixes what the pack holds.
    pub fn bind(self) -> Result<Bound, PackError> {
        let (entries, before) = match &self.stretch {
            Stretch::Some(entries) => (entries, None),
            Stretch::Unbroken { before, entries } => (entries, Some(before)),
        };
        let mut files = Files::new();
        let (mut lines, mut issued) = (String::new(), Vec::new());
        for (index, entry) in entries {
            let text = std::str::from_utf8(entry).map_err(|_| PackError::Entry(*index))?;
            lines.push_str(&format!("{{\"entry\":{text},\"index\":{index}}}\n"));
            if Event::parse(entry).is_ok_and(|event| event.kind == Kind::ReceiptIssued) {
                issued.push(*index);
            }
        }
        files.insert(ENTRIES.to_owned(), lines.into_bytes());
        files.insert(POLICY.to_owned(), self.policy.to_string().into_bytes());
        for (folder, documents) in
            [(REQUESTS, &self.requests), (PLANS, &self.plans), (RECEIPTS, &self.receipts)]
        {
            for document in documents {
                files.insert(format!("{folder}/{}.json", document.id), document.text.clone().into_bytes());
            }
        }
        if let Some(before) = before {
            let edge: String = before.edge().iter().map(|hash| format!("{hash}\n")).collect();
            files.insert(BEFORE.to_owned(), format!("{}\n{edge}", before.size()).into_bytes());
        }
        files.insert(HELP.to_owned(), page::HELP.as_bytes().to_vec());
        let listed = page::html(&self, entries);
        files.insert(PAGE.to_owned(), listed.into_bytes());
        let origin = self.policy.logs.first().map(|log| log.key.name().to_owned()).unwrap_or_default();
        let manifest =
            Manifest::new(self.organization, &origin, self.made_at, self.scope, self.log_size, &files);
        let (to_prove, ends_at) = match before {
            None => (entries.iter().map(|(index, _)| *index).collect(), None),
            Some(before) => (issued, Some(before.size() + entries.len() as u64)),
        };
        Ok(Bound { files, manifest, to_prove, ends_at })
    }
}

impl Bound {
    /// What the log is to say of it, under the label [`FACT`].
    pub fn fact(&self) -> String {
        format!("sha256:{}", Digest::of(self.manifest.to_json().as_bytes()))
    }

    /// How many files the manifest answers for.
    pub fn files(&self) -> usize {
        self.manifest.files.len()
    }

    /// The finished archive.
    pub fn finish(mut self, pack: &Pack) -> Result<Vec<u8>, PackError> {
        self.files.insert(MANIFEST.to_owned(), self.manifest.to_json().into_bytes());
        self.files.insert(CHECKPOINT.to_owned(), pack.checkpoint.to_string().into_bytes());
        self.files.insert(MANIFEST_PROOF.to_owned(), pack.bound.to_string().into_bytes());
        for proof in &pack.proofs {
            self.files.insert(proof_of(proof.index), proof.to_string().into_bytes());
        }
        if self.ends_at.is_some() {
            let text: String = pack.after.iter().map(|hash| format!("{hash}\n")).collect();
            self.files.insert(AFTER.to_owned(), text.into_bytes());
        }
        Ok(archive::write(&self.files)?)
    }
}

/// The file with the proof of an entry.
pub(crate) fn proof_of(index: u64) -> String {
    format!("proofs/{index:012}.tlog-proof")
}
