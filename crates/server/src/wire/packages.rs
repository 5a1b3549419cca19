//! Packages over the wire.

use exeunt_app::tasks::wanted::PackageWanted;
use exeunt_base::Timestamp;
use exeunt_store::links::Link;
use exeunt_store::packages::Package;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::wire::confirm::Confirm;

/// What package is wanted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MakePackage {
    /// Forms of the data: `json`, `csv`, `xml`, `docx`, `html`.
    #[serde(default = "usual")]
    #[schema(min_items = 1)]
    formats: Vec<String>,
    /// Keys (`age1…`) that open it beside this house's own.
    #[serde(default)]
    recipients: Vec<String>,
    /// Only whoever knows this opens it; not together with recipients.
    #[serde(default)]
    #[schema(min_length = 12)]
    passphrase: Option<String>,
    /// What people confirmed over the guards.
    #[serde(default)]
    confirm: Confirm,
    /// A link to it is mailed to the person as soon as it is made. Needs the permission to make links, too.
    #[serde(default)]
    pub(crate) deliver: bool,
}

fn usual() -> Vec<String> {
    ["json", "csv", "html"].map(String::from).into()
}

impl MakePackage {
    pub(crate) fn wanted(self) -> PackageWanted {
        PackageWanted {
            formats: self.formats,
            recipients: self.recipients,
            passphrase: self.passphrase,
            confirmed: self.confirm.confirmed(),
            deliver: self.deliver,
        }
    }
}

/// A link to a package. Its token is in the letter alone.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LinkView {
    /// Its id.
    #[schema(example = "lnk_01m81cf077eb8npjdnn33sww60")]
    pub(crate) id: String,
    /// The package.
    pub(crate) package: String,
    /// The request it answers.
    pub(crate) request: String,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) made_at: Timestamp,
    /// When it ends.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) expires_at: Timestamp,
    /// How often it may still be used.
    pub(crate) downloads_left: u64,
    /// When it was revoked.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(crate) revoked_at: Option<Timestamp>,
}

impl From<&Link> for LinkView {
    fn from(link: &Link) -> Self {
        Self {
            id: link.id.to_string(),
            package: link.package.to_string(),
            request: link.request.to_string(),
            made_at: link.made_at,
            expires_at: link.expires_at,
            downloads_left: link.downloads_left,
            revoked_at: link.revoked_at,
        }
    }
}

/// All links of a package.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Links {
    /// Newest first, those that are over too.
    pub(crate) items: Vec<LinkView>,
}

/// A package.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PackageView {
    /// Its id.
    pub(crate) id: String,
    /// The request it answers.
    pub(crate) request: String,
    /// SHA-256 of the file, hexadecimal.
    pub(crate) digest: String,
    /// Its size.
    pub(crate) bytes: u64,
    /// Rows in it.
    pub(crate) rows: u64,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) made_at: Timestamp,
    /// When key and file are destroyed.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) expires_at: Timestamp,
    /// How often it was opened or fetched.
    pub(crate) opened: u64,
    /// When it was removed.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(crate) removed_at: Option<Timestamp>,
}

impl From<&Package> for PackageView {
    fn from(package: &Package) -> Self {
        Self {
            id: package.id.to_string(),
            request: package.request.to_string(),
            digest: package.digest.clone(),
            bytes: package.bytes,
            rows: package.rows,
            made_at: package.made_at,
            expires_at: package.expires_at,
            opened: package.opened,
            removed_at: package.removed_at,
        }
    }
}
