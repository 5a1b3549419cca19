//! Sealing a batch: segment after segment into a thing that has no name until it is whole and durable.

use std::collections::HashMap;

use aws_lc_rs::digest;
use exeunt_base::{RequestId, Secret};
use zeroize::{Zeroize, Zeroizing};
use zstd::bulk::Compressor;

use crate::blob::layout::{self, HEADER, INDEX_LIMIT, Trailer};
use crate::blob::segment::{self, Bound, Packing};
use crate::blob::{BlobMeta, Claims, SEGMENT_LIMIT, Salt, SealedBlob, SegmentMeta};
use crate::crypt::{self, Key, TAG};
use crate::error::Error;
use crate::keyring::epochs::EpochKey;
use crate::storage::Draft;

/// Below this, a zstd frame's own overhead eats what it could save.
const WORTH_PACKING: usize = 64;

/// Measured on rows in small segments: two thirds of level 1's time for 2 to 15 % more room.
const LEVEL: i32 = -1;

/// Sealed bytes collected before they are written.
const CHUNK: usize = 256 * 1024;

/// A blob in the making. Dropped before [`finish`](Self::finish), it takes what was written away again; killed, it leaves
/// a draft that nobody takes for a blob.
pub struct BlobWriter {
    meta: BlobMeta,
    epoch: Secret<[u8; 32]>,
    seed: Key,
    header: [u8; HEADER],
    /// None once a write failed: its room is needed now, and not only on drop.
    draft: Option<Box<dyn Draft>>,
    digest: digest::Context,
    sealed: u64,
    written: u64,
    count: u32,
    entries: Vec<u8>,
    shapes: Shapes,
    zstd: Compressor<'static>,
    scratch: Scratch,
}

/// Buffers used again for every segment.
#[derive(Default)]
struct Scratch {
    out: Vec<u8>,
    packed: Zeroizing<Vec<u8>>,
    bound: Vec<u8>,
    salts: Zeroizing<Vec<u8>>,
    wrapped: Vec<u8>,
}

impl BlobWriter {
    /// Begins writing into `draft`.
    pub(crate) fn begin(
        meta: &BlobMeta,
        key: &EpochKey,
        chance: &Secret<[u8; 32]>,
        draft: Box<dyn Draft>,
    ) -> Result<Self, Error> {
        // one way out of the secret chance, so that the attempt, which anyone may read, does not tell the seed
        let attempt = crypt::part_of(chance, "blob attempt");
        let header = layout::header(meta, attempt.expose());
        let zstd = Compressor::new(LEVEL).map_err(|error| Error::io("setting up compression", error));
        let mut writer = Self {
            meta: *meta,
            epoch: key.key.clone(),
            seed: Zeroizing::new(*crypt::part_of(chance, "blob seed").expose()),
            header,
            draft: Some(draft),
            digest: digest::Context::new(&digest::SHA256),
            sealed: 0,
            written: 0,
            count: 0,
            entries: Vec::new(),
            shapes: Shapes::default(),
            zstd: zstd?,
            scratch: Scratch::default(),
        };
        writer.scratch.out.extend_from_slice(&header);
        Ok(writer)
    }

    /// Seals one segment and gives its number.
    pub fn push(&mut self, segment: &SegmentMeta<'_>, plain: &[u8]) -> Result<u32, Error> {
        let number = self.count;
        let blob = self.meta.blob;
        if self.draft.is_none() {
            return Err(Error::Broken { blob });
        }
        if segment.claimants.is_empty() {
            return Err(Error::NoClaimant { blob, segment: number });
        }
        let plain_length = plain.len() as u64;
        if plain_length > SEGMENT_LIMIT {
            return Err(Error::TooLarge { bytes: plain_length, limit: SEGMENT_LIMIT });
        }
        let packing = self.pack(plain)?;
        let scratch = &mut self.scratch;
        let ids = || segment.claimants.iter().map(|(request, _)| request.to_bytes());
        let bound = Bound {
            number,
            model: segment.model,
            columns: segment.columns,
            content: segment.content,
            rows: segment.rows,
            claims: segment.claims,
            packing,
            plain_length,
        };
        let binding = segment::binding(&mut scratch.bound, &self.header, &bound, ids());
        let epoch = self.epoch.expose();
        scratch.wrapped.clear();
        let key = match segment.claims {
            Claims::All => {
                let salts = segment.claimants.iter().map(|(_, salt)| *salt);
                segment::key_of_all(epoch, salts, &mut scratch.salts, &binding)
            }
            Claims::Any => {
                // from chance and not from the epoch key: no claimant left must mean no way left
                let key = crypt::derive(self.seed.as_slice(), b"", &[b"segment key", &number.to_le_bytes()]);
                wrap_for_each(&key, epoch, segment.claimants, &binding, &mut scratch.wrapped);
                key
            }
        };
        crypt::seal(&key, &binding, &mut scratch.packed);

        let length = scratch.packed.len() as u64;
        let shape = self.shapes.number(segment.model, segment.columns);
        layout::put_entry(
            &mut self.entries,
            shape,
            segment.content,
            segment.claims,
            packing,
            segment.rows,
            (plain_length, length),
            ids(),
            &scratch.wrapped,
        );
        self.sealed += length;
        self.count = number
            .checked_add(1)
            .ok_or(Error::TooLarge { bytes: u64::from(number), limit: u64::from(number) })?;
        self.append()?;
        Ok(number)
    }

    /// How many segments were sealed so far.
    pub fn segments(&self) -> u32 {
        self.count
    }

    /// How many bytes the file takes so far, without its index.
    pub fn bytes(&self) -> u64 {
        HEADER as u64 + self.sealed
    }

    /// Writes the index, and makes the blob durable under its name. Only after this is it sealed.
    pub fn finish(mut self) -> Result<SealedBlob, Error> {
        let blob = self.meta.blob;
        if self.draft.is_none() {
            return Err(Error::Broken { blob });
        }
        let mut index = std::mem::take(&mut self.shapes.bytes);
        let mut front = Vec::with_capacity(index.len() + self.entries.len() + 20);
        exeunt_base::codec::put_varint(&mut front, u64::from(self.shapes.count));
        front.append(&mut index);
        exeunt_base::codec::put_varint(&mut front, u64::from(self.count));
        front.append(&mut self.entries);
        let index = front;
        if index.len() as u64 > INDEX_LIMIT {
            return Err(Error::TooLarge { bytes: index.len() as u64, limit: INDEX_LIMIT });
        }

        let end = HEADER as u64 + self.sealed;
        let key = segment::index_key(self.epoch.expose(), &self.header);
        let trailer = Trailer::close(key.as_slice(), &self.header, &index);
        let out = &mut self.scratch.out;
        out.extend_from_slice(&index);
        trailer.put(out);
        self.write_out()?;
        self.draft.take().ok_or(Error::Broken { blob })?.finish()?;
        let entries = layout::read_index(&index, end).expect("what was just written adds up");
        let digest = std::mem::replace(&mut self.digest, digest::Context::new(&digest::SHA256)).finish();
        Ok(SealedBlob {
            id: blob,
            sha256: crypt::digest_bytes(&digest),
            bytes: self.written,
            segments: entries.into_iter().map(|entry| entry.info).collect(),
        })
    }

    /// Puts the smaller form of `plain` into the scratch buffer.
    fn pack(&mut self, plain: &[u8]) -> Result<Packing, Error> {
        let packed = &mut *self.scratch.packed;
        packed.clear();
        let most = zstd::zstd_safe::compress_bound(plain.len()) + TAG;
        if packed.capacity() < most {
            packed.zeroize(); // growing must not leave rows behind in freed memory
            packed.reserve(most);
        }
        if plain.len() >= WORTH_PACKING {
            self.zstd
                .compress_to_buffer(plain, packed)
                .map_err(|error| Error::io(format!("compressing a segment of {}", self.meta.blob), error))?;
            if packed.len() < plain.len() {
                return Ok(Packing::Zstd);
            }
            packed.clear();
        }
        packed.extend_from_slice(plain);
        Ok(Packing::Raw)
    }

    /// Takes the sealed segment over into what is to be written.
    fn append(&mut self) -> Result<(), Error> {
        let Scratch { out, packed, .. } = &mut self.scratch;
        if packed.len() < CHUNK {
            out.extend_from_slice(packed);
            return if out.len() < CHUNK { Ok(()) } else { self.write_out() };
        }
        self.write_out()?;
        // swapped rather than copied: a large segment is written from where it was sealed
        std::mem::swap(&mut self.scratch.out, &mut *self.scratch.packed);
        let written = self.write_out();
        std::mem::swap(&mut self.scratch.out, &mut *self.scratch.packed);
        written
    }

    fn write_out(&mut self) -> Result<(), Error> {
        let out = &mut self.scratch.out;
        self.digest.update(out);
        let draft = self.draft.as_mut().ok_or(Error::Broken { blob: self.meta.blob })?;
        let result = draft.write(out);
        self.written += out.len() as u64;
        out.clear();
        if result.is_err() {
            self.draft = None;
        }
        result
    }
}

impl std::fmt::Debug for BlobWriter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BlobWriter")
            .field("blob", &self.meta.blob)
            .field("segments", &self.count)
            .finish_non_exhaustive()
    }
}

fn wrap_for_each(
    key: &Key,
    epoch: &[u8; 32],
    claimants: &[(RequestId, &Salt)],
    binding: &[u8; 32],
    out: &mut Vec<u8>,
) {
    let mut buffer = Zeroizing::new(Vec::with_capacity(segment::CLAIM));
    for (request, salt) in claimants {
        buffer.clear();
        buffer.extend_from_slice(key.as_slice());
        crypt::seal(&segment::key_of_one(epoch, salt, &request.to_bytes(), binding), binding, &mut buffer);
        out.extend_from_slice(&buffer);
    }
}

/// Pairs of model and column list: thousands of segments share a handful, so each is written once.
#[derive(Default)]
struct Shapes {
    known: HashMap<Box<str>, Vec<Shape>>,
    bytes: Vec<u8>,
    count: u32,
}

impl Shapes {
    fn number(&mut self, model: &str, columns: &[u8]) -> u32 {
        let known =
            self.known.get(model).and_then(|lists| lists.iter().find(|shape| *shape.columns == *columns));
        if let Some(shape) = known {
            return shape.number;
        }
        let number = self.count;
        self.count += 1;
        layout::put_shape(&mut self.bytes, model, columns);
        self.known.entry(model.into()).or_default().push(Shape { columns: columns.into(), number });
        number
    }
}

struct Shape {
    columns: Box<[u8]>,
    number: u32,
}
