//! A small installation: key file, keyring, one organization, one epoch, an empty shelf.

use std::collections::HashMap;
use std::path::PathBuf;

use exeunt_base::{BatchId, BlobId, JobId, OrganizationId, RequestId, Secret, Timestamp};
use exeunt_vault::{
    Blob, BlobMeta, Claims, Content, EpochKey, KeyFile, Keyring, Salt, SealedBlob, SegmentMeta, Shelf,
};

pub(crate) const NOW: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

/// A segment as a test writes it: model, claims, claimants, bytes.
pub(crate) type Piece<'a> = (&'a str, Claims, &'a [u8], &'a [u8]);

pub(crate) struct House {
    pub(crate) home: tempfile::TempDir,
    pub(crate) keyring: Keyring,
    pub(crate) shelf: Shelf,
    pub(crate) key: EpochKey,
    pub(crate) salts: HashMap<RequestId, Salt>,
}

impl House {
    pub(crate) fn new() -> Self {
        let home = tempfile::tempdir().expect("a directory");
        let keeper = KeyFile::create(&home.path().join("unseal.key"), &chance(1)).expect("keeper");
        let keyring = Keyring::create(&home.path().join("keys"), &keeper, &chance(2)).expect("keyring");
        keyring.add_organization(organization(1), &chance(3)).expect("added");
        let key = keyring.epoch_for(organization(1), NOW, 30, &chance(4)).expect("an epoch");
        let shelf = Shelf::open(&home.path().join("vault")).expect("shelf");
        let salts = (1..=9).map(|n| (request(n), Salt::new([100 + n; 32]))).collect();
        Self { home, keyring, shelf, key, salts }
    }

    pub(crate) fn meta(&self, blob: u8) -> BlobMeta {
        BlobMeta {
            blob: BlobId::from_bytes([blob; 16]),
            organization: organization(1),
            job: JobId::from_bytes([50; 16]),
            batch: BatchId::from_bytes([60; 16]),
            epoch: self.key.epoch(),
        }
    }

    pub(crate) fn seal(&self, blob: u8, pieces: &[Piece<'_>]) -> SealedBlob {
        self.seal_as(&self.meta(blob), &self.key, blob, pieces)
    }

    pub(crate) fn seal_as(
        &self,
        meta: &BlobMeta,
        key: &EpochKey,
        luck: u8,
        pieces: &[Piece<'_>],
    ) -> SealedBlob {
        let mut writer = self.shelf.begin(meta, key, &chance(luck)).expect("begun");
        for (model, claims, claimants, plain) in pieces {
            let claimants: Vec<_> =
                claimants.iter().map(|n| (request(*n), &self.salts[&request(*n)])).collect();
            let segment = SegmentMeta {
                model,
                content: Content::Deleted,
                columns: b"id,email",
                rows: 1,
                claims: *claims,
                claimants: &claimants,
            };
            writer.push(&segment, plain).expect("sealed");
        }
        writer.finish().expect("finished")
    }

    pub(crate) fn take(&self, blob: u8) -> Blob {
        self.shelf.take(BlobId::from_bytes([blob; 16])).expect("there")
    }

    pub(crate) fn path(&self, blob: u8) -> PathBuf {
        self.home.path().join("vault").join(Shelf::name(BlobId::from_bytes([blob; 16])))
    }

    /// Opens a segment with the salts that are left.
    pub(crate) fn open(&self, blob: &Blob, segment: u32) -> Result<Vec<u8>, exeunt_vault::Error> {
        blob.open_segment(segment, &self.key, &|request| self.salts.get(&request).cloned())
    }
}

pub(crate) fn chance(byte: u8) -> Secret<[u8; 32]> {
    Secret::new([byte; 32])
}

pub(crate) fn organization(n: u8) -> OrganizationId {
    OrganizationId::from_bytes([n; 16])
}

pub(crate) fn request(n: u8) -> RequestId {
    RequestId::from_bytes([n; 16])
}

/// Bytes that no compression makes smaller, the same ones every time.
pub(crate) fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    };
    (0..length).map(|_| next()).collect()
}
