//! Ghosts that unique columns would refuse: the second person's erasure would stand still.

use exeunt_base::{Cell, Name};

use crate::document::{Action, Note, Severity, Value};
use crate::lint::{View, note};

/// What the engine writes anew for each ghost.
const TOKEN: &str = "{token}";

/// All of them.
pub(crate) fn findings(view: &View<'_>, notes: &mut Vec<Note>) {
    if view.document.right.changes_rows() {
        alike(view, notes);
        pointed_at_once(view, notes);
    }
}

/// Ghosts of several people, equal where no two rows may be.
fn alike(view: &View<'_>, notes: &mut Vec<Note>) {
    for ghost in view.document.ghosts.iter().filter(|ghost| ghost.per_person) {
        let Some(table) = view.table(&ghost.source, &ghost.table) else { continue };
        let same: Vec<Name> = ghost
            .row
            .iter()
            .filter(|(_, value)| match value {
                Cell::Null => false,
                Cell::Text(text) => !text.contains(TOKEN),
                _ => true,
            })
            .map(|(column, _)| column.clone())
            .collect();
        if table.is_unique(&same) {
            notes.push(note(
                Severity::Error,
                "ghost_not_unique",
                format!("{}.{}", ghost.source, ghost.table),
                "each person gets a ghost of their own, but a unique constraint allows only one row of these values; \
                 write a text with `{token}` in it, or share one ghost",
            ));
        }
    }
}

/// Rows of several people that would all point to one ghost, by columns in which no two rows may be equal.
fn pointed_at_once(view: &View<'_>, notes: &mut Vec<Note>) {
    for step in &view.document.steps {
        let Action::Update { assign, .. } = &step.action else { continue };
        let set = &view.document.sets[step.set];
        let Some(table) = view.table_of(set) else { continue };
        for (number, _) in view.document.ghosts.iter().enumerate().filter(|(_, ghost)| !ghost.per_person) {
            let to_ghost = |value: &Value| matches!(value, Value::Ghost { ghost, .. } if *ghost == number);
            let pointing: Vec<Name> =
                assign.iter().filter(|one| to_ghost(&one.to)).map(|one| one.column.clone()).collect();
            if table.is_unique(&pointing) {
                let columns = pointing.iter().map(Name::as_str).collect::<Vec<_>>().join(", ");
                notes.push(note(
                    Severity::Error,
                    "ghost_taken",
                    format!("{}.{columns}", set.model),
                    "only one row may point to the shared ghost, because the column is unique; write `per: person` in the ghost",
                ));
            }
        }
    }
}
