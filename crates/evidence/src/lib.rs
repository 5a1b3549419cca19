//! Evidence packs: what was done for a request, or in a period, in one archive that a stranger checks offline.
//!
//! Pure: bytes in, bytes out. Every file of a pack is bound by its manifest, the manifest by an entry of the log, the entry by the
//! log's signed head; and the archive around them has one spelling. So there is no byte that can be changed unseen.
//! `docs/specs/evidence.md` says what stands where.

mod archive;
mod manifest;
mod pack;
mod page;
mod verify;
mod words;

pub use crate::archive::{BadArchive, MOST_BYTES, MOST_FILES};
pub use crate::manifest::{Manifest, Scope};
pub use crate::pack::{Bound, Contents, FACT, Found, Pack, PackError, Slice, Stretch};
pub use crate::verify::{Failure, Trust, Verified, verify};
