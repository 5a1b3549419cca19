//! Jobs that were run in other databases than the settings name, such as a backup that was looked through: their rows
//! go on, come back and end only where somebody says, never in the database of every day by mistake.

use std::fmt::Display;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use exeunt_base::Name;

use crate::door::Door;
use crate::failure::Failure;
use crate::sources;

/// `--at`, where work may concern another database.
#[derive(Debug, clap::Args)]
pub(crate) struct At {
    /// The database, for work of `ledger replay --at`: shop=sqlite:restored.db
    #[arg(long, value_name = "NAME=ADDRESS", value_parser = sources::address)]
    pub(crate) at: Vec<(Name, String)>,
}

/// Remembers that these, jobs or requests, belong to databases given with `--at`. Addresses may hold passwords and are
/// not kept.
pub(crate) fn note<T: Display>(door: &Door, ids: impl IntoIterator<Item = T>) -> Result<(), Failure> {
    if door.at.is_empty() {
        return Ok(());
    }
    let folder = door.home.join("elsewhere");
    fs::create_dir_all(&folder).map_err(|source| Failure::file("make the folder", &folder, source))?;
    let names: String = door.at.iter().map(|(name, _)| format!("{name}\n")).collect();
    for id in ids {
        let path = place(&folder, &id);
        fs::write(&path, &names).map_err(|source| Failure::file("write", &path, source))?;
    }
    Ok(())
}

/// Refuses when a job or request belongs to another database and nobody says where that is now.
pub(crate) fn check(door: &Door, id: &impl Display) -> Result<(), Failure> {
    let path = place(&door.home.join("elsewhere"), id);
    let names = match fs::read_to_string(&path) {
        Ok(names) => names,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(source) => return Err(Failure::file("read", &path, source)),
    };
    match names.lines().find(|name| !door.at.iter().any(|(at, _)| at.as_str() == *name)) {
        None => Ok(()),
        Some(name) => Err(Failure::Usage(format!(
            "the rows of `{id}` are of another database than the settings name for `{name}`; say where it is now with --at {name}=ADDRESS"
        ))),
    }
}

fn place(folder: &Path, id: &impl Display) -> PathBuf {
    folder.join(id.to_string())
}
