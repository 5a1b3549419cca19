//! A copy of everything Exeunt needs to begin again elsewhere, in one encrypted file; and beginning again from it.
//!
//! Never in it: the unseal secret, so that the file alone opens nothing; and the keys of epochs, so that no copy brings back
//! whom a purge destroyed (decision 0019). What waited in the vault can so be brought back only where the key directory
//! of the old home was kept.

pub mod check;
pub mod error;
pub mod form;
pub mod make;
pub mod open;

mod files;

pub use crate::backups::error::Error;
