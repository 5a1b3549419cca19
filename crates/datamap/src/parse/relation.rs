//! Relations as written; [`super::bind`] finds what they lead to.

use std::collections::BTreeMap;

use exeunt_base::Name;

use crate::model::{EdgeAction, IdentityKind, Reference, RelationKind, Scalar, Shared};
use crate::parse::action;
use crate::parse::entry::Entry;
use crate::suggest::shown;

/// A relation whose target is still a word.
pub(super) struct Link<'a> {
    pub(super) entry: Entry<'a>,
    pub(super) to: Entry<'a>,
    pub(super) to_word: String,
    pub(super) by: Vec<Name>,
    pub(super) on: Option<Vec<Name>>,
    pub(super) kind: RelationKind,
    pub(super) when: BTreeMap<Name, Scalar>,
    pub(super) by_identity: Option<IdentityKind>,
    pub(super) redact: Vec<Name>,
    pub(super) shared: Option<Shared>,
    pub(super) on_erase: Option<EdgeAction>,
}

pub(super) fn read<'a>(entry: &Entry<'a>) -> Option<Link<'a>> {
    let mut keys = entry.keys()?;
    let to = keys.need("to", "name the model the relation leads to");
    let by = keys.need("by", "name the column of this table that leads there").map(|entry| entry.names());
    let kind = keys.need("as", "one of owned_by, owns, accessed_by, accesses, refers_to");
    let kind = kind.and_then(|entry| entry.word(&RelationKind::WORDS));
    let on = keys.take("on").map(|entry| entry.names());
    let when = keys.take("when").map(|entry| entry.constants()).unwrap_or_default();
    let by_identity = keys.take("by_identity").and_then(|entry| identity(&entry));
    let redact = keys.take("redact");
    let shared = keys.take("shared");
    let on_erase = keys.take("on_erase");
    keys.finish();
    let kind = kind?;
    let shows = matches!(kind, RelationKind::AccessedBy | RelationKind::Accesses);
    let owns = matches!(kind, RelationKind::OwnedBy | RelationKind::Owns);
    if let Some(redact) = redact.as_ref().filter(|_| !shows) {
        redact.wrong("`redact:` belongs to accessed_by and accesses", None);
    }
    if let Some(shared) = shared.as_ref().filter(|_| !owns) {
        shared.wrong("`shared:` belongs to owned_by and owns", None);
    }
    if kind == RelationKind::RefersTo && on_erase.is_none() {
        let fix = "decide what happens here when the row there goes: null, cascade, repoint or refuse";
        entry.wrong("`on_erase:` is missing", String::from(fix));
    }
    let (to, by) = (to?, by?);
    Some(Link {
        entry: entry.clone(),
        to_word: to.text()?,
        to,
        by,
        on,
        kind,
        when,
        by_identity,
        redact: redact.map(|entry| entry.names()).unwrap_or_default(),
        shared: shared.and_then(|entry| entry.word(&[("last_owner", Shared::LastOwner)])),
        on_erase: on_erase.and_then(|entry| edge(&entry, kind)),
    })
}

fn identity(entry: &Entry<'_>) -> Option<IdentityKind> {
    let word = entry.text()?;
    let kind = IdentityKind::new(&word);
    if kind.is_none() {
        entry.wrong(format!("`{}` cannot be the kind of an identifier", shown(&word)), None);
    }
    kind
}

fn edge(entry: &Entry<'_>, kind: RelationKind) -> Option<EdgeAction> {
    if entry.is_blank() {
        entry.wrong("`on_erase:` says nothing", String::from("write `null` to clear the reference"));
        return None;
    }
    let cut = if entry.is_null() {
        Some(EdgeAction::Cut(Reference::Null))
    } else if entry.is_map() {
        None
    } else {
        match entry.text()?.as_str() {
            "cascade" => Some(EdgeAction::Cascade),
            "repoint" => Some(EdgeAction::Cut(Reference::Repoint)),
            "refuse" => Some(EdgeAction::Cut(Reference::Refuse)),
            _ => None,
        }
    };
    if cut.is_some() {
        return cut;
    }
    if kind == RelationKind::OwnedBy {
        let also = ["null", "cascade", "repoint", "refuse"];
        return action::read_with(entry, &also).map(EdgeAction::Row);
    }
    let fix =
        "known are `null`, `cascade`, `repoint`, `refuse`; a row's own fate stands on owned_by relations";
    entry.wrong(format!("this cannot be decided on a {} relation", kind.word()), String::from(fix));
    None
}
