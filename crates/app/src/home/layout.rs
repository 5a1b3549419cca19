//! What lies where in a home.
//!
//! ```text
//! exeunt.yaml                settings
//! control.db                 the control store, unless it is on a server
//! keys/unseal.key            the unseal secret (or `unseal.salt`, when a passphrase is)
//! keys/ring/                 root, organization and epoch keys, each wrapped by the one above
//! vault/                     sealed rows of erased people
//! packages/  receipts/       what is handed over
//! checkpoints/<org_…>/       the log's public key and its last head, kept outside the store
//! operators/                 one file an operator: what the log calls them
//! sources/                   SQLite files that may be named in the console, put there by whoever runs the machine
//! ```

use std::path::{Path, PathBuf};

use exeunt_base::OrganizationId;

/// Where everything lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// The home itself.
    pub home: PathBuf,
    /// Where checkpoints are kept; may be another disk or machine.
    pub checkpoints: PathBuf,
    /// Where packages are written.
    pub packages: PathBuf,
}

impl Layout {
    /// The usual places.
    pub fn new(home: &Path) -> Self {
        Self { home: home.to_owned(), checkpoints: home.join("checkpoints"), packages: home.join("packages") }
    }

    /// The settings.
    pub fn settings(&self) -> PathBuf {
        self.home.join("exeunt.yaml")
    }

    /// The control store, unless the settings name a server for it.
    pub fn store(&self) -> PathBuf {
        self.home.join("control.db")
    }

    /// The unseal secret as a file.
    pub fn key_file(&self) -> PathBuf {
        self.home.join("keys").join("unseal.key")
    }

    /// The salt of the unseal passphrase.
    pub fn passphrase_salt(&self) -> PathBuf {
        self.home.join("keys").join("unseal.salt")
    }

    /// The keyring.
    pub fn ring(&self) -> PathBuf {
        self.home.join("keys").join("ring")
    }

    /// The root key, wrapped: every home has one.
    pub fn root_key(&self) -> PathBuf {
        self.ring().join("root.key")
    }

    /// The vault.
    pub fn vault(&self) -> PathBuf {
        self.home.join("vault")
    }

    /// Receipts and their proofs.
    pub fn receipts(&self) -> PathBuf {
        self.home.join("receipts")
    }

    /// SQLite files that may be named in the console.
    pub fn sources(&self) -> PathBuf {
        self.home.join("sources")
    }

    /// Operators.
    pub fn operators(&self) -> PathBuf {
        self.home.join("operators")
    }

    /// The public key of an organization's log.
    pub fn log_key(&self, organization: OrganizationId) -> PathBuf {
        self.checkpoints.join(organization.to_string()).join("log.vkey")
    }

    /// The last head of an organization's log.
    pub fn log_head(&self, organization: OrganizationId) -> PathBuf {
        self.checkpoints.join(organization.to_string()).join("checkpoint")
    }

    /// What officers acknowledged about it.
    pub fn acknowledged(&self, organization: OrganizationId) -> PathBuf {
        self.checkpoints.join(organization.to_string()).join("acknowledged.jsonl")
    }
}
