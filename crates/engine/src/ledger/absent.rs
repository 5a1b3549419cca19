//! Which identifiers of a person must be seen nowhere again: all that are known, but for those that stay with their row.

use std::collections::BTreeSet;

use exeunt_plan::document::{Action, Document};

use crate::people::Known;

/// Kind and value, each once. A key of a row that is anonymized or kept stays where it is: entered in the ledger, it would
/// say for ever that somebody is back who never left.
pub(crate) fn identifiers<'a>(document: &Document, known: &'a Known) -> Vec<(&'a str, &'a str)> {
    if document.follows_up() {
        // keys of rows name nobody, and a database may give them away again
        return Vec::new();
    }
    let fates: Vec<(&'a str, &'a str, bool, usize)> = known
        .learned
        .iter()
        .map(|(set, kind, value)| (kind.as_str(), value.expose(), stays(document, *set, kind), *set))
        .collect();
    let model = |set: usize| document.sets.get(set).map(|set| &set.model);
    let staying: BTreeSet<(&str, &str)> = fates
        .iter()
        .filter(|(kind, value, stays, set)| {
            // a row in two sets of its model meets the stronger of two fates
            let goes = |other: &&(&str, &str, bool, usize)| {
                (other.0, other.1) == (*kind, *value) && !other.2 && model(other.3) == model(*set)
            };
            *stays && !fates.iter().any(|other| goes(&other))
        })
        .map(|(kind, value, ..)| (*kind, value.trim()))
        .collect();
    let mut all = known.identifiers();
    all.retain(|(kind, value)| !staying.contains(&(*kind, value.trim())));
    all
}

/// Whether the rows of a set stay, with this identifier in them.
fn stays(document: &Document, set: usize, kind: &str) -> bool {
    let Some(column) = document
        .sets
        .get(set)
        .and_then(|set| set.identities.iter().find(|(have, _)| have == kind))
        .map(|(_, column)| column)
    else {
        return false;
    };
    !document.steps.iter().filter(|step| step.set == set).any(|step| match &step.action {
        Action::Delete { .. } => true,
        Action::Update { assign, .. } => assign.iter().any(|one| one.column == *column),
    })
}
