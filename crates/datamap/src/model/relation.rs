//! How a row belongs to a person, or merely points at another row.

use std::collections::BTreeMap;

use exeunt_base::{ModelRef, Name};

use crate::model::action::Action;
use crate::model::method::Scalar;
use crate::model::{IdentityKind, Span};

/// An edge from this model's rows to another model's rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relation {
    /// The other model.
    pub to: ModelRef,
    /// Columns of this model.
    pub by: Vec<Name>,
    /// Columns of the other model that `by` is compared with, one for one. Always filled: the other model's key when
    /// the map names none, the identity's column with `by_identity`.
    pub on: Vec<Name>,
    /// What the edge means.
    pub kind: RelationKind,
    /// Constants that this row's columns must hold for the edge to exist: a polymorphic reference.
    pub when: BTreeMap<Name, Scalar>,
    /// No key joins the two: `by` holds the same e-mail address or phone number, compared after normalizing.
    pub by_identity: Option<IdentityKind>,
    /// Columns of the *shown* row that are blacked out for this person: this row with `accessed_by`, the row at `to`
    /// with `accesses`.
    pub redact: Vec<Name>,
    /// The row goes only when no other owner is left.
    pub shared: Option<Shared>,
    /// What this edge decides about erasure; absent: the model's `on_erase`, and for references the plan's own order.
    pub on_erase: Option<EdgeAction>,
    /// Where the relation is written.
    pub span: Span,
}

/// What an edge means. *This* row is the one whose model holds the relation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RelationKind {
    /// This row is the person's when the other is.
    OwnedBy,
    /// The other row is the person's when this one is.
    Owns,
    /// This row is shown to the person when the other is theirs; it is not erased.
    AccessedBy,
    /// The other row is shown to the person when this one is theirs; it is not erased.
    Accesses,
    /// Integrity only: this row points at the other.
    RefersTo,
}

impl RelationKind {
    /// Every kind and its word.
    pub const WORDS: [(&'static str, Self); 5] = [
        ("owned_by", Self::OwnedBy),
        ("owns", Self::Owns),
        ("accessed_by", Self::AccessedBy),
        ("accesses", Self::Accesses),
        ("refers_to", Self::RefersTo),
    ];

    /// The word that names it.
    pub fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(_, kind)| *kind == self).map_or("refers_to", |(word, _)| word)
    }
}

/// How a row with several owners goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Shared {
    /// Only with the last of them.
    LastOwner,
}

/// What an edge decides when the row at its other end is erased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EdgeAction {
    /// The reference is cut or the erasure stopped; this row stays unless something else takes it.
    Cut(Reference),
    /// This row is erased too.
    Cascade,
    /// This row's fate when the row it belongs to is erased (`owned_by` only).
    Row(Action),
}

/// What happens to a reference whose target is erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reference {
    /// Set to NULL.
    Null,
    /// Pointed at the other model's ghost.
    Repoint,
    /// Nothing: the plan stops while such a row exists.
    Refuse,
}
