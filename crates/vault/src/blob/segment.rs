//! From epoch key and salts to the one key of one segment, and what that key is bound to.
//!
//! The binding is a digest over everything that says what a segment is and whose: blob header, number, model, columns,
//! content, counts, packing, claimants. It is both the derivation's info and the cipher's associated data, so moving a
//! segment to another place, batch, model, request or organization gives a key that opens nothing.

use exeunt_base::codec::{put_bytes, put_varint};
use zeroize::{Zeroize, Zeroizing};

use crate::blob::{Claims, Content, Salt};
use crate::crypt::{self, Key, TAG};

/// A segment key wrapped for one claimant.
pub(crate) const CLAIM: usize = 32 + TAG;

/// How a segment's bytes were made smaller before sealing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Packing {
    /// Not at all.
    Raw,
    /// One zstd frame.
    Zstd,
}

impl Packing {
    pub(crate) fn tag(self) -> u8 {
        match self {
            Self::Raw => 0,
            Self::Zstd => 1,
        }
    }

    pub(crate) fn from_tag(tag: u8) -> Option<Self> {
        match tag {
            0 => Some(Self::Raw),
            1 => Some(Self::Zstd),
            _ => None,
        }
    }
}

/// What a segment is, for the binding.
pub(crate) struct Bound<'a> {
    pub(crate) number: u32,
    pub(crate) model: &'a str,
    pub(crate) columns: &'a [u8],
    pub(crate) content: Content,
    pub(crate) rows: u32,
    pub(crate) claims: Claims,
    pub(crate) packing: Packing,
    pub(crate) plain_length: u64,
}

/// Binds a segment to its blob and claimants. `scratch` is overwritten; it is an argument so that sealing 60,000 small
/// segments does not allocate 60,000 times.
pub(crate) fn binding(
    scratch: &mut Vec<u8>,
    header: &[u8],
    bound: &Bound<'_>,
    claimants: impl ExactSizeIterator<Item = [u8; 16]>,
) -> [u8; 32] {
    scratch.clear();
    scratch.extend_from_slice(b"exeunt vault segment v1");
    scratch.extend_from_slice(header);
    scratch.extend_from_slice(&bound.number.to_le_bytes());
    put_bytes(scratch, bound.model.as_bytes());
    put_bytes(scratch, bound.columns);
    let (content, number) = bound.content.tag();
    scratch.extend_from_slice(&[content, number, bound.claims.tag(), bound.packing.tag()]);
    scratch.extend_from_slice(&bound.rows.to_le_bytes());
    scratch.extend_from_slice(&bound.plain_length.to_le_bytes());
    put_varint(scratch, claimants.len() as u64);
    claimants.for_each(|claimant| scratch.extend_from_slice(&claimant));
    crypt::sha256(&[scratch])
}

/// The key of a segment that needs all its claimants.
pub(crate) fn key_of_all<'a>(
    epoch: &[u8; 32],
    salts: impl ExactSizeIterator<Item = &'a Salt>,
    scratch: &mut Zeroizing<Vec<u8>>,
    binding: &[u8; 32],
) -> Key {
    scratch.zeroize();
    scratch.reserve(salts.len() * 32); // once, so that growing leaves no copy behind
    salts.for_each(|salt| scratch.extend_from_slice(salt.expose()));
    crypt::derive(epoch, scratch, &[b"exeunt vault all v1", binding])
}

/// The key under which a segment's key is wrapped for one of its claimants.
pub(crate) fn key_of_one(epoch: &[u8; 32], salt: &Salt, claimant: &[u8; 16], binding: &[u8; 32]) -> Key {
    crypt::derive(epoch, salt.expose(), &[b"exeunt vault any v1", binding, claimant])
}

/// The key under which the blob's index is authenticated.
pub(crate) fn index_key(epoch: &[u8; 32], header: &[u8]) -> Key {
    crypt::derive(epoch, header, &[b"exeunt vault index v1"])
}
