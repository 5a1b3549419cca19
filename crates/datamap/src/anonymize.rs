//! The map as anonymization reads it: what `on_anonymize` says takes the place of what erasure would do.

use crate::model::{Action, DataMap, EdgeAction, Model, RelationKind, Then};

impl DataMap {
    /// The same map with each model's `on_anonymize` in force. Where a model has none, rows meet what erasure does to them:
    /// whoever wants to be unrecognizable is never left recognizable because nobody decided.
    pub fn for_anonymization(&self) -> Self {
        let mut map = self.clone();
        for model in map.sources.values_mut().flat_map(|source| source.models.values_mut()) {
            turn(model);
        }
        map
    }
}

fn turn(model: &mut Model) {
    let Some(action) = model.on_anonymize.clone() else { return };
    for relation in &mut model.relations {
        // narrower fates of an edge stay: a recipient's own part of a message is not all of it
        if relation.kind == RelationKind::OwnedBy
            && relation.on_erase == Some(EdgeAction::Row(Action::Delete))
        {
            relation.on_erase = Some(EdgeAction::Row(action.clone()));
        }
    }
    if let (Some(keep), Action::Anonymize(methods)) = (&mut model.keep, &action)
        && keep.then == Then::Delete
    {
        // rows whose law has run out are anonymized like those that no law ever held
        keep.then = Then::Anonymize(methods.clone());
    }
    model.on_erase = action;
}
