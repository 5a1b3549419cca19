//! `exeunt package open`: a package of this home, or any package file, with this home's key or another.

use std::path::{Path, PathBuf};

use exeunt_app::packages::open::open_file;
use exeunt_base::{PackageId, Secret};
use exeunt_package::{Identity, Key, Opened};
use serde_json::json;

use crate::door::{Door, Needs};
use crate::failure::{Exit, Failure};
use crate::table::table;
use crate::{out, passphrase};

/// Which, with what, where to.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A package of this home (pkg_…), or a file
    #[arg(value_name = "PACKAGE|FILE")]
    package: PathBuf,
    /// The folder to unpack into, which must not exist
    #[arg(long, value_name = "FOLDER")]
    to: PathBuf,
    /// Open it with the key in this file: AGE-SECRET-KEY-1…
    #[arg(long, value_name = "FILE", conflicts_with = "passphrase_file")]
    identity: Option<PathBuf>,
    /// Open it with the passphrase in this file
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
}

/// Opens it.
pub(crate) async fn run(door: &Door, args: &Args) -> Result<Exit, Failure> {
    let key = match (&args.identity, &args.passphrase_file) {
        (Some(path), _) => Some(Key::Identity(identity(path)?)),
        (_, Some(path)) => Some(Key::Passphrase(passphrase::from_file(path)?)),
        _ => None,
    };
    let id = args.package.to_str().and_then(|text| text.parse::<PackageId>().ok());
    let opened = match (id, key) {
        (Some(id), key) => {
            let (office, actor) = door.office(Needs::Home).await?;
            office.open_package(&actor, id, key, &args.to).await?
        }
        (None, Some(key)) => open_file(&args.package, &key, &args.to)?,
        (None, None) => {
            return Err(Failure::Usage(String::from(
                "a file is opened with --identity or --passphrase-file; a package of this home by its id, pkg_…",
            )));
        }
    };
    if door.json {
        out::json(&json!({
            "package": opened.manifest.package,
            "right": opened.manifest.right,
            "complete": opened.manifest.complete,
            "folder": args.to.display().to_string(),
            "files": opened.manifest.files.len(),
            "models": opened.manifest.models.len(),
        }))?;
    } else {
        out::text(&told(&opened, &args.to))?;
    }
    Ok(Exit::DONE)
}

/// A package that was opened, for people.
pub(crate) fn told(opened: &Opened, folder: &Path) -> String {
    let rows: Vec<Vec<String>> = opened
        .manifest
        .models
        .iter()
        .map(|model| {
            vec![format!("{}.{}", model.source, model.model), model.reason.clone(), out::grouped(model.rows)]
        })
        .collect();
    format!(
        "{}\n{} in {}, every file as its manifest says\n",
        table(&["model", "why", "rows"], &rows),
        out::plural(opened.manifest.files.len() as u64 + 1, "file", "files"),
        folder.display()
    )
}

fn identity(path: &Path) -> Result<Identity, Failure> {
    let text = std::fs::read_to_string(path)
        .map(Secret::new)
        .map_err(|source| Failure::file("read the key file", path, source))?;
    Ok(Identity::parse(&text).map_err(exeunt_app::Error::from)?)
}
