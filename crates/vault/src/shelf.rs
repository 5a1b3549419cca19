//! Blobs in a storage: each is `<two letters>/<blb_…>.blob`.

use std::path::Path;
use std::sync::Arc;

use aws_lc_rs::digest;
use exeunt_base::{BlobId, Secret, Timestamp, hex};

use crate::blob::BlobMeta;
use crate::blob::reader::Blob;
use crate::blob::writer::BlobWriter;
use crate::crypt;
use crate::error::Error;
use crate::keyring::epochs::EpochKey;
use crate::storage::{Disk, Found, Storage};

/// Where blobs are kept.
#[derive(Debug, Clone)]
pub struct Shelf {
    storage: Arc<dyn Storage>,
}

/// A blob on the shelf, finished or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stored {
    /// Which.
    pub blob: BlobId,
    /// Its length; 0 where that is not known before it is finished.
    pub bytes: u64,
    /// When it was last written to.
    pub modified: Timestamp,
}

/// What the shelf takes up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// Finished blobs.
    pub blobs: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Blobs being written, or left by a crash.
    pub parts: u64,
    /// Their bytes.
    pub part_bytes: u64,
}

impl Shelf {
    /// A folder's blobs, making it where it is missing.
    pub fn open(dir: &Path) -> Result<Self, Error> {
        Ok(Self::of(Arc::new(Disk::open(dir)?)))
    }

    /// The blobs of a storage.
    pub fn of(storage: Arc<dyn Storage>) -> Self {
        Self { storage }
    }

    /// The storage they are in.
    pub fn storage(&self) -> &dyn Storage {
        &*self.storage
    }

    /// How a blob is called in its storage. Ids begin with a time, so the racks are named for the last two characters,
    /// which are chance.
    pub fn name(blob: BlobId) -> String {
        let id = blob.to_string();
        format!("{}/{id}.blob", &id[id.len() - 2..])
    }

    /// Begins a blob. `chance` must be fresh for every beginning: the keys of its segments hang on it. Beginning anew ends
    /// whatever an earlier writer of the same blob was doing.
    pub fn begin(
        &self,
        meta: &BlobMeta,
        key: &EpochKey,
        chance: &Secret<[u8; 32]>,
    ) -> Result<BlobWriter, Error> {
        if (key.organization, key.epoch) != (meta.organization, meta.epoch) {
            return Err(Error::MissingEpoch { epoch: meta.epoch });
        }
        let attempt = crypt::part_of(chance, "part name");
        let draft = self.storage.begin(&Self::name(meta.blob), &hex::encode(&attempt.expose()[..8]))?;
        BlobWriter::begin(meta, key, chance, draft)
    }

    /// Opens a finished blob and checks that it is the one asked for.
    pub fn take(&self, blob: BlobId) -> Result<Blob, Error> {
        let item = self.storage.open(&Self::name(blob)).map_err(|error| match error {
            Error::Missing { .. } => Error::Missing { what: blob.to_string() },
            other => other,
        })?;
        let opened = Blob::of(item, format!("blob `{blob}`"))?;
        if opened.meta().blob == blob {
            return Ok(opened);
        }
        Err(Error::Damaged { what: format!("{blob}"), why: "another blob lies in its place" })
    }

    /// Whether a finished blob is there.
    pub fn holds(&self, blob: BlobId) -> Result<bool, Error> {
        self.storage.holds(&Self::name(blob))
    }

    /// The SHA-256 of the whole blob, to hold against what was recorded when it was sealed.
    pub fn sha256(&self, blob: BlobId) -> Result<[u8; 32], Error> {
        let item = self.storage.open(&Self::name(blob))?;
        let mut digest = digest::Context::new(&digest::SHA256);
        let mut buffer = vec![0; 1 << 20];
        let mut at = 0;
        while at < item.length() {
            let size = usize::try_from(item.length() - at).unwrap_or(usize::MAX).min(buffer.len());
            item.read_at(&mut buffer[..size], at)?;
            digest.update(&buffer[..size]);
            at += size as u64;
        }
        Ok(crypt::digest_bytes(&digest.finish()))
    }

    /// Takes a blob away, durably; false when it was not there. Its bytes may stay on a disk: they are ciphertext, and
    /// what makes them unreadable is the destruction of salt or epoch key, which comes first.
    pub fn delete(&self, blob: BlobId) -> Result<bool, Error> {
        self.storage.delete(&Self::name(blob))
    }

    /// All finished blobs, by age.
    pub fn list(&self) -> Result<Vec<Stored>, Error> {
        Ok(sorted(self.storage.list("")?.iter().filter_map(stored).collect()))
    }

    /// All unfinished ones, by age: being written right now, or left by a crash.
    pub fn parts(&self) -> Result<Vec<Stored>, Error> {
        Ok(sorted(self.storage.drafts()?.iter().filter_map(stored).collect()))
    }

    /// Takes away the unfinished ones that `is_dead` names and tells which; the caller knows whose lease has ended.
    pub fn sweep(&self, is_dead: &dyn Fn(&Stored) -> bool) -> Result<Vec<Stored>, Error> {
        let mut dead = Vec::new();
        for draft in self.storage.drafts()? {
            if let Some(part) = stored(&draft).filter(is_dead) {
                self.storage.discard(&draft)?;
                dead.push(part);
            }
        }
        Ok(dead)
    }

    /// What it all takes up.
    pub fn usage(&self) -> Result<Usage, Error> {
        let (blobs, parts) = (self.list()?, self.parts()?);
        let bytes = |all: &[Stored]| all.iter().map(|stored| stored.bytes).sum();
        Ok(Usage {
            blobs: blobs.len() as u64,
            bytes: bytes(&blobs),
            parts: parts.len() as u64,
            part_bytes: bytes(&parts),
        })
    }
}

fn sorted(mut all: Vec<Stored>) -> Vec<Stored> {
    all.sort_by_key(|stored| stored.blob);
    all
}

fn stored(found: &Found) -> Option<Stored> {
    let blob = found.name.rsplit('/').next()?.strip_suffix(".blob")?.parse().ok()?;
    Some(Stored { blob, bytes: found.bytes, modified: found.modified })
}
