//! Blobs and packages in a bucket of Amazon S3, or of anything that speaks its protocol.
//!
//! [`Bucket`] is a [`Storage`](exeunt_vault::Storage) like the folder of a home: whole or not there, never overwritten, and
//! deleted with every version of it. It speaks the protocol itself, over a blocking HTTP client, because the vault and the
//! package writer block too (decision 0021). It knows bytes and names; what is in them is sealed before it comes here.
//!
//! Time, pauses and credentials are arguments.

mod answer;
mod bucket;
mod client;
mod credentials;
mod draft;
mod item;
mod settings;
mod sign;
mod xml;

pub use crate::bucket::Bucket;
pub use crate::credentials::{Keys, Reading};
pub use crate::settings::{Pace, Settings, Wrong};
