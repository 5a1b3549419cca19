//! After deleting: no old bytes in the file, its log or its journals; and what an operator should know.

use std::path::{Path, PathBuf};

use exeunt_base::{Fault, FaultKind, Name};
use exeunt_source::Residue;
use exeunt_source::sql::{Dialect, Sql};
use exeunt_source::strike::Leftover;

use crate::error::fault;
use crate::settings::{Scrub, Settings};
use crate::worker::Held;

const DOING: &str = "scrub the database";

/// A file up to this size is written anew by way of memory, a larger one by way of a nameless temporary file.
const IN_MEMORY: i64 = 64 << 20;

/// Leaves no byte of deleted rows in the file, its log and its journals, as far as that is in our hands.
///
/// Deleted rows are overwritten with zeros when they are deleted (`secure_delete`), but not the copies that page splits
/// of the application left in free space, nor the words that a full-text index keeps until it is merged.
pub(crate) fn scrub(held: &mut Held, settings: &Settings) -> Result<Residue, Fault> {
    let mut residue = Residue::default();
    residue.done.push("rows were overwritten with zeros as they were deleted (secure_delete)".into());
    merge_indexes(held, &mut residue)?;
    match settings.scrub {
        Scrub::Vacuum => write_anew(held, &mut residue)?,
        Scrub::Logs => residue.left.push(Leftover {
            place: FREE_SPACE.into(),
            note: "pages that were split or freed by other programs keep copies of rows until they are used again; \
                   `scrub: vacuum` writes the file anew"
                .into(),
            until: None,
        }),
    }
    if ask::<String>(held, "PRAGMA main.journal_mode")? == "wal" {
        empty_log(held, &mut residue)?;
    } else {
        remove_journal(held, &settings.path, &mut residue)?;
    }
    residue.left.push(Leftover {
        place: "file system".into(),
        note: "blocks of truncated logs and removed journals, snapshots and backups of the disk keep old bytes until \
               they are overwritten"
            .into(),
        until: None,
    });
    Ok(residue)
}

const FREE_SPACE: &str = "free space of the database";

/// Full-text indexes keep words of deleted rows beside a mark that they are deleted, until all parts are merged.
fn merge_indexes(held: &Held, residue: &mut Residue) -> Result<(), Fault> {
    let list = |error: rusqlite::Error| fault(DOING, &error);
    let mut statement = held
        .connection
        .prepare(
            "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND sql LIKE 'create virtual table%using fts_%'",
        )
        .map_err(list)?;
    let names = statement
        .query_map([], |row| row.get(0))
        .and_then(Iterator::collect::<rusqlite::Result<Vec<String>>>)
        .map_err(list)?;
    for name in names.iter().filter_map(|name| Name::new(name).ok()) {
        let mut sql = Sql::new(Dialect::Sqlite);
        sql.put("INSERT INTO \"main\".").name(&name).put(" (").name(&name).put(") VALUES ('optimize')");
        match held.connection.execute(&sql.finish().text, []) {
            Ok(_) => residue.done.push(format!("the full-text index {name} was merged")),
            Err(error) => residue.left.push(Leftover {
                place: format!("full-text index {name}"),
                note: format!(
                    "it may keep words of deleted rows until it is merged; {}",
                    fault(MERGING, &error)
                ),
                until: None,
            }),
        }
    }
    Ok(())
}

const MERGING: &str = "merge its parts";

/// VACUUM. Somebody who reads, or a full disk, only delays it: that is told, and the next scrub tries again.
fn write_anew(held: &Held, residue: &mut Residue) -> Result<(), Fault> {
    const WRITING: &str = "write the file anew";
    let size = ask::<i64>(held, "PRAGMA main.page_count")? * ask::<i64>(held, "PRAGMA main.page_size")?;
    let in_memory = size <= IN_MEMORY;
    if !in_memory {
        run(held, "PRAGMA temp_store = FILE")?;
    }
    let written = held.connection.execute_batch("VACUUM").map_err(|error| fault(WRITING, &error));
    if !in_memory {
        run(held, "PRAGMA temp_store = MEMORY")?;
    }
    match written {
        Ok(()) => {
            residue.done.push("the file was written anew (VACUUM)".into());
            if !in_memory {
                residue
                    .done
                    .push("rows that live on passed through a nameless temporary file meanwhile".into());
            }
        }
        Err(fault) if matches!(fault.kind, FaultKind::Contended | FaultKind::Full) => {
            residue.left.push(Leftover {
                place: FREE_SPACE.into(),
                note: format!("copies of rows may stay in free space until the next scrub; {fault}"),
                until: None,
            });
        }
        Err(fault) => return Err(fault),
    }
    Ok(())
}

/// Sentences for an operator.
pub(crate) fn advise(held: &mut Held) -> Result<Vec<String>, Fault> {
    let mut advice = Vec::new();
    if held.connection.is_readonly("main").map_err(|error| fault("look at the database", &error))? {
        advice.push("the file is read-only for us: nothing can be erased or restored".to_owned());
    }
    if ask::<String>(held, "PRAGMA main.journal_mode")? != "wal" {
        advice.push(
            "the file is not in WAL mode: while rows are read nobody can write, and while rows are written nobody \
             can read"
                .to_owned(),
        );
    }
    if ask::<String>(held, "PRAGMA main.encoding")? != "UTF-8" {
        advice.push(
            "the file keeps text as UTF-16: text that is not valid UTF-16 cannot be kept exactly".to_owned(),
        );
    }
    let orphans = held
        .connection
        .prepare("SELECT 1 FROM pragma_foreign_key_check LIMIT 1")
        .and_then(|mut statement| statement.exists([]));
    // A table of an unknown module or a reference to nowhere makes the look impossible, not the work.
    if orphans.unwrap_or(false) {
        advice.push(
            "there are rows that refer to rows that are gone: the application seems to run without foreign keys, \
             which our connections enforce"
                .to_owned(),
        );
    }
    Ok(advice)
}

fn empty_log(held: &Held, residue: &mut Residue) -> Result<(), Fault> {
    let (busy, left): (i64, i64) = held
        .connection
        .query_row("PRAGMA main.wal_checkpoint(TRUNCATE)", [], |row| Ok((row.get(0)?, row.get(1)?)))
        .map_err(|error| fault(DOING, &error))?;
    if busy == 0 {
        residue.done.push("the write-ahead log was emptied".into());
        return Ok(());
    }
    residue.left.push(Leftover {
        place: "write-ahead log".into(),
        note: format!(
            "another program was reading, so the log keeps up to {} pages with old rows until it can be emptied; \
             scrub again",
            left.max(0)
        ),
        until: None,
    });
    Ok(())
}

/// A journal kept by an application in `journal_mode=PERSIST` holds old pages behind a cleared header.
fn remove_journal(held: &Held, path: &Path, residue: &mut Residue) -> Result<(), Fault> {
    let journal = beside(path, "-journal");
    if journal.exists() {
        // SQLite's own way, with its locks: leaving this mode removes the file.
        run(held, "PRAGMA main.journal_mode = PERSIST; PRAGMA main.journal_mode = DELETE;")?;
    }
    if journal.exists() {
        residue.left.push(Leftover {
            place: "rollback journal".into(),
            note: "another program holds it; it may keep old pages until that program ends its transaction"
                .into(),
            until: None,
        });
    } else {
        residue.done.push("no rollback journal is left beside the file".into());
    }
    Ok(())
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

fn run(held: &Held, sql: &'static str) -> Result<(), Fault> {
    held.connection.execute_batch(sql).map_err(|error| fault(DOING, &error))
}

fn ask<T: rusqlite::types::FromSql>(held: &Held, sql: &'static str) -> Result<T, Fault> {
    held.connection.query_row(sql, [], |row| row.get(0)).map_err(|error| fault(DOING, &error))
}
