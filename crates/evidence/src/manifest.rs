//! The manifest: what a pack is of, and the digest of every file in it. The log binds its digest.

use exeunt_audit::receipt::Digest;
use exeunt_base::{OrganizationId, RequestId, Timestamp, canonical};
use serde::{Deserialize, Serialize};

use crate::archive::Files;

/// The name that opens a manifest.
const FORMAT: &str = "exeunt-evidence-pack";

/// The version of the form.
const VERSION: u8 = 1;

/// What a pack is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Everything about one request.
    Request(RequestId),
    /// Everything in a stretch of time, its end not included.
    Period {
        /// Its beginning.
        from: Timestamp,
        /// Its end.
        to: Timestamp,
    },
}

/// What a pack is of, and what is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    format: String,
    v: u8,
    /// Whose log it is from.
    pub organization: OrganizationId,
    /// The log's name.
    pub origin: String,
    /// When it was made.
    pub made_at: Timestamp,
    /// What it is of.
    pub scope: Scope,
    /// How many entries the log had when they were gathered.
    pub log_size: u64,
    /// The files that this manifest answers for, by name.
    pub files: Vec<Listed>,
}

/// A file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listed {
    /// Its name in the archive.
    pub name: String,
    /// Its length.
    pub bytes: u64,
    /// Its digest.
    pub sha256: Digest,
}

impl Manifest {
    pub(crate) fn new(
        organization: OrganizationId,
        origin: &str,
        made_at: Timestamp,
        scope: Scope,
        log_size: u64,
        files: &Files,
    ) -> Self {
        let listed = |(name, bytes): (&String, &Vec<u8>)| Listed {
            name: name.clone(),
            bytes: bytes.len() as u64,
            sha256: Digest::of(bytes),
        };
        Self {
            format: FORMAT.to_owned(),
            v: VERSION,
            organization,
            origin: origin.to_owned(),
            made_at,
            scope,
            log_size,
            files: files.iter().map(listed).collect(),
        }
    }

    /// As it stands in the pack.
    pub(crate) fn to_json(&self) -> String {
        let value = serde_json::to_value(self).expect("ids, times, names and digests are JSON");
        canonical::to_string(&value)
    }

    /// Reads it; only what [`Manifest::to_json`] writes.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let read: Self = serde_json::from_slice(bytes).ok()?;
        let known = read.format == FORMAT && read.v == VERSION && read.to_json().as_bytes() == bytes;
        known.then_some(read)
    }
}
