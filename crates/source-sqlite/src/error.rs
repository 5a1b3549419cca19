//! SQLite's errors as faults. Only the code is told, and names from the schema where SQLite composed the message from
//! nothing else: a trigger's own message may quote a value.

use exeunt_base::{Fault, FaultKind};
use rusqlite::ffi;

/// What went wrong while doing something.
pub(crate) fn fault(doing: &str, error: &rusqlite::Error) -> Fault {
    let (code, message) = match error {
        rusqlite::Error::SqliteFailure(error, message) => (error.extended_code, message.as_deref()),
        rusqlite::Error::SqlInputError { error, msg, .. } => (error.extended_code, Some(msg.as_str())),
        rusqlite::Error::InvalidPath(_) | rusqlite::Error::NulError(_) => {
            return Fault::new(FaultKind::Missing, "the path cannot name a file").while_doing(doing);
        }
        _ => return Fault::new(FaultKind::Internal, "the driver failed").while_doing(doing),
    };
    let (kind, mut what) = condition(code, message.unwrap_or_default());
    if let Some(names) = message.and_then(|message| names(code, message)) {
        what = format!("{what} ({names})");
    }
    Fault::new(kind, what).while_doing(doing).with_code(code_name(code))
}

/// Kind and sentence of a code; the text is looked at only for what SQLite itself says of a missing name.
fn condition(code: i32, message: &str) -> (FaultKind, String) {
    use FaultKind::{Cancelled, Contended, Corrupt, Denied, Drifted, Full, Internal, Missing, Refused};
    use FaultKind::{Unreachable, Unsupported};
    let (kind, what) = match code {
        ffi::SQLITE_CONSTRAINT_UNIQUE => (Refused, "a unique constraint refused the row"),
        ffi::SQLITE_CONSTRAINT_PRIMARYKEY | ffi::SQLITE_CONSTRAINT_ROWID => {
            (Refused, "the primary key refused the row")
        }
        ffi::SQLITE_CONSTRAINT_NOTNULL => (Refused, "a column that must not be NULL refused the row"),
        ffi::SQLITE_CONSTRAINT_CHECK => (Refused, "a check constraint refused the row"),
        ffi::SQLITE_CONSTRAINT_FOREIGNKEY => (Refused, "a foreign key refused the rows"),
        ffi::SQLITE_CONSTRAINT_TRIGGER => (Refused, "a trigger refused the row"),
        ffi::SQLITE_CONSTRAINT_DATATYPE => (Refused, "a column of a strict table refused the type"),
        ffi::SQLITE_IOERR_NOMEM => (Full, "out of memory"),
        ffi::SQLITE_IOERR_DATA | ffi::SQLITE_IOERR_CORRUPTFS => (Corrupt, "the file system is damaged"),
        _ => match code & 0xff {
            ffi::SQLITE_BUSY | ffi::SQLITE_LOCKED => (Contended, "another program holds the lock"),
            ffi::SQLITE_PROTOCOL => (Contended, "the locks of the write-ahead log are fought over"),
            ffi::SQLITE_CONSTRAINT => (Refused, "a constraint refused the row"),
            ffi::SQLITE_MISMATCH => (Refused, "a value is of the wrong type"),
            ffi::SQLITE_TOOBIG => (Refused, "a value or row is too big"),
            ffi::SQLITE_FULL => (Full, "the disk or the database is full"),
            ffi::SQLITE_NOMEM => (Full, "out of memory"),
            ffi::SQLITE_CORRUPT => (Corrupt, "the database is damaged"),
            ffi::SQLITE_NOTADB => (Corrupt, "the file is not a database, or it is encrypted"),
            ffi::SQLITE_FORMAT => (Corrupt, "the database has an unknown format"),
            ffi::SQLITE_READONLY => (Denied, "the database is read-only for us"),
            ffi::SQLITE_PERM | ffi::SQLITE_AUTH => (Denied, "access is not allowed"),
            ffi::SQLITE_CANTOPEN => (Denied, "a file of the database cannot be opened"),
            ffi::SQLITE_IOERR => (Unreachable, "the disk failed to read or write"),
            ffi::SQLITE_INTERRUPT => (Cancelled, "it was interrupted"),
            ffi::SQLITE_SCHEMA => (Drifted, "the schema changed meanwhile"),
            ffi::SQLITE_ERROR if is_missing(message) => {
                (Missing, "something the statement names is not there")
            }
            ffi::SQLITE_ERROR if message.starts_with("foreign key mismatch") => {
                (Unsupported, "a foreign key does not fit the table it leads to")
            }
            ffi::SQLITE_ERROR if message.starts_with("unsafe use of") => {
                (Unsupported, "the schema uses a function or table that may do harm")
            }
            _ => (Internal, "the database failed"),
        },
    };
    (kind, what.to_owned())
}

fn is_missing(message: &str) -> bool {
    message.starts_with("no such ") || message.contains(" has no column named ")
}

/// Names of the schema out of messages that hold nothing else.
fn names(code: i32, message: &str) -> Option<String> {
    let told = match code {
        ffi::SQLITE_CONSTRAINT_UNIQUE
        | ffi::SQLITE_CONSTRAINT_PRIMARYKEY
        | ffi::SQLITE_CONSTRAINT_NOTNULL
        | ffi::SQLITE_CONSTRAINT_CHECK => message.split_once(" constraint failed: ")?.1,
        ffi::SQLITE_ERROR if is_missing(message) => message.split(" in \"").next().unwrap_or(message),
        ffi::SQLITE_ERROR if message.starts_with("foreign key mismatch") => message,
        _ => return None,
    };
    Some(shown(told))
}

/// Names come from other people's databases: no control characters, no novels.
pub(crate) fn shown(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(130).collect()
}

fn code_name(code: i32) -> String {
    let known = match code {
        ffi::SQLITE_CONSTRAINT_UNIQUE => "SQLITE_CONSTRAINT_UNIQUE",
        ffi::SQLITE_CONSTRAINT_PRIMARYKEY => "SQLITE_CONSTRAINT_PRIMARYKEY",
        ffi::SQLITE_CONSTRAINT_ROWID => "SQLITE_CONSTRAINT_ROWID",
        ffi::SQLITE_CONSTRAINT_NOTNULL => "SQLITE_CONSTRAINT_NOTNULL",
        ffi::SQLITE_CONSTRAINT_CHECK => "SQLITE_CONSTRAINT_CHECK",
        ffi::SQLITE_CONSTRAINT_FOREIGNKEY => "SQLITE_CONSTRAINT_FOREIGNKEY",
        ffi::SQLITE_CONSTRAINT_TRIGGER => "SQLITE_CONSTRAINT_TRIGGER",
        ffi::SQLITE_CONSTRAINT_DATATYPE => "SQLITE_CONSTRAINT_DATATYPE",
        ffi::SQLITE_BUSY => "SQLITE_BUSY",
        ffi::SQLITE_BUSY_SNAPSHOT => "SQLITE_BUSY_SNAPSHOT",
        ffi::SQLITE_BUSY_RECOVERY => "SQLITE_BUSY_RECOVERY",
        ffi::SQLITE_LOCKED => "SQLITE_LOCKED",
        ffi::SQLITE_READONLY => "SQLITE_READONLY",
        ffi::SQLITE_NOTADB => "SQLITE_NOTADB",
        ffi::SQLITE_CORRUPT => "SQLITE_CORRUPT",
        ffi::SQLITE_CANTOPEN => "SQLITE_CANTOPEN",
        ffi::SQLITE_FULL => "SQLITE_FULL",
        ffi::SQLITE_ERROR => "SQLITE_ERROR",
        _ => return format!("SQLITE_{code}"),
    };
    known.to_owned()
}
