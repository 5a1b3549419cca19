//! A plan in few words, for literal tests.

use std::fmt::Write;

use exeunt_base::{Cell, Name};
use exeunt_plan::Problem;
use exeunt_plan::document::{Action, AnchorFrom, Assign, Claims, Document, Purpose, RowSet, Value};
use exeunt_source::selection::{Branch, Compare, Filter, KeyBy, Test};

pub(crate) fn plan(document: &Document) -> String {
    let mut out = String::new();
    for set in &document.sets {
        let _ = writeln!(out, "[{}] {}", set.number, row_set(document, set));
    }
    out.push_str(&steps(document));
    for kept in &document.kept {
        let how = if kept.minimized { "minimized" } else { "verbatim" };
        let _ =
            writeln!(out, "keep [{}] {how}: {}; {}; then {}", kept.set, kept.because, kept.until, kept.then);
    }
    for read in &document.reads {
        let how = if read.accessed { "show" } else { "read" };
        let fields: Vec<String> = read
            .fields
            .iter()
            .map(|field| {
                let marks = [(field.computed, "*"), (field.redacted, "#")];
                let marks: String = marks.iter().filter(|(on, _)| *on).map(|(_, mark)| *mark).collect();
                format!("{}{marks}", field.column)
            })
            .collect();
        let _ = writeln!(
            out,
            "{how} [{}] {}: {}",
            read.set,
            document.sets[read.set].model.model,
            fields.join(" ")
        );
    }
    for (place, ghost) in document.ghosts.iter().enumerate() {
        let row: Vec<String> =
            ghost.row.iter().map(|(column, value)| format!("{column}={}", cell(value))).collect();
        let each = if ghost.per_person { "per person" } else { "shared" };
        let _ = writeln!(out, "ghost {place} in {} {each}: {}", ghost.table.name, row.join(" "));
    }
    out.push_str(&notes(document));
    out
}

pub(crate) fn steps(document: &Document) -> String {
    let mut out = String::new();
    for step in &document.steps {
        let set = &document.sets[step.set];
        let what = match &step.action {
            Action::Delete { guards } => {
                let guards: Vec<String> = guards
                    .iter()
                    .map(|guard| {
                        format!(
                            "{}.{}",
                            guard.table.name,
                            guard.on.iter().map(|(column, _)| column.as_str()).collect::<Vec<_>>().join("+")
                        )
                    })
                    .collect();
                let guards =
                    if guards.is_empty() { String::new() } else { format!(" unless {}", guards.join(", ")) };
                format!("delete {} [{}]{guards}", set.model.model, step.set)
            }
            Action::Update { purpose, assign } => {
                let word = match purpose {
                    Purpose::Anonymize => "anonymize",
                    Purpose::Detach => "detach",
                    Purpose::Clear => "clear",
                    Purpose::Repoint => "repoint",
                };
                format!("{word} {} [{}]: {}", set.model.model, step.set, assigns(assign))
            }
        };
        let together = if step.together { " together" } else { "" };
        let veil =
            if step.veil.is_empty() { String::new() } else { format!(" veil {}", columns(&step.veil)) };
        let _ = writeln!(out, "{}. {what}{together}{veil}", step.number);
    }
    out
}

pub(crate) fn notes(document: &Document) -> String {
    document.notes.iter().fold(String::new(), |mut out, note| {
        let _ = writeln!(
            out,
            "{} {} {}: {}",
            format!("{:?}", note.severity).to_lowercase(),
            note.code,
            note.at,
            note.text
        );
        out
    })
}

pub(crate) fn problems(problems: &[Problem]) -> String {
    problems.iter().fold(String::new(), |mut out, problem| {
        let _ = writeln!(out, "{} {problem}", problem.code);
        out
    })
}

fn columns(assign: &[Assign]) -> String {
    assign.iter().map(|one| one.column.as_str()).collect::<Vec<_>>().join(" ")
}

fn assigns(assign: &[Assign]) -> String {
    let one = |one: &Assign| match &one.to {
        Value::Mask(method) => format!("{}={method}", one.column),
        Value::Ghost { ghost, column } => format!("{}=ghost{ghost}.{column}", one.column),
    };
    assign.iter().map(one).collect::<Vec<_>>().join(" ")
}

fn row_set(document: &Document, set: &RowSet) -> String {
    let mut out = format!("{}.{}", set.model.source, set.model.model);
    if *set.key() == KeyBy::WholeRow {
        out.push_str(" (whole rows)");
    }
    if set.subject {
        out.push_str(" (person)");
    }
    let branches: Vec<String> =
        set.selection.branches.iter().map(|branch| way(document, set, branch)).collect();
    let _ = write!(out, ": {}", if branches.is_empty() { "nothing".into() } else { branches.join(" or ") });
    if !set.selection.filters.is_empty() {
        let _ = write!(out, "; where {}", filters(&set.selection.filters));
    }
    for owner in &set.selection.unless {
        let on: Vec<String> = owner.on.iter().map(|(ours, theirs)| format!("{theirs}={ours}")).collect();
        let _ = write!(out, "; unless {}({})", owner.table.name, on.join(" and "));
        if !owner.row_filters.is_empty() {
            let _ = write!(out, " while {}", filters(&owner.row_filters));
        }
        if !owner.filters.is_empty() {
            let _ = write!(out, " with {}", filters(&owner.filters));
        }
        if !owner.reached.is_empty() {
            let reached: Vec<String> =
                owner.reached.iter().map(|branch| way(document, set, branch)).collect();
            let _ = write!(out, " not {}", reached.join(" nor "));
        }
    }
    if !set.carried.is_empty() {
        let _ = write!(out, "; with {}", set.carried.iter().map(Name::as_str).collect::<Vec<_>>().join(" "));
    }
    if set.claims == Claims::Any {
        out.push_str("; any");
    }
    if !set.yields_to.is_empty() {
        let _ = write!(out, "; yields to {:?}", set.yields_to);
    }
    let ring = document.sets.iter().filter(|other| other.group == set.group).count() > 1;
    if ring {
        let _ = write!(out, "; group {}", set.group);
    }
    out
}

fn way(_: &Document, set: &RowSet, branch: &Branch) -> String {
    let mut out = String::new();
    let mut rows = String::new();
    if !branch.filters.is_empty() {
        let _ = write!(rows, "{{{}}} ", filters(&branch.filters));
    }
    for join in &branch.joins {
        let on: Vec<String> =
            join.on.iter().map(|(ours, theirs)| format!("{ours}={}.{theirs}", join.table.name)).collect();
        let _ = write!(rows, "{} ", on.join(" and "));
        if !join.filters.is_empty() {
            let _ = write!(rows, "{{{}}} ", filters(&join.filters));
        }
        rows.push_str("> ");
    }
    let last: Vec<&str> = branch.columns.iter().map(Name::as_str).collect();
    let (open, close) = match branch.compare {
        Compare::Exact => ("", ""),
        Compare::Folded => ("folded ", ""),
        Compare::Digits => ("digits ", ""),
    };
    let anchor = match &set.anchors[branch.anchor] {
        AnchorFrom::Identity { kind, learned_from } if learned_from.is_empty() => format!("@{kind}"),
        AnchorFrom::Identity { kind, learned_from } => format!("@{kind}+{learned_from:?}"),
        AnchorFrom::Set { set, columns } => {
            format!("[{set}].{}", columns.iter().map(Name::as_str).collect::<Vec<_>>().join("+"))
        }
    };
    let _ = write!(out, "{rows}{open}{}{close}={anchor}", last.join("+"));
    out
}

fn filters(filters: &[Filter]) -> String {
    let one = |filter: &Filter| match &filter.test {
        Test::Equals(value) => format!("{}={}", filter.column, cell(value)),
        Test::IsNull => format!("{} null", filter.column),
        Test::IsNotNull => format!("{} not null", filter.column),
        Test::Before(text) => format!("{}<{text}", filter.column),
        Test::NotBefore(text) => format!("{}>={text}", filter.column),
        Test::Tokens(parts) => format!("{}={}", filter.column, parts.join("{token}")),
        Test::NotAll(filters) => format!("not ({})", self::filters(filters)),
    };
    filters.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn cell(value: &Cell) -> String {
    value.to_plain().unwrap_or_else(|| "null".into())
}
