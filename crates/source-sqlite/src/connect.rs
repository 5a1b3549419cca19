//! Opening a connection the way we want it, without changing anything about the file.

use std::path::{Path, PathBuf};
use std::time::Duration;

use exeunt_base::{Fault, FaultKind};
use rusqlite::{Connection, OpenFlags};

use crate::error::fault;
use crate::functions;
use crate::settings::Settings;

const DOING: &str = "open the database";

/// Opens the file. A file that is missing is never made.
pub(crate) fn open(settings: &Settings) -> Result<Connection, Fault> {
    let path = &settings.path;
    if !path.exists() {
        let what = format!("there is no file `{}`", path.display());
        return Err(Fault::new(FaultKind::Missing, what).while_doing(DOING));
    }
    if !path.is_file() {
        let what = format!("`{}` is something else than a file", path.display());
        return Err(Fault::new(FaultKind::Missing, what).while_doing(DOING));
    }
    // No URI: a `?` in a file name is part of it.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_EXRESCODE;
    let connection = Connection::open_with_flags(plain(path), flags).map_err(|error| fault(DOING, &error))?;
    set_up(&connection, settings).map_err(|error| fault(DOING, &error))?;
    Ok(connection)
}

fn set_up(connection: &Connection, settings: &Settings) -> rusqlite::Result<()> {
    connection.busy_timeout(Duration::from_secs(u64::from(settings.lock_timeout_seconds)))?;
    functions::register(connection)?;
    connection.execute_batch(
        "PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY;
         PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;",
    )?;
    // Batch after batch touches the same index pages: they need not go to the file each time.
    connection.pragma_update(None, "wal_autocheckpoint", 32_000)?;
    connection.pragma_update(None, "cache_size", -1024 * i64::from(settings.cache_mib.clamp(1, 4096)))?;
    // The first touch of the file itself: a file that is no database, or is encrypted, shows here.
    connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))
}

/// The build of SQLite understands `file:` names even without being asked; a path must stay a path.
fn plain(path: &Path) -> PathBuf {
    if path.is_absolute() { path.to_owned() } else { Path::new(".").join(path) }
}

/// Which file a path leads to, so that a pooled connection to a file since replaced is not used again.
#[cfg(unix)]
pub(crate) fn identity(path: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata(path).ok().map(|file| (file.dev(), file.ino()))
}

/// Elsewhere nothing tells two files apart: connections are not pooled.
#[cfg(not(unix))]
pub(crate) fn identity(_path: &Path) -> Option<(u64, u64)> {
    None
}
