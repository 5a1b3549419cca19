//! Jobs over the wire.

use exeunt_app::jobs::status::Status;
use exeunt_base::Timestamp;
use exeunt_store::jobs::{Job, Unit};
use exeunt_store::reviews::Review;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::wire::confirm::Confirm;

/// Which plan to carry out.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StartJob {
    /// An approved plan for an erasure.
    pub(crate) plan: String,
    /// What people confirmed over the guards.
    #[serde(default)]
    pub(crate) confirm: Confirm,
}

/// Going on with a job.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RunJob {
    /// What people confirmed over the guards.
    pub(crate) confirm: Confirm,
}

/// Why rows are left as they are.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LeaveRows {
    /// Why. No personal data: it is kept in the clear.
    #[schema(min_length = 1, max_length = 500)]
    pub(crate) because: String,
}

/// A row that could not be erased.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReviewView {
    /// Its id.
    pub(crate) id: String,
    /// The number of its unit.
    pub(crate) unit: u32,
    /// Its place among the rows of the unit.
    pub(crate) place: u64,
    /// The model: `shop.orders`.
    pub(crate) model: String,
    /// The kind of fault.
    pub(crate) fault: String,
    /// What the source said, without values.
    pub(crate) words: String,
    /// `open`, `done` or `skipped`.
    pub(crate) state: String,
    /// Why it was left.
    pub(crate) reason: Option<String>,
    /// When it was flagged.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) at: Timestamp,
}

impl From<&Review> for ReviewView {
    fn from(review: &Review) -> Self {
        Self {
            id: review.id.to_string(),
            unit: review.unit,
            place: review.place,
            model: review.model.clone(),
            fault: review.fault.clone(),
            words: review.words.clone(),
            state: review.state.clone(),
            reason: review.reason.clone(),
            at: review.at,
        }
    }
}

/// A job that begins.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Started {
    /// The job.
    pub(crate) job: String,
    /// The task of running it.
    pub(crate) task: String,
}

/// A job.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct JobView {
    /// Its id.
    pub(crate) id: String,
    /// The plan it carries out.
    pub(crate) plan: String,
    /// Where it stands: `queued`, `running`, `review`, `settled`, `cancelled` or `failed`.
    pub(crate) state: String,
    /// Rows in all, from the census; 0 before it is taken.
    pub(crate) rows_total: u64,
    /// Batches so far.
    pub(crate) batches: u64,
    /// Whether somebody asked to cancel it.
    pub(crate) cancel_asked: bool,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) made_at: Timestamp,
    /// When it first ran.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(crate) started_at: Option<Timestamp>,
    /// When it was settled.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(crate) settled_at: Option<Timestamp>,
    /// Why it stopped, if it did.
    pub(crate) trouble: Option<String>,
}

impl From<&Job> for JobView {
    fn from(job: &Job) -> Self {
        Self {
            id: job.id.to_string(),
            plan: job.plan.to_string(),
            state: job.state.clone(),
            rows_total: job.rows_total,
            batches: job.batches,
            cancel_asked: job.cancel_asked,
            made_at: job.made_at,
            started_at: job.started_at,
            settled_at: job.settled_at,
            trouble: job.trouble.clone(),
        }
    }
}

/// A job with its counts.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct JobDetail {
    /// The job.
    #[serde(flatten)]
    pub(crate) job: JobView,
    /// Rows that have had their turn.
    pub(crate) rows_done: u64,
    /// Rows that wait for review.
    pub(crate) rows_failed: u64,
    /// The requests it answers.
    pub(crate) requests: Vec<String>,
    /// How many of them can still be restored.
    pub(crate) restorable: usize,
    /// When their windows end.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(crate) window_ends_at: Option<Timestamp>,
    /// Its units, in order.
    pub(crate) units: Vec<UnitView>,
}

impl From<&Status> for JobDetail {
    fn from(status: &Status) -> Self {
        Self {
            job: JobView::from(&status.job),
            rows_done: status.done(),
            rows_failed: status.failed(),
            requests: status.requests.iter().map(ToString::to_string).collect(),
            restorable: status.restorable,
            window_ends_at: status.window_ends_at,
            units: status.units.iter().map(UnitView::from).collect(),
        }
    }
}

/// One step of a job, or its veil.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UnitView {
    /// Its number.
    pub(crate) unit: u32,
    /// The model: `shop.orders`.
    pub(crate) model: String,
    /// What is done.
    pub(crate) action: String,
    /// Rows in all.
    pub(crate) total: u64,
    /// Rows struck.
    pub(crate) done: u64,
    /// Rows that were gone when their turn came.
    pub(crate) gone: u64,
    /// Rows that wait for review.
    pub(crate) failed: u64,
    /// Rows a person decided to leave.
    pub(crate) skipped: u64,
}

impl From<&Unit> for UnitView {
    fn from(unit: &Unit) -> Self {
        Self {
            unit: unit.unit,
            model: unit.model.clone(),
            action: unit.action.clone(),
            total: unit.total,
            done: unit.done,
            gone: unit.gone,
            failed: unit.failed,
            skipped: unit.skipped,
        }
    }
}
