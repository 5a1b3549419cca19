//! After deleting: no old bytes in the file, its log or its journals; and what an operator should know.

use std::path::{Path, PathBuf};

use exeunt_base::Fault;
use exeunt_source::Residue;
use exeunt_source::strike::Leftover;

use crate::error::fault;
use crate::settings::{Scrub, Settings};
use crate::worker::Held;

const DOING: &str = "scrub the database";

/// Empties log and journals. Deleted rows were overwritten with zeros when they were deleted (`secure_delete`).
pub(crate) fn scrub(held: &mut Held, settings: &Settings) -> Result<Residue, Fault> {
    let mut residue = Residue::default();
    residue.done.push("rows are overwritten with zeros as they are deleted (secure_delete)".into());
    if settings.scrub == Scrub::Vacuum {
        run(held, "VACUUM")?;
        residue.done.push("the file was written anew (VACUUM)".into());
    } else {
        let free: i64 = ask(held, "PRAGMA main.freelist_count")?;
        if free > 0 {
            residue.left.push(Leftover {
                place: "free pages of the database".into(),
                note: format!(
                    "{free} free pages; what other programs freed without secure_delete stays in them, and in the \
                     free space of pages in use, until they are used again or a VACUUM writes the file anew"
                ),
                until: None,
            });
        }
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

/// Sentences for an operator.
pub(crate) fn advise(held: &mut Held, settings: &Settings) -> Result<Vec<String>, Fault> {
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
    if settings.scrub == Scrub::Logs {
        advice.push(
            "foreign keys are enforced on our connections whether or not the application enforces them"
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
