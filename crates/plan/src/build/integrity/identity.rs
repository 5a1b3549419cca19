//! References by nothing but an identity.

use exeunt_datamap::model::{EdgeAction, Reference, RelationKind};

use crate::build::owned::paths::identity_paths;
use crate::build::owned::{Owned, joined};
use crate::build::reach::Reach;
use crate::build::schema::Schema;
use crate::build::sets::SetDraft;
use crate::build::steps::{StepDraft, Steps, nulls};
use crate::document::Purpose;

/// Clears those the map asks to clear.
pub(super) fn clear<'a>(schema: &Schema<'a>, reach: &Reach<'a>, owned: &mut Owned<'a>, steps: &mut Steps) {
    for (holder, _, other, relation) in schema.relations() {
        let Some(kind) = relation.by_identity.as_ref() else { continue };
        let owning = relation.kind == RelationKind::OwnedBy;
        let decided = relation.on_erase == Some(EdgeAction::Cut(Reference::Null));
        if owning || !decided || owned.deleted(other).is_empty() {
            continue;
        }
        let mut draft = SetDraft::new(holder);
        draft.why =
            format!("{} with the person's {kind} in {}", schema.models[holder].at, joined(&relation.by));
        draft.yields_to = owned.deleted(holder);
        draft.paths = identity_paths(schema, reach, owned, holder, relation, kind);
        let set = owned.sets.add(draft);
        steps.add(StepDraft {
            set,
            model: holder,
            purpose: Some(Purpose::Clear),
            assign: nulls(relation.by.clone()),
            guards: Vec::new(),
            together: false,
            because: vec!["the reference is cleared, as the map asks".into()],
            before: Vec::new(),
        });
    }
}
