//! Delta tables over the wire.

use exeunt_app::deltas::Status;
use exeunt_base::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

/// The delta tables.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Deltas {
    /// One for each source that has one.
    pub(crate) items: Vec<DeltaView>,
}

/// A delta table, and how far it is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeltaView {
    /// The source.
    pub(crate) source: String,
    /// The table there.
    pub(crate) table: String,
    /// Events that wait to be pushed.
    pub(crate) waiting: u64,
    /// When the oldest of them happened.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(crate) oldest: Option<Timestamp>,
    /// When it is pushed to next, if anything waits then.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) next_at: Timestamp,
    /// When rows last arrived.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(crate) pushed_at: Option<Timestamp>,
    /// When somebody last tried.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(crate) tried_at: Option<Timestamp>,
    /// The number of the last event that is there.
    pub(crate) up_to: u64,
    /// Rows pushed so far.
    pub(crate) rows: u64,
    /// Events that waited for 30 days and were given up.
    pub(crate) given_up: u64,
    /// Why the last push stopped.
    pub(crate) trouble: Option<String>,
}

impl From<&Status> for DeltaView {
    fn from(status: &Status) -> Self {
        let mark = status.mark.as_ref();
        Self {
            source: status.source.to_string(),
            table: status.target.table.to_string(),
            waiting: status.waiting.events,
            oldest: status.waiting.oldest,
            next_at: status.next_at,
            pushed_at: mark.and_then(|mark| mark.pushed_at),
            tried_at: mark.map(|mark| mark.tried_at),
            up_to: mark.map_or(0, |mark| mark.sequence),
            rows: mark.map_or(0, |mark| mark.rows),
            given_up: mark.map_or(0, |mark| mark.given_up),
            trouble: mark.and_then(|mark| mark.trouble.clone()),
        }
    }
}
