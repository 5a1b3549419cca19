//! Why a backup could not be made or used.

use std::io;

use exeunt_package::OpenError;

use crate::error::Class;

/// Trouble with a backup.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It cannot be decrypted.
    #[error("the backup cannot be opened; is it the right file, whole, and the right key?")]
    Sealed(#[source] Box<OpenError>),
    /// It cannot be read to its end.
    #[error("the backup is damaged or cut short: nothing was taken from it; try an older one")]
    Damaged(#[source] io::Error),
    /// What is in it is not what a backup holds.
    #[error("the backup is not whole, or no backup: {0}; try an older one")]
    NotWhole(String),
    /// A newer release made it.
    #[error("the backup is of a newer release ({made_by}) than this one; open it with that release")]
    Newer {
        /// The release.
        made_by: String,
    },
    /// It could not be written.
    #[error("the backup could not be written")]
    Write(#[source] io::Error),
    /// It could not be encrypted.
    #[error("the backup could not be encrypted")]
    Encrypt(#[source] Box<exeunt_package::Error>),
}

impl Error {
    /// Its code, with a page in `docs/errors/`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Sealed(_) => "E0961",
            Self::Damaged(_) | Self::NotWhole(_) => "E0962",
            Self::Newer { .. } => "E0963",
            Self::Write(source) => crate::error::code_of_file(source),
            Self::Encrypt(_) => "E0606",
        }
    }

    /// What a door answers by.
    pub fn class(&self) -> Class {
        match self {
            Self::Sealed(_) | Self::Damaged(_) | Self::NotWhole(_) => Class::Tampered,
            Self::Newer { .. } => Class::Refused,
            Self::Write(source) if source.kind() == io::ErrorKind::StorageFull => Class::Full,
            Self::Write(_) => Class::Internal,
            Self::Encrypt(_) => Class::Usage,
        }
    }
}
