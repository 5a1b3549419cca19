//! Guards that a person may confirm over.

use exeunt_engine::job::prepare::Confirmed;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What people confirmed over the guards; what is not named is not confirmed.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Confirm {
    /// One person really has this many rows.
    rows: Option<u64>,
    /// These identifiers really are this many rows of one subject model.
    matches: Option<u64>,
    /// Identifiers that disagree really are one person.
    identity: bool,
    /// Nothing is held of some of these people, and that is the answer.
    nobody: bool,
}

impl Confirm {
    pub(crate) fn confirmed(self) -> Confirmed {
        Confirmed { rows: self.rows, matches: self.matches, identity: self.identity, nobody: self.nobody }
    }
}
