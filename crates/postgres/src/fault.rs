//! The driver's errors as faults. Only the code and the names in the error's own fields are told: message, detail,
//! hint and context may quote values.

use std::error::Error as _;
use std::io;

use exeunt_base::{Fault, FaultKind};
use tokio_postgres::error::{DbError, Error};

/// Who is to blame when a value does not fit its type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blame {
    /// The rows we brought: the batch can be halved.
    Rows,
    /// The shape we were told of.
    Shape,
}

/// What went wrong while doing something.
pub fn fault(doing: &str, blame: Blame, error: &Error) -> Fault {
    if let Some(db) = error.as_db_error() {
        return from_database(db, blame).while_doing(doing);
    }
    if let Some(io) = cause::<io::Error>(error) {
        return from_transport(io).while_doing(doing);
    }
    if error.is_closed() {
        return Fault::new(FaultKind::Unreachable, "the connection is closed").while_doing(doing);
    }
    // Display of the driver's own errors names the sort of trouble, and their causes are left out.
    let text = error.to_string();
    let sort = text.split(':').next().unwrap_or_default();
    let kind = match sort {
        "timeout waiting for server"
        | "error communicating with the server"
        | "error connecting to server" => FaultKind::Unreachable,
        "authentication error" | "invalid configuration" | "error performing TLS handshake" => {
            FaultKind::Denied
        }
        _ => FaultKind::Internal,
    };
    let known = [
        "timeout waiting for server",
        "error communicating with the server",
        "error connecting to server",
        "authentication error",
        "invalid configuration",
        "error performing TLS handshake",
        "unexpected message from server",
        "error parsing response from server",
        "error encoding message to server",
    ];
    let sort = known.into_iter().find(|known| *known == sort).unwrap_or("the driver failed");
    Fault::new(kind, sort).while_doing(doing)
}

fn from_database(error: &DbError, blame: Blame) -> Fault {
    let code = error.code().code();
    // A statement prepared before a column changed its type; PostgreSQL has no code of its own for it.
    let stale = code == "0A000" && error.routine() == Some("RevalidateCachedQuery");
    let kind = if stale { FaultKind::Drifted } else { kind(code, blame) };
    let mut what = if stale { "the table changed its shape".to_owned() } else { condition(code).to_owned() };
    // The server's own check of rights names the object, which may be another than the one we touched: the table a
    // trigger writes to. A text raised by somebody's function under the same code is left out.
    if code == "42501" && error.routine() == Some("aclcheck_error") {
        what.push_str(&format!(": {}", shown(error.message())));
    }
    let table = match (error.schema(), error.table()) {
        (Some(schema), Some(table)) => Some(format!("{schema}.{table}")),
        (None, table) => table.map(str::to_owned),
        (Some(_), None) => None,
    };
    for (word, name) in [
        ("table", table.as_deref()),
        ("column", error.column()),
        ("constraint", error.constraint()),
        ("type", error.datatype()),
    ] {
        if let Some(name) = name {
            what.push_str(&format!(" ({word} `{}`)", shown(name)));
        }
    }
    Fault::new(kind, what).with_code(code)
}

/// Names come from other people's databases: no control characters, no novels.
fn shown(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(130).collect()
}

/// What to look at when nobody lets us in, where the fault's own words do not say it.
pub fn advice(fault: &Fault) -> &'static str {
    match fault.code.as_deref() {
        Some("28000") => "; there is no such role, or pg_hba.conf does not let it in from here",
        Some("28P01") => "; see the role's password in the settings",
        Some("3D000") => "; see the name of the database in the settings",
        None if fault.kind == FaultKind::Unreachable => "; see whether the server runs, and listens there",
        _ => "",
    }
}

fn from_transport(error: &io::Error) -> Fault {
    let tls = error.get_ref().is_some_and(|inner| inner.is::<rustls::Error>());
    if tls {
        let text = "the server's certificate was not accepted, or it offers no TLS we accept";
        return Fault::new(FaultKind::Denied, text);
    }
    // The resolver's trouble has no kind of its own.
    let lookup = error.to_string().starts_with("failed to lookup address");
    let text = if lookup { "no host of this name is known".into() } else { error.kind().to_string() };
    Fault::new(FaultKind::Unreachable, text)
}

fn cause<T: std::error::Error + 'static>(error: &Error) -> Option<&T> {
    let mut next = error.source();
    while let Some(here) = next {
        if let Some(found) = here.downcast_ref::<T>() {
            return Some(found);
        }
        next = here.source();
    }
    None
}

fn kind(code: &str, blame: Blame) -> FaultKind {
    match code {
        "40001" | "40P01" | "55P03" | "57014" | "25P03" | "25P04" | "55006" => FaultKind::Contended,
        // Too many connections, or starting up, shutting down, crashed.
        "53300" | "57P01" | "57P02" | "57P03" | "57P05" => FaultKind::Unreachable,
        "53000" | "53100" | "53200" | "53400" | "54000" => FaultKind::Full,
        "42501" | "3D000" => FaultKind::Denied,
        "42P01" | "42703" | "3F000" | "42704" | "42883" => FaultKind::Missing,
        "42804" | "42846" | "42P16" | "42P18" => FaultKind::Drifted,
        "XX001" | "XX002" => FaultKind::Corrupt,
        "42P10" | "55000" => FaultKind::Unsupported,
        // Raised by a trigger or function of the application.
        "P0001" => FaultKind::Refused,
        _ => match &code[..2.min(code.len())] {
            "08" => FaultKind::Unreachable,
            "28" => FaultKind::Denied,
            "23" | "27" | "44" => FaultKind::Refused,
            "22" if blame == Blame::Rows => FaultKind::Refused,
            "22" => FaultKind::Drifted,
            "25" if code == "25006" => FaultKind::Denied,
            "0A" => FaultKind::Unsupported,
            "53" => FaultKind::Full,
            _ => FaultKind::Internal,
        },
    }
}

/// PostgreSQL's own condition names, for the codes people meet.
fn condition(code: &str) -> &'static str {
    match code {
        "0A000" => "feature not supported",
        "22001" => "string data right truncation",
        "22003" => "numeric value out of range",
        "22007" => "invalid datetime format",
        "22008" => "datetime field overflow",
        "22021" => "character not in repertoire",
        "22023" => "invalid parameter value",
        "22P02" => "invalid text representation",
        "22P03" => "invalid binary representation",
        "22P05" => "untranslatable character",
        "23001" => "restrict violation",
        "23502" => "not null violation",
        "23503" => "foreign key violation",
        "23505" => "unique violation",
        "23514" => "check violation",
        "23P01" => "exclusion violation",
        "25006" => "read only transaction",
        "25P02" => "in failed transaction",
        "25P03" => "idle in transaction session timeout",
        "28000" => "invalid authorization specification",
        "28P01" => "invalid password",
        "3D000" => "no such database",
        "3F000" => "no such schema",
        "40001" => "serialization failure",
        "40P01" => "deadlock detected",
        "42501" => "insufficient privilege",
        "42601" => "syntax error",
        "42703" => "no such column",
        "42704" => "no such object",
        "42804" => "datatype mismatch",
        "42846" => "cannot coerce",
        "42883" => "no such function or operator",
        "42P01" => "no such table",
        "42P10" => "invalid column reference",
        "428C9" => "generated always",
        "44000" => "with check option violation",
        "53100" => "disk full",
        "53200" => "out of memory",
        "53300" => "too many connections",
        "54000" => "program limit exceeded",
        "55000" => "object not in prerequisite state",
        "55006" => "object in use",
        "55P03" => "lock not available",
        "57014" => "query canceled or out of time",
        "57P01" => "admin shutdown",
        "57P02" => "crash shutdown",
        "57P03" => "cannot connect now",
        "58030" => "io error",
        "P0001" => "raised by a trigger or function",
        "XX001" => "data corrupted",
        "XX002" => "index corrupted",
        _ => match &code[..2.min(code.len())] {
            "08" => "connection exception",
            "22" => "data exception",
            "23" => "integrity constraint violation",
            "25" => "invalid transaction state",
            "28" => "invalid authorization",
            "40" => "transaction rollback",
            "42" => "syntax error or access rule violation",
            "53" => "insufficient resources",
            "54" => "program limit exceeded",
            "57" => "operator intervention",
            "58" => "system error",
            "P0" => "raised by a function",
            "XX" => "internal error of the server",
            _ => "the server refused",
        },
    }
}
