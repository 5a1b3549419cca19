//! `exeunt backup`: everything needed to begin again elsewhere, in one encrypted file.

mod check;
mod make;
mod open;

use std::path::{Path, PathBuf};

use exeunt_app::backups::form::{End, Head};
use exeunt_base::Secret;
use exeunt_package::{Identity, Key};

use crate::door::Door;
use crate::failure::{Exit, Failure};
use crate::{out, passphrase};

/// What about it.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Backup {
    /// Make one, encrypted: control store, sealed rows, keys but those of epochs, receipts, settings. Never the unseal secret
    Make(make::Args),
    /// Read one to its end and say what it is of; takes nothing from it
    Check(check::Args),
    /// Begin again from one, in a new home and an empty store
    Open(open::Args),
}

/// Does it.
pub(crate) async fn run(door: &Door, backup: &Backup) -> Result<Exit, Failure> {
    match backup {
        Backup::Make(args) => make::run(door, args).await,
        Backup::Check(args) => check::run(door, args),
        Backup::Open(args) => open::run(door, args).await,
    }
}

/// What opens a backup.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
struct Opener {
    /// Open it with the key in this file: AGE-SECRET-KEY-1…
    #[arg(long, value_name = "FILE")]
    identity: Option<PathBuf>,
    /// Open it with the passphrase in this file
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
    /// Open it with the passphrase in this variable
    #[arg(long, value_name = "NAME")]
    passphrase_env: Option<String>,
}

impl Opener {
    fn key(&self) -> Result<Key, Failure> {
        match (&self.identity, &self.passphrase_file, &self.passphrase_env) {
            (Some(path), ..) => {
                let text = std::fs::read_to_string(path)
                    .map(Secret::new)
                    .map_err(|source| Failure::file("read the key file", path, source))?;
                Ok(Key::Identity(Identity::parse(&text).map_err(exeunt_app::Error::from)?))
            }
            (_, Some(path), _) => passphrase::from_file(path).map(Key::Passphrase),
            (.., name) => passphrase::from_variable(name.as_deref().unwrap_or_default()).map(Key::Passphrase),
        }
    }
}

fn file(path: &Path) -> Result<std::io::BufReader<std::fs::File>, Failure> {
    let file = std::fs::File::open(path).map_err(|source| Failure::file("open the backup", path, source))?;
    Ok(std::io::BufReader::with_capacity(1 << 16, file))
}

/// What a backup holds, in words.
fn told(head: &Head, end: &End) -> String {
    let names: Vec<&str> = head.organizations.iter().map(|kept| kept.name.as_str()).collect();
    format!(
        "of {}, made {} by release {}: {} of the store, {} of the home",
        names.join(", "),
        head.made_at,
        head.made_by,
        out::plural(end.rows.values().sum(), "row", "rows"),
        out::plural(end.files, "file", "files"),
    )
}

fn value(head: &Head, end: &End) -> serde_json::Value {
    let organizations: Vec<&str> = head.organizations.iter().map(|kept| kept.id.as_str()).collect();
    serde_json::json!({
        "made_at": head.made_at,
        "made_by": head.made_by,
        "organizations": organizations,
        "rows": end.rows.values().sum::<u64>(),
        "files": end.files,
        "file_bytes": end.file_bytes,
    })
}
