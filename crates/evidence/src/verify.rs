//! Checking a pack: nothing is needed but the pack and, at best, the keys to trust.

use std::collections::BTreeSet;

use exeunt_audit::checkpoint::Checkpoint;
use exeunt_audit::event::{Event, Object};
use exeunt_audit::kind::Kind;
use exeunt_audit::merkle::{Frontier, Hash, leaf_hash, verify_consistency};
use exeunt_audit::note::{Note, VerifyingKey};
use exeunt_audit::policy::{self, Judged, Policy};
use exeunt_audit::proof::LogProof;
use exeunt_audit::receipt::{Digest, FACT as RECEIPT_FACT, Receipt};
use exeunt_base::{Timestamp, canonical};
use serde_json::Value;

use crate::archive::{self, BadArchive, Files};
use crate::manifest::{Manifest, Scope};
use crate::pack::{
    AFTER, BEFORE, CHECKPOINT, ENTRIES, FACT, MANIFEST, MANIFEST_PROOF, PLANS, POLICY, RECEIPTS, REQUESTS,
    proof_of,
};

/// Whom the reader trusts, from elsewhere than the pack.
#[derive(Debug, Clone, Default)]
pub enum Trust {
    /// Nobody: then only damage is found, and not forgery.
    #[default]
    Nobody,
    /// A log's key; its witnesses are those the pack names.
    Key(Box<VerifyingKey>),
    /// Logs and witnesses, of which enough must have signed.
    Policy(Box<Policy>),
}

/// A pack that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// What it is of.
    pub manifest: Manifest,
    /// The head of the log, and whose witnesses signed it.
    pub judged: Judged,
    /// Whether the reader trusts the log's key from elsewhere.
    pub trusted: bool,
    /// Entries in it.
    pub entries: u64,
    /// Of a period: the entries within it. Nothing is missing between its beginning and its end, or where it had not ended the
    /// moment the pack was made.
    pub within: Option<u64>,
    /// Requests in it.
    pub requests: u64,
    /// Approved plans in it, each of which the log binds.
    pub plans: u64,
    /// Receipts in it, each of which the log binds.
    pub receipts: u64,
}

/// What is wrong with a pack first.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The archive.
    #[error("{0}")]
    Archive(#[from] BadArchive),
    /// A file that must be there.
    #[error("`{0}` is missing")]
    Missing(String),
    /// A file that nothing answers for.
    #[error("`{0}` does not belong into the pack")]
    Unexpected(String),
    /// A file that is not what it should be.
    #[error("`{0}` is not what was written when the pack was made")]
    Changed(String),
    /// The head of the log.
    #[error("the head of the log does not verify: {0}")]
    Head(#[from] policy::Error),
    /// A signature by somebody whom the pack's policy does not name.
    #[error("the head of the log carries a signature by somebody the pack does not name")]
    Stranger,
    /// Another log than the one the reader trusts.
    #[error("the pack is from another log than the one you trust")]
    OtherLog,
    /// Too few witnesses.
    #[error("{signed} of {of} witnesses signed, which is less than the policy wants")]
    NoQuorum {
        /// So many did.
        signed: usize,
        /// Of so many.
        of: usize,
    },
    /// The log binds another pack, or none.
    #[error("the log does not say that this pack was made")]
    NotBound,
    /// An entry that is not in the log where the pack has it.
    #[error("entry {0} is not in the log, or not at this place")]
    Entry(u64),
    /// Entries that are not the log's own stretch.
    #[error(
        "the entries are not an unbroken stretch of the log: something is missing, added or in another order"
    )]
    Broken,
    /// Entries that begin too late or end too early.
    #[error("the pack does not show that nothing is missing at the {0} of the period")]
    Edge(&'static str),
    /// A receipt or plan that the log binds and the pack does not have, or the other way round.
    #[error("`{0}` is not what the log binds")]
    NotWhatWasLogged(String),
}

/// Checks a whole pack.
pub fn verify(bytes: &[u8], trust: &Trust) -> Result<Verified, Failure> {
    let mut files = archive::read(bytes)?;
    let manifest = take(&mut files, MANIFEST)?;
    let digest = Digest::of(&manifest);
    let manifest = Manifest::parse(&manifest).ok_or_else(|| Failure::Changed(MANIFEST.into()))?;

    // what proves itself
    let checkpoint = take(&mut files, CHECKPOINT)?;
    let bound = take_proof(&mut files, MANIFEST_PROOF)?;
    let after = files.remove(AFTER);
    let proofs: Files = files.extract_if(.., |name, _| name.starts_with("proofs/")).collect();

    // what the manifest answers for
    for listed in &manifest.files {
        let content = files.get(&listed.name).ok_or_else(|| Failure::Missing(listed.name.clone()))?;
        if content.len() as u64 != listed.bytes || Digest::of(content) != listed.sha256 {
            return Err(Failure::Changed(listed.name.clone()));
        }
    }
    let known: BTreeSet<&str> = manifest.files.iter().map(|listed| listed.name.as_str()).collect();
    if let Some(name) = files.keys().find(|name| !known.contains(name.as_str())) {
        return Err(Failure::Unexpected(name.clone()));
    }

    let (judged, trusted) = head(&files, &checkpoint, trust)?;
    if judged.checkpoint.origin != manifest.origin {
        return Err(Failure::Changed(MANIFEST.into()));
    }
    let head = Head { judged: &judged, text: &checkpoint };
    head.bind(&bound, &manifest, digest)?;
    let lines = lines(&files)?;
    let within = match manifest.scope {
        Scope::Request(_) => {
            head.prove(&proofs, lines.iter())?;
            if let Some(name) = [BEFORE, AFTER]
                .into_iter()
                .find(|name| files.contains_key(*name) || (*name == AFTER && after.is_some()))
            {
                return Err(Failure::Unexpected(name.to_owned()));
            }
            None
        }
        Scope::Period { from, to } => {
            head.unbroken(&files, &lines, after.as_deref())?;
            head.prove(&proofs, lines.iter().filter(|line| line.is(Kind::ReceiptIssued)))?;
            Some(reaches(&lines, from, to, manifest.log_size)?)
        }
    };
    let in_scope = |line: &&Line| match manifest.scope {
        Scope::Request(_) => true,
        Scope::Period { from, to } => {
            line.event.as_ref().is_some_and(|event| from <= event.at && event.at < to)
        }
    };
    let receipts = logged(&files, RECEIPTS, lines.iter().filter(in_scope), receipt_of)?;
    let plans = logged(&files, PLANS, lines.iter().filter(in_scope), plan_of)?;
    let requests = files.keys().filter(|name| folder(name) == REQUESTS).count() as u64;
    let entries = lines.len() as u64;
    Ok(Verified { manifest, judged, trusted, entries, within, requests, plans, receipts })
}

/// One entry of the pack.
struct Line {
    index: u64,
    bytes: String,
    /// What it says, where this version can read it.
    event: Option<Event>,
}

impl Line {
    fn is(&self, kind: Kind) -> bool {
        self.event.as_ref().is_some_and(|event| event.kind == kind)
    }
}

fn folder(name: &str) -> &str {
    name.split_once('/').map_or("", |(folder, _)| folder)
}

fn take(files: &mut Files, name: &str) -> Result<Vec<u8>, Failure> {
    files.remove(name).ok_or_else(|| Failure::Missing(name.to_owned()))
}

fn take_proof(files: &mut Files, name: &str) -> Result<LogProof, Failure> {
    read_proof(&take(files, name)?).ok_or_else(|| Failure::Changed(name.to_owned()))
}

fn read_proof(bytes: &[u8]) -> Option<LogProof> {
    std::str::from_utf8(bytes).ok()?.parse().ok()
}

/// The signed head, by the keys of whomever the reader trusts, or of the pack itself.
fn head(files: &Files, checkpoint: &[u8], trust: &Trust) -> Result<(Judged, bool), Failure> {
    let text = files.get(POLICY).ok_or_else(|| Failure::Missing(POLICY.into()))?;
    let own: Option<Policy> = std::str::from_utf8(text).ok().and_then(|text| text.parse().ok());
    let own = own.ok_or_else(|| Failure::Changed(POLICY.into()))?;
    let note = Note::parse(checkpoint).map_err(|_| Failure::Changed(CHECKPOINT.into()))?;
    let by_own = own.judge(&note)?;
    let named = |signature| {
        let keys = own.witnesses.iter().map(|(_, known)| &known.key).chain([&by_own.log]);
        keys.filter(|key| key.is_named_by(signature)).count() == 1
    };
    if !note.signatures().iter().all(named) {
        return Err(Failure::Stranger);
    }
    match trust {
        Trust::Nobody => Ok((by_own, false)),
        Trust::Key(key) if **key == by_own.log => Ok((by_own, true)),
        Trust::Key(_) => Err(Failure::OtherLog),
        Trust::Policy(policy) => {
            let judged = policy.judge(&note).map_err(|error| match error {
                policy::Error::NoLog => Failure::OtherLog,
                error => Failure::Head(error),
            })?;
            if !judged.quorum {
                return Err(Failure::NoQuorum { signed: judged.signed(), of: judged.witnesses.len() });
            }
            Ok((judged, true))
        }
    }
}

fn lines(files: &Files) -> Result<Vec<Line>, Failure> {
    let changed = || Failure::Changed(ENTRIES.into());
    let bytes = files.get(ENTRIES).ok_or_else(|| Failure::Missing(ENTRIES.into()))?;
    let text = std::str::from_utf8(bytes).map_err(|_| changed())?;
    let mut lines: Vec<Line> = Vec::new();
    for line in text.split_terminator('\n') {
        let Some(Value::Object(line)) = canonical::read(line) else { return Err(changed()) };
        let (Some(entry), Some(index), 2) =
            (line.get("entry"), line.get("index").and_then(Value::as_u64), line.len())
        else {
            return Err(changed());
        };
        if lines.last().is_some_and(|last| last.index >= index) {
            return Err(Failure::Broken);
        }
        let bytes = canonical::to_string(entry);
        let event = Event::parse(bytes.as_bytes()).ok();
        lines.push(Line { index, bytes, event });
    }
    Ok(lines)
}

/// The head of the log that everything in the pack is held against.
struct Head<'a> {
    judged: &'a Judged,
    text: &'a [u8],
}

impl Head<'_> {
    fn checkpoint(&self) -> &Checkpoint {
        &self.judged.checkpoint
    }

    /// That a proof leads from this entry to this very head.
    fn holds(&self, proof: &LogProof, entry: &[u8]) -> bool {
        proof.extra.as_deref() == Some(entry)
            && proof.checkpoint.to_string().as_bytes() == self.text
            && proof.verify(entry, &self.judged.log).is_ok()
    }

    /// That the log says that this pack was made.
    fn bind(&self, proof: &LogProof, manifest: &Manifest, digest: Digest) -> Result<(), Failure> {
        let entry = proof.extra.clone().unwrap_or_default();
        let says = Event::parse(&entry).is_ok_and(|event| {
            event.kind == Kind::EvidenceMade
                && event.organization == manifest.organization
                && event.facts.get(FACT).is_some_and(|fact| *fact == format!("sha256:{digest}"))
        });
        if says && self.holds(proof, &entry) && proof.index >= manifest.log_size {
            return Ok(());
        }
        Err(Failure::NotBound)
    }

    /// That each of these entries has its proof, and nothing else has one.
    fn prove<'a>(&self, proofs: &Files, lines: impl Iterator<Item = &'a Line>) -> Result<(), Failure> {
        let mut expected = BTreeSet::new();
        for line in lines {
            let name = proof_of(line.index);
            let bytes = proofs.get(&name).ok_or_else(|| Failure::Missing(name.clone()))?;
            let proof = read_proof(bytes).filter(|proof| proof.index == line.index);
            if !proof.is_some_and(|proof| self.holds(&proof, line.bytes.as_bytes())) {
                return Err(Failure::Entry(line.index));
            }
            expected.insert(name);
        }
        match proofs.keys().find(|name| !expected.contains(*name)) {
            Some(name) => Err(Failure::Unexpected(name.clone())),
            None => Ok(()),
        }
    }

    /// That the entries follow each other in the log, from what was before them to this head.
    fn unbroken(&self, files: &Files, lines: &[Line], after: Option<&[u8]>) -> Result<(), Failure> {
        let before = files.get(BEFORE).ok_or_else(|| Failure::Missing(BEFORE.into()))?;
        let mut tree = read_frontier(before).ok_or_else(|| Failure::Changed(BEFORE.into()))?;
        let after = after.ok_or_else(|| Failure::Missing(AFTER.into()))?;
        let after = read_hashes(after).ok_or_else(|| Failure::Changed(AFTER.into()))?;
        for line in lines {
            if line.index != tree.size() {
                return Err(Failure::Broken);
            }
            tree = tree.append(leaf_hash(line.bytes.as_bytes())).0;
        }
        let head = self.checkpoint();
        let (size, root) = (tree.size(), tree.root());
        verify_consistency(size, root, head.size, head.root, &after).map_err(|_| Failure::Broken)?;
        // from nothing every log follows
        if size == 0 { Err(Failure::Broken) } else { Ok(()) }
    }
}

fn read_hashes(bytes: &[u8]) -> Option<Vec<Hash>> {
    let text = std::str::from_utf8(bytes).ok()?;
    if !text.is_empty() && !text.ends_with('\n') {
        return None;
    }
    text.split_terminator('\n').map(Hash::from_base64).collect()
}

fn read_frontier(bytes: &[u8]) -> Option<Frontier> {
    let text = std::str::from_utf8(bytes).ok()?;
    let (size, edge) = text.split_once('\n')?;
    let frontier = Frontier::new(size.parse().ok()?, read_hashes(edge.as_bytes())?)?;
    (frontier.size().to_string() == size).then_some(frontier)
}

/// How many entries are of the period, when the stretch reaches from before it to after it, or to where the log ended.
fn reaches(lines: &[Line], from: Timestamp, to: Timestamp, log_size: u64) -> Result<u64, Failure> {
    let (Some(first), Some(last)) = (lines.first(), lines.last()) else { return Err(Failure::Broken) };
    let at = |line: &Line| line.event.as_ref().map(|event| event.at);
    if first.index > 0 && at(first).is_none_or(|at| at >= from) {
        return Err(Failure::Edge("beginning"));
    }
    if last.index + 1 < log_size && at(last).is_none_or(|at| at < to) {
        return Err(Failure::Edge("end"));
    }
    let within = lines.iter().filter_map(at).filter(|at| from <= *at && *at < to);
    Ok(within.count() as u64)
}

/// That the documents of a folder are those that entries bind, and no others; how many there are.
fn logged<'a>(
    files: &Files,
    folder_name: &str,
    lines: impl Iterator<Item = &'a Line>,
    bound_by: impl Fn(&Event) -> Option<(String, String)>,
) -> Result<u64, Failure> {
    let mut there: BTreeSet<&str> =
        files.keys().map(String::as_str).filter(|name| folder(name) == folder_name).collect();
    let mut count = 0;
    for (id, fact) in lines.filter_map(|line| bound_by(line.event.as_ref()?)) {
        let name = format!("{folder_name}/{id}.json");
        let content = files.get(&name).ok_or_else(|| Failure::Missing(name.clone()))?;
        let readable = folder_name != RECEIPTS
            || std::str::from_utf8(content).is_ok_and(|text| Receipt::parse(text).is_ok());
        if !readable || fact != format!("sha256:{}", Digest::of(content)) {
            return Err(Failure::NotWhatWasLogged(name));
        }
        count += u64::from(there.remove(name.as_str()));
    }
    match there.first() {
        Some(name) => Err(Failure::NotWhatWasLogged((*name).to_owned())),
        None => Ok(count),
    }
}

/// The receipt that an entry binds, and its digest.
fn receipt_of(event: &Event) -> Option<(String, String)> {
    let id = event.objects.iter().find(|object| matches!(object, Object::Receipt(_)))?;
    let fact = event.facts.get(RECEIPT_FACT).filter(|_| event.kind == Kind::ReceiptIssued)?;
    Some((id.to_string(), fact.clone()))
}

/// The plan that an entry approves, and its digest.
fn plan_of(event: &Event) -> Option<(String, String)> {
    let id = event.objects.iter().find(|object| matches!(object, Object::Plan(_)))?;
    let fact = event.facts.get("digest").filter(|_| event.kind == Kind::PlanApproved)?;
    Some((id.to_string(), fact.clone()))
}
