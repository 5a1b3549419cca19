//! An append-only log of salted commitments, its proofs and its offline verifier.
//!
//! Pure: no clock, no chance, no I/O beyond the readers and writers a caller hands in. Whoever stores the log keeps the
//! entries and the nodes this crate computes; whoever checks it needs nothing of ours but the public key.
//! The formats are C2SP's (signed note, checkpoint, tiles, tlog-proof) and RFC 6962's hashes; `docs/specs/audit.md`
//! says what stands in which file.

pub mod checkpoint;
pub mod commitment;
pub mod event;
pub mod export;
pub mod kind;
pub mod merkle;
pub mod note;
pub mod policy;
pub mod proof;
pub mod receipt;
pub mod tile;
pub mod witness;
