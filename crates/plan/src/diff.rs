//! What changed from one plan to another, for whoever approved the first.

use std::collections::BTreeMap;

use crate::document::{Action, Document, Purpose, Value};

/// The differences, one sentence each; empty when both do the same.
pub fn between(old: &Document, new: &Document) -> Vec<String> {
    let mut out = Vec::new();
    if old.right != new.right {
        out.push("the right that is asked for".to_owned());
    }
    if old.map != new.map {
        out.push("the data map".into());
    }
    for (source, digest) in &new.catalogs {
        if old.catalogs.iter().any(|(other, old)| other == source && old != digest) {
            out.push(format!("the schema of {source}"));
        }
    }
    if old.today != new.today {
        out.push(format!("retention is reckoned from {}, no longer from {}", new.today, old.today));
    }
    if old.window_days != new.window_days {
        out.push(format!("the window is {} days, no longer {}", new.window_days, old.window_days));
    }
    if old.row_cap != new.row_cap {
        out.push(format!("the cap of rows per person is {}, no longer {}", new.row_cap, old.row_cap));
    }
    changes(&mut out, "step", &steps(old), &steps(new));
    changes(&mut out, "kept", &kept(old), &kept(new));
    changes(&mut out, "shown", &reads(old), &reads(new));
    changes(&mut out, "finding", &notes(old), &notes(new));
    let order = |document: &Document| -> Vec<String> {
        document.steps.iter().map(|step| name(document, step.set, &step.action)).collect()
    };
    let (before, after) = (order(old), order(new));
    let mut sorted = (before.clone(), after.clone());
    sorted.0.sort();
    sorted.1.sort();
    if sorted.0 == sorted.1 && before != after {
        out.push("the steps are taken in another order".into());
    }
    out
}

type Items = BTreeMap<String, Vec<String>>;

fn changes(out: &mut Vec<String>, what: &str, old: &Items, new: &Items) {
    for (name, detail) in new {
        match old.get(name) {
            None => out.push(format!("new {what}: {name}")),
            Some(before) if before != detail => out.push(format!("changed {what}: {name}")),
            Some(_) => {}
        }
    }
    out.extend(
        old.keys().filter(|name| !new.contains_key(*name)).map(|name| format!("no longer a {what}: {name}")),
    );
}

fn name(document: &Document, set: usize, action: &Action) -> String {
    let model = &document.sets[set].model;
    match action {
        Action::Delete { .. } => format!("delete {model}"),
        Action::Update { purpose, assign } => {
            let word = match purpose {
                Purpose::Anonymize => "anonymize",
                Purpose::Detach => "detach",
                Purpose::Clear => "clear",
                Purpose::Repoint => "repoint",
            };
            let columns: Vec<&str> = assign.iter().map(|one| one.column.as_str()).collect();
            format!("{word} {model} ({})", columns.join(", "))
        }
    }
}

fn steps(document: &Document) -> Items {
    let mut items = Items::new();
    for step in &document.steps {
        let set = &document.sets[step.set];
        let mut detail: Vec<String> =
            vec![format!("{:?}", set.selection), format!("{:?}", set.claims), step.together.to_string()];
        if let Action::Update { assign, .. } = &step.action {
            detail.extend(assign.iter().map(|one| match &one.to {
                Value::Mask(method) => format!("{}: {method}", one.column),
                Value::Ghost { column, .. } => format!("{}: ghost {column}", one.column),
            }));
        }
        items.entry(name(document, step.set, &step.action)).or_default().extend(detail);
    }
    items
}

fn kept(document: &Document) -> Items {
    let mut items = Items::new();
    for kept in &document.kept {
        let detail = format!("{} {} {} {}", kept.because, kept.until, kept.then, kept.minimized);
        items.entry(document.sets[kept.set].model.to_string()).or_default().push(detail);
    }
    items
}

fn reads(document: &Document) -> Items {
    let mut items = Items::new();
    for read in &document.reads {
        let fields = read.fields.iter().map(|field| format!("{} {}", field.column, field.redacted));
        items.entry(document.sets[read.set].model.to_string()).or_default().extend(fields);
    }
    items
}

fn notes(document: &Document) -> Items {
    document.notes.iter().map(|note| (format!("{}: {}", note.at, note.text), Vec::new())).collect()
}
