//! One file a batch, holding many segments, each opened only by its own claimants.
//!
//! What stands in the clear: ids, model names, column lists, counts and sizes. Never a cell, a key value or an identifier.

use std::fmt;
use std::sync::Arc;

use exeunt_base::{BatchId, BlobId, EpochId, JobId, OrganizationId, RequestId, Secret};

pub(crate) mod layout;
pub mod reader;
pub(crate) mod segment;
pub mod writer;

/// The most a segment may hold. Callers stay near 8 MiB; only a single giant row comes near this.
pub const SEGMENT_LIMIT: u64 = 1 << 30;

/// Whose blob it is; bound into every segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlobMeta {
    /// The blob itself. An id is sealed once: what is finished is never overwritten.
    pub blob: BlobId,
    /// The tenant.
    pub organization: OrganizationId,
    /// The job that sealed it.
    pub job: JobId,
    /// The batch it is the image of.
    pub batch: BatchId,
    /// The epoch whose key it needs.
    pub epoch: EpochId,
}

/// A request's 32 random bytes. The caller keeps them; destroying them shreds what the request claims. Cannot be printed.
#[derive(Clone)]
pub struct Salt(Secret<[u8; 32]>);

impl Salt {
    /// Takes 32 bytes of chance, drawn for one request alone.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(Secret::new(bytes))
    }

    /// Lends the bytes, to be stored.
    pub const fn expose(&self) -> &[u8; 32] {
        self.0.expose()
    }
}

impl fmt::Debug for Salt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Salt")
    }
}

/// Which of a segment's claimants must still be there to open it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Claims {
    /// All of them: shredding one shreds the segment.
    All,
    /// Any one: it dies with the last.
    Any,
}

/// What a segment holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Content {
    /// Rows that were deleted.
    Deleted,
    /// Rows that were changed: before and after.
    Updated,
    /// Rows that were put in, such as ghosts.
    Inserted,
    /// Keys of rows a plan will touch.
    Census,
    /// Something the caller numbers itself.
    Other(u8),
}

/// A segment to be sealed.
#[derive(Debug, Clone, Copy)]
pub struct SegmentMeta<'a> {
    /// The model the rows belong to, as the map names it.
    pub model: &'a str,
    /// What the bytes are.
    pub content: Content,
    /// The column list, in the caller's own form. Stored in the clear, once for each model and list.
    pub columns: &'a [u8],
    /// How many rows the bytes hold.
    pub rows: u32,
    /// Who must still be there to open it.
    pub claims: Claims,
    /// The requests that claim it, with their salts; at least one. Their order is kept.
    pub claimants: &'a [(RequestId, &'a Salt)],
}

/// A sealed segment, as told without opening it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SegmentInfo {
    /// Its place in the blob, from 0.
    pub number: u32,
    /// The model.
    pub model: Arc<str>,
    /// What the bytes are.
    pub content: Content,
    /// The column list, as given.
    pub columns: Arc<[u8]>,
    /// How many rows.
    pub rows: u32,
    /// Who must still be there to open it.
    pub claims: Claims,
    /// The requests that claim it.
    pub claimants: Vec<RequestId>,
    /// Where its ciphertext begins in the file.
    pub offset: u64,
    /// How long the ciphertext is, tag included.
    pub length: u64,
    /// How long the bytes are once opened.
    pub plain_length: u64,
}

/// A finished blob: durable, and under its final name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedBlob {
    /// Which.
    pub id: BlobId,
    /// SHA-256 of the whole file.
    pub sha256: [u8; 32],
    /// Length of the whole file.
    pub bytes: u64,
    /// What it holds.
    pub segments: Vec<SegmentInfo>,
}

impl Content {
    pub(crate) fn tag(self) -> (u8, u8) {
        match self {
            Self::Deleted => (1, 0),
            Self::Updated => (2, 0),
            Self::Inserted => (3, 0),
            Self::Census => (4, 0),
            Self::Other(number) => (255, number),
        }
    }

    pub(crate) fn from_tag(tag: (u8, u8)) -> Option<Self> {
        Some(match tag {
            (1, 0) => Self::Deleted,
            (2, 0) => Self::Updated,
            (3, 0) => Self::Inserted,
            (4, 0) => Self::Census,
            (255, number) => Self::Other(number),
            _ => return None,
        })
    }
}

impl Claims {
    pub(crate) fn tag(self) -> u8 {
        match self {
            Self::All => 1,
            Self::Any => 2,
        }
    }

    pub(crate) fn from_tag(tag: u8) -> Option<Self> {
        match tag {
            1 => Some(Self::All),
            2 => Some(Self::Any),
            _ => None,
        }
    }
}
