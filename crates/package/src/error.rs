//! What can go wrong when writing and when opening. No message holds a cell, an identifier or a key.

use std::io;
use std::path::PathBuf;

use exeunt_base::ModelRef;

/// Why a package could not be written. After any of these the package is unfinished and cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No format was asked for.
    #[error("a package needs at least one format")]
    NoFormat,
    /// Part of the information about the processing is empty.
    #[error(
        "the information about the processing says nothing under `{part}`, so the answer would be incomplete"
    )]
    Unsaid {
        /// The part.
        part: &'static str,
    },
    /// The answer is empty.
    #[error("the answer of the package has no text")]
    NoAnswer,
    /// The key could not be used.
    #[error("could not encrypt the package to the given recipients")]
    Encrypt(#[source] age::EncryptError),
    /// The other side did not take the bytes.
    #[error("could not write the package")]
    Write(#[source] io::Error),
    /// The archive refused an entry.
    #[error("could not write the package's archive")]
    Archive(#[source] zip::result::ZipError),
    /// The temporary file failed.
    #[error("could not use a temporary file in `{}`", dir.display())]
    Scratch {
        /// Where it was to be.
        dir: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// A row does not fit its model.
    #[error("a row of `{model}` has {found} cells where the model has {wanted} fields")]
    Shape {
        /// The model.
        model: ModelRef,
        /// How many fields the model has.
        wanted: usize,
        /// How many cells the row has.
        found: usize,
    },
    /// A redaction points outside the rows.
    #[error("a redaction of `{model}` points to row {row}, column {column}, which is not there")]
    Mark {
        /// The model.
        model: ModelRef,
        /// The row.
        row: usize,
        /// The column.
        column: usize,
    },
    /// Calls in the wrong order.
    #[error("could not {attempted}: {because}")]
    Order {
        /// What was asked for.
        attempted: &'static str,
        /// Why it cannot be now.
        because: &'static str,
    },
}

/// Why a package could not be opened. Nothing is left behind at the target.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Not an age file.
    #[error("this is not a package: it does not begin like an age file")]
    NotAPackage,
    /// Not the right key.
    #[error("this key does not open the package")]
    WrongKey,
    /// A passphrase with a cost meant to exhaust the reader.
    #[error("opening the package asks for more work than allowed (2^{asked}, at most 2^{most})")]
    TooMuchWork {
        /// The work factor the file asks for.
        asked: u8,
        /// The most that is done.
        most: u8,
    },
    /// The file stops early.
    #[error("the package is cut short after {bytes} bytes: fetch it again")]
    Truncated {
        /// How long it is.
        bytes: u64,
    },
    /// Bytes were changed.
    #[error("the package is damaged near byte {near}: it is not what was written")]
    Damaged {
        /// Where the first damaged piece begins.
        near: u64,
    },
    /// The header was changed.
    #[error("the header of the package is damaged: it is not what was written")]
    DamagedHeader,
    /// Something follows the package.
    #[error("something was appended to the package after byte {after}")]
    Trailing {
        /// Where the package ends.
        after: u64,
    },
    /// The archive inside is not one of ours.
    #[error("the archive inside the package is not acceptable: {why}")]
    Archive {
        /// What is wrong with it.
        why: &'static str,
    },
    /// More than a reader is willing to unpack.
    #[error("the package unpacks to more than allowed: {what} over {most}")]
    TooLarge {
        /// What there is too much of.
        what: &'static str,
        /// The most that is allowed.
        most: u64,
    },
    /// The manifest cannot be read.
    #[error("the manifest of the package cannot be read")]
    Manifest(#[source] serde_json::Error),
    /// A newer layout.
    #[error("the package has layout version {found}; this program reads version {known}")]
    Version {
        /// The version found.
        found: u32,
        /// The version known.
        known: u32,
    },
    /// Not the manifest that was recorded.
    #[error("the package's manifest is not the one that was recorded when it was made")]
    OtherManifest,
    /// A file that the manifest lists is not there.
    #[error("the package lacks `{path}`, which its manifest lists")]
    Missing {
        /// The file.
        path: String,
    },
    /// A file that the manifest does not list.
    #[error("the package holds `{path}`, which its manifest does not list")]
    Unlisted {
        /// The file.
        path: String,
    },
    /// A file whose content is not what the manifest says.
    #[error("`{path}` is not the file its manifest describes")]
    Changed {
        /// The file.
        path: String,
    },
    /// Something is already at the target.
    #[error("`{}` exists already; name a directory that does not", path.display())]
    TargetExists {
        /// The target.
        path: PathBuf,
    },
    /// The file could not be read.
    #[error("could not read the package")]
    Read(#[source] io::Error),
    /// The target could not be written.
    #[error("could not write to `{}`", path.display())]
    Write {
        /// Where.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

impl Error {
    /// Its code, with a page in `docs/errors/`.
    pub fn code(&self) -> &'static str {
        if self.is_full() { "E0806" } else { "E0607" }
    }

    /// Whether the disk has no room left.
    pub fn is_full(&self) -> bool {
        match self {
            Self::Write(source) | Self::Scratch { source, .. } => is_full(source),
            Self::Archive(zip::result::ZipError::Io(source)) => is_full(source),
            _ => false,
        }
    }
}

impl OpenError {
    /// Its code, with a page in `docs/errors/`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::WrongKey => "E0601",
            Self::Truncated { .. }
            | Self::Damaged { .. }
            | Self::DamagedHeader
            | Self::Trailing { .. }
            | Self::Archive { .. }
            | Self::Manifest(_)
            | Self::OtherManifest
            | Self::Missing { .. }
            | Self::Unlisted { .. }
            | Self::Changed { .. } => "E0602",
            Self::NotAPackage => "E0603",
            Self::TooMuchWork { .. } | Self::TooLarge { .. } => "E0604",
            Self::Version { .. } => "E0807",
            Self::TargetExists { .. } => "E0804",
            Self::Read(_) => "E0805",
            Self::Write { source, .. } if is_full(source) => "E0806",
            Self::Write { .. } => "E0805",
        }
    }
}

fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}
