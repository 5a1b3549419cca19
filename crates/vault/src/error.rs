//! What can go wrong with keys and blobs. No message ever holds a key, a salt or a byte of a row.

use std::io;
use std::path::PathBuf;

use exeunt_base::{BlobId, EpochId, Fault, FaultKind, RequestId};

/// Why the vault could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The disk, the quota or the file-size limit is used up.
    #[error("no room left while {doing}")]
    Full {
        /// What was being attempted.
        doing: String,
        /// The system's word.
        source: io::Error,
    },
    /// The system refused access.
    #[error("not allowed while {doing}")]
    Denied {
        /// What was being attempted.
        doing: String,
        /// The system's word.
        source: io::Error,
    },
    /// Any other trouble with a file.
    #[error("could not go on while {doing}")]
    Io {
        /// What was being attempted.
        doing: String,
        /// The system's word.
        source: io::Error,
    },
    /// A file with key material that others on the machine may read.
    #[error("key file `{}` is open to others (mode {mode:03o}): allow its owner alone, as `chmod 600` does", path.display())]
    Exposed {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// Something that should be there is not.
    #[error("there is no {what}")]
    Missing {
        /// What was looked for.
        what: String,
    },
    /// Something that must not be overwritten is there already.
    #[error("there already is {what}")]
    Exists {
        /// What was to be made.
        what: String,
    },
    /// A file ends before its end mark.
    #[error("{what} was cut off")]
    Truncated {
        /// Which file.
        what: String,
    },
    /// A file is not what was written.
    #[error("{what} is damaged: {why}")]
    Damaged {
        /// Which file.
        what: String,
        /// What does not fit.
        why: &'static str,
    },
    /// A file of a format this release does not know.
    #[error("{what} has format version {found}, which this release cannot read")]
    Version {
        /// Which file.
        what: String,
        /// The version it states.
        found: u16,
    },
    /// A key or passphrase that is not the one this was sealed with.
    #[error("{what} does not open with this key: it is the wrong one, or somebody changed the file")]
    WrongKey {
        /// What was to be opened.
        what: String,
    },
    /// The key is right, yet the segment is not what was sealed, not from here, or not for this claimant.
    #[error(
        "segment {segment} of {blob} does not open: its bytes or a claimant's salt are not those it was sealed with"
    )]
    Tampered {
        /// The blob.
        blob: BlobId,
        /// The segment's number.
        segment: u32,
    },
    /// A salt this segment needs has been destroyed: nobody can open it any more.
    #[error("segment {segment} of {blob} cannot be opened: the salt of {request} is destroyed")]
    Shredded {
        /// The blob.
        blob: BlobId,
        /// The segment's number.
        segment: u32,
        /// A claimant without a salt.
        request: RequestId,
    },
    /// The epoch's key is destroyed, or was never here.
    #[error("the key of {epoch} is not here: it was destroyed, or belongs to another key directory")]
    MissingEpoch {
        /// The epoch.
        epoch: EpochId,
    },
    /// A segment number beyond the blob's last.
    #[error("{blob} has no segment {segment}")]
    NoSegment {
        /// The blob.
        blob: BlobId,
        /// The number asked for.
        segment: u32,
    },
    /// A segment nobody claims could never be shredded, so it is not sealed.
    #[error("segment {segment} of {blob} names no request that claims it")]
    NoClaimant {
        /// The blob.
        blob: BlobId,
        /// The segment's number.
        segment: u32,
    },
    /// More than one segment may hold.
    #[error("a segment of {bytes} bytes is over the limit of {limit}")]
    TooLarge {
        /// Its size.
        bytes: u64,
        /// The most a segment may hold.
        limit: u64,
    },
    /// An earlier write failed, so what is on disk cannot be trusted; begin the blob again.
    #[error("{blob} can no longer be written: an earlier write failed")]
    Broken {
        /// The blob.
        blob: BlobId,
    },
    /// A storage elsewhere does not answer, or has trouble of its own: the same again later may work.
    #[error("the storage could not be reached while {doing}: {why}")]
    Unreachable {
        /// What was being attempted.
        doing: String,
        /// What was seen, without secrets.
        why: String,
    },
    /// A storage elsewhere answers, and does not let us: somebody must act.
    #[error("the storage refused {doing}: {why}")]
    NotLetIn {
        /// What was being attempted.
        doing: String,
        /// Why, and what to do.
        why: String,
    },
    /// A storage that does not keep what we must promise.
    #[error("the storage at {place} cannot be used: {why}")]
    Unsuitable {
        /// Which.
        place: String,
        /// What is wrong with it, and what to do.
        why: String,
    },
    /// The token that holds the root key does not answer: it is not there, or its module has trouble.
    #[error("the token could not be reached while {doing}: {why}")]
    TokenGone {
        /// What was being attempted.
        doing: String,
        /// What was seen, without secrets.
        why: String,
    },
    /// The token does not let us in, or not do this: somebody must act.
    #[error("the token refused {doing}: {why}")]
    TokenRefused {
        /// What was being attempted.
        doing: String,
        /// Why, and what to do.
        why: String,
    },
    /// A passphrase or setting that cannot be used.
    #[error("{0}")]
    Unusable(&'static str),
}

impl Error {
    /// Sorts an error of the file system by what the caller can do about it.
    pub(crate) fn io(doing: impl Into<String>, source: io::Error) -> Self {
        let doing = doing.into();
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
                Self::Full { doing, source }
            }
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                Self::Denied { doing, source }
            }
            _ => Self::Io { doing, source },
        }
    }

    /// Its code, with a page in `docs/errors/`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Full { .. } => "E0806",
            Self::Denied { .. } | Self::Exposed { .. } => "E0507",
            Self::Io { .. } => "E0805",
            Self::Missing { .. } | Self::MissingEpoch { .. } => "E0508",
            Self::Exists { .. } => "E0804",
            Self::Truncated { .. }
            | Self::Damaged { .. }
            | Self::Tampered { .. }
            | Self::NoSegment { .. } => "E0506",
            Self::Version { .. } => "E0807",
            Self::WrongKey { .. } => "E0505",
            // the salt dies with the request's rows
            Self::Shredded { .. } => "E0501",
            Self::Unusable(_) => "E0509",
            Self::Unreachable { .. } => "E0966",
            Self::NotLetIn { .. } => "E0967",
            Self::TokenGone { .. } => "E0958",
            Self::TokenRefused { .. } => "E0959",
            Self::Unsuitable { .. } => "E0968",
            Self::NoClaimant { .. } | Self::TooLarge { .. } | Self::Broken { .. } => "E0813",
        }
    }

    /// What to decide by.
    pub fn kind(&self) -> FaultKind {
        match self {
            Self::Full { .. } => FaultKind::Full,
            Self::Denied { .. }
            | Self::Exposed { .. }
            | Self::NotLetIn { .. }
            | Self::TokenRefused { .. } => FaultKind::Denied,
            Self::Unreachable { .. } | Self::TokenGone { .. } => FaultKind::Unreachable,
            Self::Missing { .. }
            | Self::Shredded { .. }
            | Self::MissingEpoch { .. }
            | Self::NoSegment { .. } => FaultKind::Missing,
            Self::Truncated { .. } | Self::Damaged { .. } | Self::WrongKey { .. } | Self::Tampered { .. } => {
                FaultKind::Corrupt
            }
            Self::Version { .. } | Self::TooLarge { .. } | Self::Unusable(_) | Self::Unsuitable { .. } => {
                FaultKind::Unsupported
            }
            Self::Exists { .. } => FaultKind::Refused,
            Self::Io { .. } | Self::NoClaimant { .. } | Self::Broken { .. } => FaultKind::Internal,
        }
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        let mut what = error.to_string();
        let mut cause = std::error::Error::source(&error);
        while let Some(inner) = cause {
            what = format!("{what}: {inner}");
            cause = inner.source();
        }
        Self::new(error.kind(), what)
    }
}

/// For whoever reads and writes by the standard library; whoever knows us takes the error out again.
impl From<Error> for io::Error {
    fn from(error: Error) -> Self {
        let kind = match error.kind() {
            FaultKind::Full => io::ErrorKind::StorageFull,
            FaultKind::Missing => io::ErrorKind::NotFound,
            FaultKind::Denied => io::ErrorKind::PermissionDenied,
            _ => io::ErrorKind::Other,
        };
        Self::new(kind, error)
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use exeunt_base::{Fault, FaultKind};

    use super::Error;

    #[test]
    fn a_full_disk_is_told_apart_by_kind_and_keeps_its_cause() {
        let fault = Fault::from(Error::io("writing a blob", io::Error::from_raw_os_error(28)));
        assert_eq!(fault.kind, FaultKind::Full);
        assert!(fault.what.starts_with("no room left while writing a blob: "), "{}", fault.what);
        assert_eq!(Error::io("reading", io::Error::from_raw_os_error(13)).kind(), FaultKind::Denied);
        assert_eq!(Error::io("reading", io::Error::from_raw_os_error(5)).kind(), FaultKind::Internal);
    }
}
