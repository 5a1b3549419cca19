//! A plan in plain sentences, for a privacy officer.

use std::fmt::Write;

use exeunt_source::selection::Test;

use crate::document::{Action, Assign, Document, Purpose, Right, RowSet, Severity, Value};

/// The whole plan.
pub fn text(document: &Document) -> String {
    let mut out = String::new();
    let intro = match document.right {
        Right::Access => "This plan collects everything that is held about the person.",
        Right::Portability => "This plan collects what the person provided, for taking along.",
        Right::Erasure => "This plan erases the person.",
        Right::Anonymization => "This plan takes out what tells who the person is, and keeps figures.",
    };
    let _ = writeln!(out, "{intro}");
    if document.right.changes_rows() {
        let _ = match document.window_days {
            0 => writeln!(out, "Nothing is sealed: it cannot be undone."),
            1 => writeln!(out, "For 1 day it can be undone; then it is final."),
            days => writeln!(out, "For {days} days it can be undone; then it is final."),
        };
    }
    section(
        &mut out,
        "Whose rows",
        document.sets.iter().filter(|set| set.subject).map(|set| format!("{}.", set.why)),
    );
    section(
        &mut out,
        "Steps, in this order",
        document.steps.iter().map(|step| {
            let set = &document.sets[step.set];
            let mut line = format!("{}. {}", step.number, deed(set, &step.action));
            if !step.veil.is_empty() {
                let columns: Vec<&str> = step.veil.iter().map(|one| one.column.as_str()).collect();
                let _ = write!(line, " Until then {} hidden at once.", listed(&columns));
            }
            for reason in &step.because {
                let _ = write!(line, " Because: {reason}.");
            }
            if step.together {
                line.push_str(" All in one transaction.");
            }
            line
        }),
    );
    section(
        &mut out,
        "What stays, and why",
        document.kept.iter().map(|kept| {
            let set = &document.sets[kept.set];
            let law = if kept.because.is_empty() { "no law is named" } else { &kept.because };
            let mut line = format!("Rows of {} stay: {law}.", set.model);
            if !kept.until.is_empty() {
                let _ = write!(line, " Until: {}.", kept.until);
            }
            if !kept.then.is_empty() {
                let _ = write!(line, " Then: {}.", kept.then);
            }
            line.push_str(if kept.minimized {
                " Only what the law needs stays readable."
            } else {
                " As they are."
            });
            line
        }),
    );
    section(
        &mut out,
        "What is shown",
        document.reads.iter().map(|read| {
            let set = &document.sets[read.set];
            let withheld: Vec<&str> = read
                .fields
                .iter()
                .filter(|field| field.redacted)
                .map(|field| field.column.as_str())
                .collect();
            let computed: Vec<&str> = read
                .fields
                .iter()
                .filter(|field| field.computed)
                .map(|field| field.column.as_str())
                .collect();
            let how = if read.accessed { "the person has access to" } else { "the person's own" };
            let mut line = format!("{}: {} fields of rows that are {how}.", set.model, read.fields.len());
            if read.accessed {
                line = format!("{}: {} fields of rows {how}.", set.model, read.fields.len());
            }
            if !withheld.is_empty() {
                let _ = write!(line, " Withheld for others' sake: {}.", withheld.join(", "));
            }
            if !computed.is_empty() {
                let _ = write!(line, " Inferred or computed: {}.", computed.join(", "));
            }
            line
        }),
    );
    section(
        &mut out,
        "What stands in for rows that go",
        document.ghosts.iter().map(|ghost| {
            let each = if ghost.per_person { "one for each person" } else { "one for all" };
            format!("A ghost in {}.{}, {each}.", ghost.source, ghost.table)
        }),
    );
    section(
        &mut out,
        "Look at this",
        document.notes.iter().map(|note| {
            let word = match note.severity {
                Severity::Info => "note",
                Severity::Warning => "warning",
                Severity::Error => "error",
            };
            format!("{word}: {}: {}", note.at, note.text)
        }),
    );
    if !document.places.is_empty() {
        let unmapped = document.places.iter().filter(|place| !place.mapped).count();
        let _ = writeln!(
            out,
            "\nAfter the purge, the person's identifiers are looked for in the texts of {} tables, {unmapped} of them unmapped.",
            document.places.len()
        );
    }
    out
}

fn section(out: &mut String, title: &str, lines: impl Iterator<Item = String>) {
    let mut lines = lines.peekable();
    if lines.peek().is_some() {
        let _ = writeln!(out, "\n{title}:");
        lines.for_each(|line| {
            let _ = writeln!(out, "  {line}");
        });
    }
}

/// `Delete rows of shop.orders paid before 2016-01-01.`
fn deed(set: &RowSet, action: &Action) -> String {
    let mut which = String::new();
    for filter in &set.selection.filters {
        let _ = match &filter.test {
            Test::Before(day) => write!(which, ", {} before {day}", filter.column),
            Test::NotBefore(day) => write!(which, ", {} on or after {day} or empty", filter.column),
            Test::IsNull => write!(which, ", {} empty", filter.column),
            Test::IsNotNull => write!(which, ", {} filled", filter.column),
            Test::Equals(_) | Test::Tokens(_) => {
                write!(which, ", where {} is what the map says", filter.column)
            }
            Test::NotAll(_) => write!(which, ", but for ghosts"),
        };
    }
    let rows = format!("rows of {}{which}", set.model);
    let shared = if set.selection.unless.iter().any(|owner| owner.table != *set.table()) {
        ", unless somebody else owns them too"
    } else {
        ""
    };
    match action {
        Action::Delete { .. } => format!("Delete {rows}{shared}."),
        Action::Update { purpose, assign } => {
            let what = changes(assign);
            match purpose {
                Purpose::Anonymize => format!("Mask {rows}{shared}: {what}."),
                Purpose::Detach => format!("Cut {rows} from the person: {what}."),
                Purpose::Clear => format!("Clear references in {rows} to what goes: {what}."),
                Purpose::Repoint => format!("Point {rows} to a ghost: {what}."),
            }
        }
    }
}

fn changes(assign: &[Assign]) -> String {
    let words: Vec<String> = assign
        .iter()
        .map(|one| match &one.to {
            Value::Mask(method) => format!("{}: {method}", one.column),
            Value::Ghost { column, .. } => format!("{}: the ghost's {column}", one.column),
        })
        .collect();
    words.join(", ")
}

fn listed(words: &[&str]) -> String {
    match words {
        [one] => format!("{one} is"),
        many => format!("{} are", many.join(", ")),
    }
}
