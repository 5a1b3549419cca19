//! How transactions end: made so, undone, or tried out. What was put off until then is checked then, and SQLite says no more
//! of it than that it refuses; which tables are meant is looked up.

use exeunt_base::{Fault, FaultKind};
use rusqlite::{Error, ffi};

use crate::error::{fault, shown};
use crate::worker::Held;

const DOING: &str = "end a transaction";

/// Pairs of tables named at most.
const NAMED: usize = 5;

pub(crate) fn commit(held: &Held) -> Result<(), Fault> {
    held.connection.execute_batch("COMMIT").map_err(|error| refused(held, &error))
}

pub(crate) fn rollback(held: &Held) -> Result<(), Fault> {
    held.connection.execute_batch("ROLLBACK").map_err(|error| fault(DOING, &error))
}

/// A commit that is turned into a rollback when nothing stands against it any more.
pub(crate) fn rehearse(held: &Held) -> Result<(), Fault> {
    let doing = |error: Error| fault("rehearse a commit", &error);
    held.connection.commit_hook(Some(|| true)).map_err(doing)?;
    let ended = held.connection.execute_batch("COMMIT");
    held.connection.commit_hook(None::<fn() -> bool>).map_err(doing)?;
    let found = match ended {
        Err(error) if code(&error) == Some(ffi::SQLITE_CONSTRAINT_COMMITHOOK) => Ok(()),
        Err(error) => Err(refused(held, &error)),
        // nothing was written, so nobody asked the hook
        Ok(()) => Ok(()),
    };
    if !held.connection.is_autocommit() {
        rollback(held)?;
    }
    found
}

/// A refusal, with the tables it is about while the transaction still shows them.
fn refused(held: &Held, error: &Error) -> Fault {
    let plain = fault(DOING, error);
    if code(error) != Some(ffi::SQLITE_CONSTRAINT_FOREIGNKEY) {
        return plain;
    }
    match dangling(held) {
        Ok(pairs) if !pairs.is_empty() => {
            let words = format!("rows would refer to rows that are gone ({})", pairs.join(", "));
            let told = Fault::new(FaultKind::Refused, words).while_doing(DOING);
            plain.code.iter().fold(told, |told, code| told.with_code(code.clone()))
        }
        _ => plain,
    }
}

/// Which tables have rows that refer to nothing.
fn dangling(held: &Held) -> rusqlite::Result<Vec<String>> {
    let text = "SELECT DISTINCT \"table\", \"parent\" FROM pragma_foreign_key_check ORDER BY 1, 2";
    let mut statement = held.connection.prepare(text)?;
    let mut rows = statement.query([])?;
    let mut pairs = Vec::new();
    while let Some(row) = rows.next()?
        && pairs.len() < NAMED
    {
        let [from, to] = [shown(&row.get::<_, String>(0)?), shown(&row.get::<_, String>(1)?)];
        pairs.push(format!("{from} to {to}"));
    }
    Ok(pairs)
}

fn code(error: &Error) -> Option<i32> {
    error.sqlite_error().map(|error| error.extended_code)
}
