//! Halted work over the wire.

use axum::http::StatusCode;
use exeunt_base::{Name, Timestamp};
use exeunt_store::halts::Halt;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::problem::Problem;

/// The name of a source.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = String, min_length = 1)]
pub(crate) struct SourceName(String);

impl SourceName {
    pub(crate) fn name(&self) -> Result<Name, Problem> {
        Name::new(&self.0).map_err(|_| {
            Problem::flaw(StatusCode::UNPROCESSABLE_ENTITY, "/source", "the name of a source in the settings")
        })
    }
}

/// Which source, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Pause {
    /// The source.
    pub(crate) source: SourceName,
    /// The reason, one line of 1 to 500 characters. Of it the log holds a commitment only.
    #[schema(min_length = 1, max_length = 500)]
    pub(crate) because: String,
}

/// Which source.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Resume {
    /// The source.
    pub(crate) source: SourceName,
}

/// What became of the emergency stop.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Lifted {
    /// Whether it is lifted; if not, somebody else has to lift it too.
    pub(crate) lifted: bool,
}

/// What is halted.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Halts {
    /// The emergency stop first, then paused sources.
    pub(crate) items: Vec<HaltView>,
}

/// A halt.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HaltView {
    /// The source; absent for the emergency stop.
    pub(crate) source: Option<String>,
    /// Why.
    pub(crate) because: String,
    /// By whom, as the log calls them.
    pub(crate) by: Option<String>,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) at: Timestamp,
    /// The first of the two who lift an emergency stop.
    pub(crate) lift_by: Option<String>,
    /// When they asked.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(crate) lift_at: Option<Timestamp>,
}

impl From<&Halt> for HaltView {
    fn from(halt: &Halt) -> Self {
        Self {
            source: halt.source.as_ref().map(ToString::to_string),
            because: halt.because.clone(),
            by: halt.by.map(|by| by.to_string()),
            at: halt.at,
            lift_by: halt.lift_by.map(|by| by.to_string()),
            lift_at: halt.lift_at,
        }
    }
}
