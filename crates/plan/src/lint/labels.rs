//! What a treated model may be called. Computed from its methods; nobody can claim more.

use exeunt_datamap::categories::is_personal;
use exeunt_mask::Method;
use exeunt_mask::label::{KeyState, Role, label};

use crate::document::{Action, Note, Purpose, Severity, Value};
use crate::lint::erasure::names_directly;
use crate::lint::{View, note};

/// A label for each step that masks.
pub(crate) fn findings(view: &View<'_>, notes: &mut Vec<Note>) {
    for step in &view.document.steps {
        let Action::Update { purpose: Purpose::Anonymize, assign } = &step.action else { continue };
        let set = &view.document.sets[step.set];
        let Some(model) = view.model(&set.model) else { continue };
        let columns: Vec<(Role, &Method)> = model
            .fields
            .iter()
            .map(|(name, field)| {
                let category = field.category.as_deref().unwrap_or("");
                let told =
                    model.subject.as_ref().is_some_and(|kinds| kinds.values().any(|column| column == name));
                let method = assign.iter().find(|one| one.column == *name).and_then(|one| match &one.to {
                    Value::Mask(method) => Some(method),
                    Value::Ghost { .. } => None,
                });
                (role(category, told), method.unwrap_or(&Method::Keep))
            })
            .collect();
        // keys die with the window: that much is sure; the exam on real rows is not part of a plan
        if let Some(label) = label(&columns, KeyState::Destroyed, None) {
            let text = format!(
                "rows that stay will be {label}, and may be called nothing better without a passed exam"
            );
            notes.push(note(Severity::Info, "label", set.model.to_string(), text));
        }
    }
}

fn role(category: &str, told: bool) -> Role {
    if told || names_directly(category) {
        Role::Direct
    } else if category.starts_with("user.demographic") || category.starts_with("user.location") {
        Role::Quasi
    } else if is_personal(category) {
        Role::Sensitive
    } else {
        Role::Other
    }
}
