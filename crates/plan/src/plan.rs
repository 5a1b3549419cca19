//! A plan's life as types: draft, linted, approved. Only an approved plan can be carried out.

use exeunt_base::{ActorId, Timestamp};

use crate::digest;
use crate::document::{Document, Note};
use crate::inputs::Inputs;
use crate::lint;

/// A plan in one of its states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan<S> {
    document: Document,
    state: S,
}

/// Just built; nobody has looked at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Draft;

/// Looked through; its digest is what an approval names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Linted {
    digest: String,
}

/// Approved: exactly these steps, by this person, at this time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approved {
    digest: String,
    by: ActorId,
    at: Timestamp,
}

/// Why a plan is not approved.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It has findings that must be mended first.
    #[error("the plan has {} errors and cannot be approved", .0.len())]
    Errors(Vec<Note>),
    /// The digest named is another plan's.
    #[error("approval of plan `{named}` was asked for, but this is plan `{digest}`")]
    OtherPlan {
        /// The digest the approver saw.
        named: String,
        /// The digest of this plan.
        digest: String,
    },
}

/// Why a stored plan is not taken.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// It is not a plan of a version this program knows.
    #[error("could not read the stored plan")]
    Form(#[source] serde_json::Error),
    /// It is a plan of another version.
    #[error("the stored plan has version {0}, which this program does not know")]
    Version(u32),
    /// It is not the plan that was stored.
    #[error("the stored plan does not match its digest")]
    Altered,
}

impl<S> Plan<S> {
    /// What it says.
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// Its canonical text, as stored and digested.
    pub fn to_text(&self) -> String {
        digest::text(&self.document)
    }
}

impl Plan<Draft> {
    pub(crate) fn draft(document: Document) -> Self {
        Self { document, state: Draft }
    }

    /// Adds what an officer must know, and fixes the digest.
    pub fn lint(mut self, inputs: Inputs<'_>) -> Plan<Linted> {
        self.document.notes.extend(lint::findings(&self.document, inputs));
        lint::tidy(&mut self.document.notes);
        let digest = digest::of(&self.document);
        Plan { document: self.document, state: Linted { digest } }
    }
}

impl Plan<Linted> {
    /// Its digest, in hexadecimal.
    pub fn digest(&self) -> &str {
        &self.state.digest
    }

    /// Takes up a stored plan again.
    pub fn read(text: &str, digest: &str) -> Result<Self, Unreadable> {
        let document = stored(text, digest)?;
        Ok(Self { document, state: Linted { digest: digest.to_owned() } })
    }

    /// Binds the approval to exactly these steps. `named` is the digest the approver saw.
    pub fn approve(self, named: &str, by: ActorId, at: Timestamp) -> Result<Plan<Approved>, Refused> {
        let Linted { digest } = self.state;
        if named != digest {
            return Err(Refused::OtherPlan { named: named.to_owned(), digest });
        }
        let errors: Vec<Note> = self.document.notes.iter().filter(|note| note.blocks()).cloned().collect();
        if !errors.is_empty() {
            return Err(Refused::Errors(errors));
        }
        Ok(Plan { document: self.document, state: Approved { digest, by, at } })
    }
}

impl Plan<Approved> {
    /// Takes up a stored, approved plan again.
    pub fn read(text: &str, digest: &str, by: ActorId, at: Timestamp) -> Result<Self, Unreadable> {
        let document = stored(text, digest)?;
        Ok(Self { document, state: Approved { digest: digest.to_owned(), by, at } })
    }

    /// The digest that was approved.
    pub fn digest(&self) -> &str {
        &self.state.digest
    }

    /// Who approved it.
    pub fn approved_by(&self) -> ActorId {
        self.state.by
    }

    /// When.
    pub fn approved_at(&self) -> Timestamp {
        self.state.at
    }
}

fn stored(text: &str, digest: &str) -> Result<Document, Unreadable> {
    let document: Document = serde_json::from_str(text).map_err(Unreadable::Form)?;
    if document.v != 1 {
        return Err(Unreadable::Version(document.v));
    }
    if digest::of(&document) != digest || digest::of_text(text) != digest {
        return Err(Unreadable::Altered);
    }
    Ok(document)
}
