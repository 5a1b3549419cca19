//! Which token it is, and how its keys are called.

use std::path::PathBuf;

/// Where the root key is. None of it is secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The module (a shared library) that speaks to the token.
    pub module: PathBuf,
    /// The token's label.
    pub token: String,
    /// Its serial number, where several have that label.
    pub serial: Option<String>,
    /// The label of the home's keys. No two homes share one.
    pub key: String,
}
