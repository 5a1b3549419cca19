//! Findings about what an erasure changes, and what it leaves.

use std::collections::BTreeSet;

use exeunt_base::{ModelRef, Name};
use exeunt_datamap::categories::is_personal;
use exeunt_datamap::model::{Action as MapAction, EdgeAction, Method, Model, TriggerEffect};
use exeunt_source::catalog::{Hazard, Table, TableSort, Trigger, Verb, Writes};

use crate::document::{Action, Note, Purpose, Right, RowSet, Severity, Value};
use crate::lint::{View, note};

/// All of them.
pub(crate) fn findings(view: &View<'_>, notes: &mut Vec<Note>) {
    if !view.document.right.changes_rows() {
        return;
    }
    if view.document.right == Right::Anonymization {
        goes_all_the_same(view, notes);
    }
    kept(view, notes);
    left_in_place(view, notes);
    window(view, notes);
    hidden_effects(view, notes);
    copies(view, notes);
    if view.document.steps.is_empty() {
        notes.push(note(Severity::Warning, "nothing_to_do", "plan".into(), "the plan changes nothing"));
    }
}

/// Models whose rows an anonymization takes, because the map says nothing else.
fn goes_all_the_same(view: &View<'_>, notes: &mut Vec<Note>) {
    for step in &view.document.steps {
        let at = &view.document.sets[step.set].model;
        let undecided = view.model(at).is_some_and(|model| model.on_anonymize.is_none());
        if undecided && matches!(step.action, Action::Delete { .. }) {
            notes.push(note(
                Severity::Info,
                "anonymization_deletes",
                at.to_string(),
                "rows go as with erasure, since the map does not say how to anonymize them; write `on_anonymize:` to keep \
                 figures, or `on_anonymize: delete` if that is meant",
            ));
        }
    }
}

fn kept(view: &View<'_>, notes: &mut Vec<Note>) {
    for kept in &view.document.kept {
        let set = &view.document.sets[kept.set];
        let at = set.model.to_string();
        if kept.because.is_empty() {
            notes.push(note(
                Severity::Error,
                "kept_without_law",
                at.clone(),
                "rows stay and no law is named for it; write `keep: { for: …, because: … }`",
            ));
        }
        let subject = view.model(&set.model).is_some_and(|model| model.subject.is_some());
        if subject && !kept.minimized {
            notes.push(note(
                Severity::Warning,
                "subject_row_kept",
                at,
                "the person's own row stays as it is; anonymize what the law does not need",
            ));
        }
    }
}

/// Free text and direct identifiers in rows that stay.
fn left_in_place(view: &View<'_>, notes: &mut Vec<Note>) {
    for step in &view.document.steps {
        let Action::Update { purpose: Purpose::Anonymize | Purpose::Detach, assign } = &step.action else {
            continue;
        };
        let set = &view.document.sets[step.set];
        let (Some(table), Some(model)) = (view.table_of(set), view.model(&set.model)) else { continue };
        for column in &table.columns {
            let field = model.fields.get(&column.name);
            let category = field.and_then(|field| field.category.as_deref()).unwrap_or("");
            let told =
                model.subject.as_ref().is_some_and(|kinds| kinds.values().any(|name| *name == column.name));
            if !is_personal(category) && !told || assign.iter().any(|one| one.column == column.name) {
                continue;
            }
            let at = format!("{}.{}", set.model, column.name);
            let key = model.key.contains(&column.name);
            if stays_on_purpose(model, &column.name) {
                if names_directly(category) || told && !key {
                    let text = "the row stays with something that names the person, as the map asks";
                    notes.push(note(Severity::Info, "identifier_kept", at, text));
                }
            } else if names_directly(category) || told && !key {
                notes.push(note(
                    Severity::Warning,
                    "identifier_stays",
                    at,
                    "the row stays with something that names the person; add a method for it",
                ));
            } else if column.kind.is_textual() {
                notes.push(note(
                    Severity::Warning,
                    "free_text_stays",
                    at,
                    "the row stays with text in which anything may be written; add a method for it",
                ));
            }
        }
        for one in assign {
            let free = table.column(&one.column).is_some_and(|column| column.kind == exeunt_base::Kind::Json);
            let within = matches!(
                &one.to,
                Value::Mask(exeunt_mask::Method::Partial { .. } | exeunt_mask::Method::Generalize(_))
            );
            if free && within {
                notes.push(note(
                    Severity::Warning,
                    "document_partly_masked",
                    format!("{}.{}", set.model, one.column),
                    "a document is masked in part; suppress it unless its shape is known",
                ));
            }
        }
    }
}

/// Whether the map says `keep` for a column of rows that are anonymized: somebody looked.
fn stays_on_purpose(model: &Model, column: &Name) -> bool {
    let fates = model.relations.iter().filter_map(|relation| match &relation.on_erase {
        Some(EdgeAction::Row(action)) => Some(action),
        _ => None,
    });
    fates.chain([&model.on_erase]).any(|action| match action {
        MapAction::Anonymize(methods) => methods.get(column) == Some(&Method::Keep),
        _ => false,
    })
}

/// Whether a category names a person by itself.
pub(crate) fn names_directly(category: &str) -> bool {
    [
        "user.contact",
        "user.name",
        "user.unique_id",
        "user.government_id",
        "user.device.ip_address",
        "user.account.username",
        "user.account.contact",
        "user.financial.account_number",
        "user.biometric",
    ]
    .iter()
    .any(|direct| {
        category == *direct || category.strip_prefix(direct).is_some_and(|rest| rest.starts_with('.'))
    })
}

fn window(view: &View<'_>, notes: &mut Vec<Note>) {
    let policy = view.inputs.policy;
    let needed = view.document.window_days + policy.purge_days;
    match policy.deadline_days {
        Some(deadline) if needed > deadline => notes.push(note(
            Severity::Error,
            "window_beyond_deadline",
            "plan".into(),
            format!(
                "{} days to undo and {} to purge are more than the {deadline} days left; shorten the window",
                view.document.window_days, policy.purge_days
            ),
        )),
        _ if view.document.window_days == 0 => notes.push(note(
            Severity::Warning,
            "no_window",
            "plan".into(),
            "nothing is sealed: what is struck cannot be brought back",
        )),
        _ => {}
    }
}

/// Triggers, rules and row security on the tables that change.
fn hidden_effects(view: &View<'_>, notes: &mut Vec<Note>) {
    let mut seen: BTreeSet<(&ModelRef, bool)> = BTreeSet::new();
    let changed: BTreeSet<&ModelRef> =
        view.document.steps.iter().map(|step| &view.document.sets[step.set].model).collect();
    for step in &view.document.steps {
        let set = &view.document.sets[step.set];
        let deletes = matches!(step.action, Action::Delete { .. });
        let (Some(table), Some(model)) = (view.table_of(set), view.model(&set.model)) else { continue };
        let updates = !deletes || !step.veil.is_empty();
        for (delete, fires) in [(true, deletes), (false, updates)] {
            if fires && seen.insert((&set.model, delete)) {
                for trigger in table.triggers.iter().filter(|trigger| {
                    trigger.enabled && if delete { trigger.on.delete } else { trigger.on.update }
                }) {
                    self::trigger(set, model, trigger, &changed, view, notes);
                }
            }
        }
        hazards(set, table, notes);
    }
}

fn trigger(
    set: &RowSet,
    model: &Model,
    trigger: &Trigger,
    changed: &BTreeSet<&ModelRef>,
    view: &View<'_>,
    notes: &mut Vec<Note>,
) {
    let at = format!("{} trigger {}", set.model, trigger.name);
    if let Some(decision) = model.triggers.get(&trigger.name) {
        let (severity, text) = match decision.effect {
            TriggerEffect::Log => (
                Severity::Warning,
                format!("writes a log that may hold copies of personal data: {}", decision.because),
            ),
            TriggerEffect::Counter => {
                (Severity::Info, format!("keeps a count; restoring runs it back: {}", decision.because))
            }
            TriggerEffect::Local | TriggerEffect::None => {
                (Severity::Info, format!("decided: {}", decision.because))
            }
        };
        notes.push(note(severity, "trigger_decided", at, text));
        return;
    }
    let writes = match &trigger.writes {
        Writes::Unknown(why) => {
            notes.push(note(
                Severity::Error,
                "trigger_undecided",
                at,
                format!("what this trigger does cannot be seen ({why}); say so under `triggers:`"),
            ));
            return;
        }
        Writes::Known(writes) => writes,
    };
    for write in writes {
        let within = changed.iter().any(|model| {
            model.source == set.model.source
                && view.document.sets.iter().any(|set| set.model == **model && *set.table() == write.table)
        });
        let what = match write.verb {
            Verb::Count => {
                notes.push(note(
                    Severity::Info,
                    "trigger_counts",
                    at.clone(),
                    format!("keeps a count in {}", write.table),
                ));
                continue;
            }
            Verb::Insert => "inserts into",
            Verb::Update => "updates",
            Verb::Delete => "deletes from",
        };
        let reach = if within { "" } else { ", which the plan does not touch" };
        notes.push(note(
            Severity::Error,
            "trigger_undecided",
            at.clone(),
            format!("the trigger {what} {}{reach}; decide it under `triggers:`", write.table),
        ));
    }
}

fn hazards(set: &RowSet, table: &Table, notes: &mut Vec<Note>) {
    for hazard in &table.hazards {
        notes.push(match hazard {
            Hazard::Rule(name) => note(
                Severity::Error,
                "rewrite_rule",
                format!("{} rule {name}", set.model),
                "a rewrite rule may turn a statement into another one; disable it or leave the table out",
            ),
            Hazard::RowSecurity => note(
                Severity::Warning,
                "row_security",
                set.model.to_string(),
                "row security applies to our login and may hide rows from every statement; grant BYPASSRLS",
            ),
        });
    }
    if let TableSort::InheritsFrom(parent) = &table.sort {
        notes.push(note(
            Severity::Info,
            "inherits",
            set.model.to_string(),
            format!("the table inherits from {parent}; its rows are also seen there"),
        ));
    }
}

/// Places that keep copies of rows that go: materialized views, and foreign or virtual tables.
fn copies(view: &View<'_>, notes: &mut Vec<Note>) {
    let touched: BTreeSet<(&Name, _)> = view
        .document
        .steps
        .iter()
        .map(|step| &view.document.sets[step.set])
        .map(|set| (&set.model.source, set.table()))
        .collect();
    let sources: BTreeSet<&Name> = touched.iter().map(|(source, _)| *source).collect();
    for source in sources {
        let Some(catalog) = view.catalog(source) else { continue };
        for copy in catalog.views.iter().filter(|copy| copy.materialized) {
            if copy.reads.iter().any(|table| touched.contains(&(source, table))) {
                notes.push(note(
                    Severity::Warning,
                    "view_keeps_copy",
                    format!("{source}.{}", copy.name),
                    "a materialized view keeps copies of the rows until it is refreshed",
                ));
            }
        }
        for table in &catalog.tables {
            if let TableSort::Remote(what) = &table.sort {
                notes.push(note(
                    Severity::Info,
                    "not_looked_at",
                    format!("{source}.{}", table.name),
                    format!("the table is kept by {what}: it is neither erased from nor looked at again"),
                ));
            }
        }
    }
}
