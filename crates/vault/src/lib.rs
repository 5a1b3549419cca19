//! Where struck rows wait, encrypted, and the keys that open them.
//!
//! Two halves. The [`Keyring`] keeps keys in files outside the control database: a [`Keeper`] (key file, passphrase)
//! guards the root key, or a [`Token`] holds it, the root key guards one key an organization, that one guards the keys of its epochs. The
//! [`Shelf`] keeps blobs in a [`Storage`]: one a batch, holding many segments, each sealed to the salts of the requests that
//! claim it. A segment opens while its epoch key **and** its claimants' salts exist; destroying either is for ever.
//!
//! Everything here is synchronous and takes time and chance as arguments. It knows bytes, models and requests; it
//! never looks into the rows. The formats are written down in `docs/specs/vault.md`.

pub mod blob;
pub mod error;
pub mod keeper;
pub mod keyring;
pub mod shares;
pub mod shelf;
pub mod statement;
pub mod storage;

mod crypt;
mod files;

#[cfg(test)]
mod faults;

pub use crate::blob::reader::Blob;
pub use crate::blob::writer::BlobWriter;
pub use crate::blob::{BlobMeta, Claims, Content, Salt, SealedBlob, SegmentInfo, SegmentMeta};
pub use crate::error::Error;
pub use crate::keeper::token::{InToken, Token};
pub use crate::keeper::{Keeper, key_file::KeyFile, passphrase::Passphrase};
pub use crate::keyring::Keyring;
pub use crate::keyring::epochs::{EpochInfo, EpochKey};
pub use crate::keyring::recovery::{Recovered, Recovery};
pub use crate::shares::Share;
pub use crate::shelf::Shelf;
pub use crate::statement::Statement;
pub use crate::storage::{Disk, Storage};
