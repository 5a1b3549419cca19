//! The blob's bytes, version 1: header, sealed segments back to back, index, trailer.
//!
//! ```text
//! header   "EXEUNTBL" | version u16 | 0 u16 | blob 16 | organization 16 | job 16 | batch 16 | epoch 16 | attempt 32
//! segment  ciphertext | tag 16
//! index    shapes: count, then (model, columns) · segments: count, then
//!          shape | content u8 u8 | claims u8 | packing u8 | rows | plain length | sealed length
//!          | claimants: count, ids 16 each | for `Any`: the wrapped key for each, 48 each
//! trailer  MAC of header and index 32 | SHA-256 of header, index, MAC and length 32 | index length u64 | "EXEUNTFT"
//! ```
//! Numbers in the index are varints, texts and lists carry their length; fixed numbers are little-endian. The checksum
//! tells damage before any key is at hand; the MAC tells forgery once one is.

use std::sync::Arc;

use exeunt_base::codec::{put_bytes, put_varint, take_bytes, take_varint};
use exeunt_base::{BatchId, BlobId, EpochId, JobId, OrganizationId, RequestId};

use crate::blob::segment::{CLAIM, Packing};
use crate::blob::{BlobMeta, Claims, Content, SEGMENT_LIMIT, SegmentInfo};
use crate::crypt::{self, TAG};

pub(crate) const HEADER: usize = 8 + 2 + 2 + 5 * 16 + 32;
pub(crate) const TRAILER: usize = 32 + 32 + 8 + 8;
pub(crate) const VERSION: u16 = 1;

/// More than any batch's index takes; a longer one is damage, not a reason to fill the memory.
pub(crate) const INDEX_LIMIT: u64 = 1 << 30;

const MAGIC: &[u8; 8] = b"EXEUNTBL";
const END: &[u8; 8] = b"EXEUNTFT";

/// Writes the header. `attempt` makes the keys of one sealing differ from those of any other, also of the same blob.
pub(crate) fn header(meta: &BlobMeta, attempt: &[u8; 32]) -> [u8; HEADER] {
    let mut out = [0; HEADER];
    let mut rest = out.as_mut_slice();
    let ids = [
        meta.blob.to_bytes(),
        meta.organization.to_bytes(),
        meta.job.to_bytes(),
        meta.batch.to_bytes(),
        meta.epoch.to_bytes(),
    ];
    for part in [MAGIC.as_slice(), &VERSION.to_le_bytes(), &[0, 0], ids.as_flattened(), attempt] {
        let (place, after) = rest.split_at_mut(part.len());
        place.copy_from_slice(part);
        rest = after;
    }
    out
}

/// Why a header is none.
pub(crate) enum NotAHeader {
    /// It begins otherwise.
    Foreign,
    /// It is of a version we do not know.
    Version(u16),
}

/// Reads the header.
pub(crate) fn read_header(bytes: &[u8; HEADER]) -> Result<BlobMeta, NotAHeader> {
    if !bytes.starts_with(MAGIC) {
        return Err(NotAHeader::Foreign);
    }
    let version = u16::from_le_bytes([bytes[8], bytes[9]]);
    if version != VERSION {
        return Err(NotAHeader::Version(version));
    }
    let id = |place: usize| {
        let mut id = [0; 16];
        id.copy_from_slice(&bytes[12 + place * 16..28 + place * 16]);
        id
    };
    Ok(BlobMeta {
        blob: BlobId::from_bytes(id(0)),
        organization: OrganizationId::from_bytes(id(1)),
        job: JobId::from_bytes(id(2)),
        batch: BatchId::from_bytes(id(3)),
        epoch: EpochId::from_bytes(id(4)),
    })
}

/// What stands at a blob's end.
pub(crate) struct Trailer {
    pub(crate) mac: [u8; 32],
    pub(crate) check: [u8; 32],
    pub(crate) index_length: u64,
}

impl Trailer {
    /// Closes header and index with a MAC under `key` and a checksum.
    pub(crate) fn close(key: &[u8], header: &[u8], index: &[u8]) -> Self {
        let mac = *crypt::mac(key, &[header, index]);
        let index_length = index.len() as u64;
        Self { mac, check: check(header, index, &mac, index_length), index_length }
    }

    /// Whether the checksum fits.
    pub(crate) fn fits(&self, header: &[u8], index: &[u8]) -> bool {
        crypt::same(&check(header, index, &self.mac, self.index_length), &self.check)
    }

    pub(crate) fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.mac);
        out.extend_from_slice(&self.check);
        out.extend_from_slice(&self.index_length.to_le_bytes());
        out.extend_from_slice(END);
    }

    /// Reads a trailer; `None` without its end mark, which is what a file that was cut off lacks.
    pub(crate) fn read(bytes: &[u8; TRAILER]) -> Option<Self> {
        let (mac, rest) = bytes.split_first_chunk()?;
        let (check, rest) = rest.split_first_chunk()?;
        let (index_length, end) = rest.split_first_chunk()?;
        let trailer = Self { mac: *mac, check: *check, index_length: u64::from_le_bytes(*index_length) };
        (end == END).then_some(trailer)
    }
}

fn check(header: &[u8], index: &[u8], mac: &[u8; 32], index_length: u64) -> [u8; 32] {
    crypt::sha256(&[header, index, mac, &index_length.to_le_bytes()])
}

/// A segment as the index knows it.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) info: SegmentInfo,
    pub(crate) packing: Packing,
    /// For `Any`: the segment's key, wrapped for each claimant.
    pub(crate) wrapped: Vec<u8>,
}

/// Appends one segment to the index. `wrapped` is empty for `All`.
#[expect(clippy::too_many_arguments, reason = "the fields of one line of the format, in their order")]
pub(crate) fn put_entry(
    out: &mut Vec<u8>,
    shape: u32,
    content: Content,
    claims: Claims,
    packing: Packing,
    rows: u32,
    lengths: (u64, u64),
    claimants: impl ExactSizeIterator<Item = [u8; 16]>,
    wrapped: &[u8],
) {
    put_varint(out, u64::from(shape));
    let (tag, number) = content.tag();
    out.extend_from_slice(&[tag, number, claims.tag(), packing.tag()]);
    put_varint(out, u64::from(rows));
    put_varint(out, lengths.0);
    put_varint(out, lengths.1);
    put_varint(out, claimants.len() as u64);
    claimants.for_each(|claimant| out.extend_from_slice(&claimant));
    out.extend_from_slice(wrapped);
}

/// Appends one pair of model and columns.
pub(crate) fn put_shape(out: &mut Vec<u8>, model: &str, columns: &[u8]) {
    put_bytes(out, model.as_bytes());
    put_bytes(out, columns);
}

/// Reads an index whose segments lie between the header and `end`. `None` when it does not add up.
pub(crate) fn read_index(mut bytes: &[u8], end: u64) -> Option<Vec<Entry>> {
    let rest = &mut bytes;
    let shapes = take_count(rest, 2)?;
    let shapes = (0..shapes)
        .map(|_| {
            let model: Arc<str> = std::str::from_utf8(take_bytes(rest).ok()?).ok()?.into();
            let columns: Arc<[u8]> = take_bytes(rest).ok()?.into();
            Some((model, columns))
        })
        .collect::<Option<Vec<_>>>()?;
    let count = take_count(rest, 9)?;
    let mut offset = HEADER as u64;
    let mut entries = Vec::with_capacity(count);
    for number in 0..u32::try_from(count).ok()? {
        let (model, columns) = shapes.get(usize::try_from(take_varint(rest).ok()?).ok()?)?.clone();
        let (&[tag, tag_number, claims, packing], after) = rest.split_first_chunk()?;
        *rest = after;
        let rows = u32::try_from(take_varint(rest).ok()?).ok()?;
        let plain_length = take_varint(rest).ok()?;
        let length = take_varint(rest).ok()?;
        // packing never makes a segment longer, so neither number can make a reader reserve more than the limit
        if plain_length > SEGMENT_LIMIT || length < TAG as u64 || length > plain_length + TAG as u64 {
            return None;
        }
        let claims = Claims::from_tag(claims)?;
        let claimants = take_count(rest, 16)?;
        let (ids, after) = rest.split_at_checked(claimants * 16)?;
        let (wrapped, after) =
            after.split_at_checked(if claims == Claims::Any { claimants * CLAIM } else { 0 })?;
        *rest = after;
        let (ids, _) = ids.as_chunks::<16>();
        entries.push(Entry {
            info: SegmentInfo {
                number,
                model,
                content: Content::from_tag((tag, tag_number))?,
                columns,
                rows,
                claims,
                claimants: ids.iter().map(|id| RequestId::from_bytes(*id)).collect(),
                offset,
                length,
                plain_length,
            },
            packing: Packing::from_tag(packing)?,
            wrapped: wrapped.to_vec(),
        });
        offset = offset.checked_add(length)?;
    }
    (rest.is_empty() && offset == end).then_some(entries)
}

/// A count of things that take at least `least` bytes each, so that no number in a file can make us reserve memory.
fn take_count(bytes: &mut &[u8], least: usize) -> Option<usize> {
    let count = usize::try_from(take_varint(bytes).ok()?).ok()?;
    (count <= bytes.len() / least).then_some(count)
}
