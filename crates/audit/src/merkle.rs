//! RFC 6962 Merkle trees: hashes, the growing right edge, proofs and their verification.
//!
//! A node is named by its level (0 = leaves) and its index within the level. Only complete subtrees have a stored
//! node; everything else is computed from them.

mod frontier;
mod prove;
mod verify;

use std::fmt;

use aws_lc_rs::digest::{self, SHA256};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

pub use crate::merkle::frontier::{Frontier, Node};
pub use crate::merkle::prove::{consistency_proof, inclusion_proof, root};
pub use crate::merkle::verify::{verify_consistency, verify_inclusion};

/// A SHA-256 hash: of a leaf, of a node, of a whole tree. Prints as base64, as checkpoints and proofs do.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash(pub [u8; 32]);

/// Looks up a stored node by level and index; `None` where there is none.
pub type Nodes<'a> = dyn Fn(u8, u64) -> Option<Hash> + 'a;

/// Why a proof cannot be made, or does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The entry, or the older tree, lies outside the tree.
    #[error("{asked} lies outside a tree of {size} leaves")]
    Outside {
        /// The index or the older size asked for.
        asked: u64,
        /// The size of the tree.
        size: u64,
    },
    /// A node that every tree of this size has is not stored.
    #[error("node {index} of level {level} is missing")]
    MissingNode {
        /// Its level.
        level: u8,
        /// Its index within the level.
        index: u64,
    },
    /// A proof with too few or too many hashes for these sizes.
    #[error("the proof has the wrong number of hashes")]
    WrongLength,
    /// The proof leads to another root.
    #[error("the proof leads to another root")]
    OtherRoot,
}

/// The root of a tree without leaves.
pub fn empty_root() -> Hash {
    finish(digest::Context::new(&SHA256))
}

/// The hash of an entry: `SHA-256(0x00 || entry)`.
pub fn leaf_hash(entry: &[u8]) -> Hash {
    let mut context = digest::Context::new(&SHA256);
    context.update(&[0]);
    context.update(entry);
    finish(context)
}

/// The hash of an inner node: `SHA-256(0x01 || left || right)`.
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    let mut context = digest::Context::new(&SHA256);
    context.update(&[1]);
    context.update(&left.0);
    context.update(&right.0);
    finish(context)
}

impl Hash {
    /// Reads strict base64, as [`fmt::Display`] writes it.
    pub fn from_base64(text: &str) -> Option<Self> {
        STANDARD.decode(text).ok()?.try_into().ok().map(Self)
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&STANDARD.encode(self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The largest power of two below `count`, which is where RFC 6962 splits a tree. Needs at least two leaves.
fn split(count: u64) -> u64 {
    1 << (63 - (count - 1).leading_zeros())
}

fn finish(context: digest::Context) -> Hash {
    let mut hash = [0; 32];
    hash.copy_from_slice(context.finish().as_ref());
    Hash(hash)
}

#[cfg(test)]
mod tests;
