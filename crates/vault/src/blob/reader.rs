//! Opening a blob: first what anyone may see, then segment by segment what only the claimants' salts open.

use std::path::Path;

use exeunt_base::RequestId;
use zeroize::Zeroizing;

use crate::blob::layout::{self, Entry, HEADER, INDEX_LIMIT, NotAHeader, TRAILER, Trailer};
use crate::blob::segment::{self, Bound, CLAIM, Packing};
use crate::blob::{BlobMeta, Claims, Salt, SegmentInfo};
use crate::crypt::{self, Key};
use crate::error::Error;
use crate::keyring::epochs::EpochKey;
use crate::storage::{self, Item};

/// A sealed blob. Holds the index in memory and at most one segment at a time.
#[derive(Debug)]
pub struct Blob {
    item: Box<dyn Item>,
    name: String,
    meta: BlobMeta,
    header: [u8; HEADER],
    index: Vec<u8>,
    mac: [u8; 32],
    entries: Vec<Entry>,
}

impl Blob {
    /// Opens a file as [`Self::of`] does.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let name = format!("blob `{}`", path.display());
        Self::of(storage::item_of(path, &name)?, name)
    }

    /// Reads header, index and trailer, and checks that they belong together. Needs no key. `name` is for errors.
    pub fn of(item: Box<dyn Item>, name: String) -> Result<Self, Error> {
        let damaged = |why| Error::Damaged { what: name.clone(), why };
        let cut = || Error::Truncated { what: name.clone() };
        let length = item.length();
        let read = |bytes: &mut [u8], offset| item.read_at(bytes, offset);
        if length < (HEADER + TRAILER) as u64 {
            return Err(cut());
        }
        let mut header = [0; HEADER];
        read(&mut header, 0)?;
        let meta = layout::read_header(&header).map_err(|reason| match reason {
            NotAHeader::Foreign => damaged("it is not a blob of ours"),
            NotAHeader::Version(found) => Error::Version { what: name.clone(), found },
        })?;
        let mut trailer = [0; TRAILER];
        read(&mut trailer, length - TRAILER as u64)?;
        let trailer = Trailer::read(&trailer).ok_or_else(cut)?;
        let between = length - (HEADER + TRAILER) as u64;
        if trailer.index_length > between.min(INDEX_LIMIT) {
            return Err(damaged("its index is longer than it can be"));
        }
        let end = length - TRAILER as u64 - trailer.index_length;
        let size = usize::try_from(trailer.index_length).map_err(|_| damaged("its index is too long"))?;
        let mut index = vec![0; size];
        read(&mut index, end)?;
        if !trailer.fits(&header, &index) {
            return Err(damaged("the checksum of its index does not fit"));
        }
        let entries = layout::read_index(&index, end).ok_or_else(|| damaged("its index does not add up"))?;
        Ok(Self { item, name, meta, header, index, mac: trailer.mac, entries })
    }

    /// Whose it is.
    pub fn meta(&self) -> &BlobMeta {
        &self.meta
    }

    /// What it holds. Only [`verify`](Self::verify) or opening a segment shows that nobody forged it.
    pub fn segments(&self) -> impl ExactSizeIterator<Item = &SegmentInfo> {
        self.entries.iter().map(|entry| &entry.info)
    }

    /// Checks that header and index are those that were sealed under this epoch's key; no salt needed.
    pub fn verify(&self, key: &EpochKey) -> Result<(), Error> {
        if key.epoch != self.meta.epoch || key.organization != self.meta.organization {
            return Err(Error::MissingEpoch { epoch: self.meta.epoch });
        }
        let by = segment::index_key(key.key.expose(), &self.header);
        let mac = crypt::mac(by.as_slice(), &[&self.header, &self.index]);
        if crypt::same(mac.as_slice(), &self.mac) {
            Ok(())
        } else {
            Err(Error::WrongKey { what: self.name.clone() })
        }
    }

    /// Opens one segment. `salts` answers with a request's salt, or nothing once it is destroyed.
    pub fn open_segment(
        &self,
        number: u32,
        key: &EpochKey,
        salts: &dyn Fn(RequestId) -> Option<Salt>,
    ) -> Result<Vec<u8>, Error> {
        let blob = self.meta.blob;
        if key.epoch != self.meta.epoch || key.organization != self.meta.organization {
            return Err(Error::MissingEpoch { epoch: self.meta.epoch });
        }
        let entry = usize::try_from(number).ok().and_then(|place| self.entries.get(place));
        let entry = entry.ok_or(Error::NoSegment { blob, segment: number })?;
        let binding = self.binding(entry);
        let opener = match entry.info.claims {
            Claims::All => self.key_of_all(entry, key, salts, &binding)?,
            Claims::Any => self.key_of_any(entry, key, salts, &binding)?,
        };
        let mut bytes = Zeroizing::new(self.read(entry)?);
        let opened = opener.is_some_and(|opener| crypt::open(&opener, &binding, &mut bytes));
        if !opened {
            // a wrong epoch key fails here as well; the index tells which of the two it is
            self.verify(key)?;
            return Err(Error::Tampered { blob, segment: number });
        }
        self.unpack(entry, bytes)
    }

    fn binding(&self, entry: &Entry) -> [u8; 32] {
        let info = &entry.info;
        let bound = Bound {
            number: info.number,
            model: &info.model,
            columns: &info.columns,
            content: info.content,
            rows: info.rows,
            claims: info.claims,
            packing: entry.packing,
            plain_length: info.plain_length,
        };
        segment::binding(&mut Vec::new(), &self.header, &bound, info.claimants.iter().map(|id| id.to_bytes()))
    }

    fn key_of_all(
        &self,
        entry: &Entry,
        key: &EpochKey,
        salts: &dyn Fn(RequestId) -> Option<Salt>,
        binding: &[u8; 32],
    ) -> Result<Option<Key>, Error> {
        let found = entry
            .info
            .claimants
            .iter()
            .map(|request| salts(*request).ok_or_else(|| self.shredded(entry, *request)))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Some(segment::key_of_all(key.key.expose(), found.iter(), &mut Zeroizing::default(), binding)))
    }

    /// `None` when salts are there, but none of them opens the segment's key.
    fn key_of_any(
        &self,
        entry: &Entry,
        key: &EpochKey,
        salts: &dyn Fn(RequestId) -> Option<Salt>,
        binding: &[u8; 32],
    ) -> Result<Option<Key>, Error> {
        let mut tried = false;
        let (wrapped, _) = entry.wrapped.as_chunks::<CLAIM>();
        for (request, wrapped) in entry.info.claimants.iter().zip(wrapped) {
            let Some(salt) = salts(*request) else { continue };
            tried = true;
            let mut buffer = Zeroizing::new(wrapped.to_vec());
            let by = segment::key_of_one(key.key.expose(), &salt, &request.to_bytes(), binding);
            if crypt::open(&by, binding, &mut buffer) {
                let mut opened = Key::default();
                opened.copy_from_slice(&buffer);
                return Ok(Some(opened));
            }
        }
        match entry.info.claimants.first() {
            Some(request) if !tried => Err(self.shredded(entry, *request)),
            _ => Ok(None),
        }
    }

    fn shredded(&self, entry: &Entry, request: RequestId) -> Error {
        Error::Shredded { blob: self.meta.blob, segment: entry.info.number, request }
    }

    fn read(&self, entry: &Entry) -> Result<Vec<u8>, Error> {
        let doing = || format!("reading segment {} of {}", entry.info.number, self.meta.blob);
        // no longer than the file, which was checked when the index was read
        let length = usize::try_from(entry.info.length)
            .map_err(|_| Error::io(doing(), std::io::ErrorKind::FileTooLarge.into()))?;
        let mut bytes = vec![0; length];
        self.item.read_at(&mut bytes, entry.info.offset)?;
        Ok(bytes)
    }

    fn unpack(&self, entry: &Entry, mut bytes: Zeroizing<Vec<u8>>) -> Result<Vec<u8>, Error> {
        let damaged = || Error::Damaged {
            what: format!("segment {} of {}", entry.info.number, self.meta.blob),
            why: "it opens, but its length is not the one it was sealed with",
        };
        let wanted = usize::try_from(entry.info.plain_length).map_err(|_| damaged())?;
        let plain = match entry.packing {
            Packing::Raw => std::mem::take(&mut *bytes),
            Packing::Zstd => zstd::bulk::decompress(&bytes, wanted).map_err(|_| damaged())?,
        };
        if plain.len() == wanted { Ok(plain) } else { Err(damaged()) }
    }
}

#[cfg(test)]
mod tests {
    use exeunt_base::{BatchId, BlobId, EpochId, JobId, OrganizationId, RequestId, Secret};

    use crate::blob::{BlobMeta, Claims, Content, Salt, SegmentMeta};
    use crate::error::Error;
    use crate::keyring::epochs::EpochKey;
    use crate::shelf::Shelf;

    #[test]
    fn a_wrong_epoch_key_is_told_from_tampering() {
        let home = tempfile::tempdir().expect("a directory");
        let [organization, epoch] = [[1; 16], [2; 16]];
        let key = |byte| EpochKey {
            organization: OrganizationId::from_bytes(organization),
            epoch: EpochId::from_bytes(epoch),
            key: Secret::new([byte; 32]),
        };
        let meta = BlobMeta {
            blob: BlobId::from_bytes([3; 16]),
            organization: OrganizationId::from_bytes(organization),
            job: JobId::from_bytes([4; 16]),
            batch: BatchId::from_bytes([5; 16]),
            epoch: EpochId::from_bytes(epoch),
        };
        let shelf = Shelf::open(home.path()).expect("shelf");
        let mut writer = shelf.begin(&meta, &key(1), &Secret::new([6; 32])).expect("begun");
        let (request, salt) = (RequestId::from_bytes([7; 16]), Salt::new([8; 32]));
        for claims in [Claims::All, Claims::Any] {
            let segment = SegmentMeta {
                model: "shop.orders",
                content: Content::Deleted,
                columns: b"id",
                rows: 1,
                claims,
                claimants: &[(request, &salt)],
            };
            writer.push(&segment, b"rows").expect("sealed");
        }
        writer.finish().expect("finished");
        let blob = shelf.take(meta.blob).expect("there");
        for number in [0, 1] {
            let with = |byte| blob.open_segment(number, &key(byte), &|_| Some(salt.clone()));
            assert_eq!(with(1).expect("opens"), b"rows");
            assert!(matches!(with(9), Err(Error::WrongKey { .. })));
        }
    }
}
