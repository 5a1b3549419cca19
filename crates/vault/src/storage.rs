//! Where finished things are kept: the vault's blobs, and packages. A folder of this machine ([`Disk`]) or, elsewhere, a bucket.
//!
//! Every kind of storage promises the same. A thing has no name until it is whole and durable; once it has one it is never
//! overwritten; whoever opens it sees one and the same thing to its end; deleted means that no version of it is left. All of it
//! is called from threads that may wait.

mod disk;
mod reader;

use std::fmt::Debug;

use exeunt_base::Timestamp;

use crate::error::Error;

pub use crate::storage::disk::{Disk, item_of};
pub use crate::storage::reader::{Reader, Writing};

/// A place for finished things. Names are relative, ours, and of letters, digits, `_`, `-`, `.` and `/`.
pub trait Storage: Debug + Send + Sync {
    /// Begins a thing. `attempt` must be fresh chance for every beginning: it tells this one's work from another's. Nobody
    /// sees the thing before [`Draft::finish`].
    fn begin(&self, name: &str, attempt: &str) -> Result<Box<dyn Draft>, Error>;

    /// Opens a finished thing; [`Error::Missing`] when there is none.
    fn open(&self, name: &str) -> Result<Box<dyn Item>, Error>;

    /// Whether a finished thing of that name is there.
    fn holds(&self, name: &str) -> Result<bool, Error>;

    /// Takes a thing away, in every version there is of it, for good; false when there was none.
    fn delete(&self, name: &str) -> Result<bool, Error>;

    /// All finished things whose names begin so, in the order of their names.
    fn list(&self, under: &str) -> Result<Vec<Found>, Error>;

    /// What was begun and not finished: being written right now, or left by a process that died.
    fn drafts(&self) -> Result<Vec<Found>, Error>;

    /// Takes away one of [`Self::drafts`].
    fn discard(&self, draft: &Found) -> Result<(), Error>;

    /// Whether the storage can be reached, in one cheap question.
    fn look(&self) -> Result<(), Error>;

    /// Tries out everything that is promised here on a thing of its own, which it takes away again, and tells what is worth
    /// knowing. `attempt` as for [`Self::begin`].
    fn prove(&self, attempt: &str) -> Result<Vec<String>, Error>;

    /// Where a thing of that name is, for people: never a secret. Without a name, where the storage is.
    fn place(&self, name: &str) -> String;
}

/// A thing in the making. Dropped before [`finish`](Self::finish), it is given up, and what was written is taken away.
pub trait Draft: Send + Sync {
    /// Writes on. After an error nothing more can be done with it.
    fn write(&mut self, bytes: &[u8]) -> Result<(), Error>;

    /// Durable under its name when this returns; [`Error::Exists`] when the name was taken, and then nothing was changed.
    fn finish(self: Box<Self>) -> Result<(), Error>;
}

/// A finished thing, open.
pub trait Item: Debug + Send + Sync {
    /// Its length.
    fn length(&self) -> u64;

    /// Fills `bytes` from `offset` on; an error when there are fewer.
    fn read_at(&self, bytes: &mut [u8], offset: u64) -> Result<(), Error>;
}

/// A thing as a list tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its name.
    pub name: String,
    /// What tells it from others of the same name that are not finished either; empty for a finished one.
    pub attempt: String,
    /// Its length; 0 where a storage does not know it before it is finished.
    pub bytes: u64,
    /// When it was last written to, or begun.
    pub modified: Timestamp,
}
