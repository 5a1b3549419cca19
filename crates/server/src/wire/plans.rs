//! Plans over the wire.

use exeunt_app::plans::count::Look;
use exeunt_app::plans::show::Shown;
use exeunt_base::Timestamp;
use exeunt_plan::document::Severity;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::wire::confirm::Confirm;

/// For which requests.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MakePlan {
    /// Requests of one right; several are answered in one pass.
    #[schema(min_items = 1, max_items = 1000)]
    pub(crate) requests: Vec<String>,
    /// Another window than the organization's, in days.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 90)]
    pub(crate) window_days: Option<u32>,
    /// The answer will be late whatever is done; why. Then the window may end after the deadline.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 500)]
    pub(crate) late_because: Option<String>,
}

/// Which plan exactly.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ApprovePlan {
    /// The digest of the plan that was read: `sha256:…`, whole or its first twelve letters or more.
    #[schema(min_length = 12, max_length = 71)]
    pub(crate) digest: String,
}

/// How to look at a plan.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct CountPlan {
    /// Whether its statements are executed, and rolled back; otherwise rows are only counted.
    dry_run: bool,
    /// What people confirmed over the guards.
    pub(crate) confirm: Confirm,
}

impl CountPlan {
    pub(crate) fn look(&self) -> Look {
        if self.dry_run { Look::DryRun } else { Look::Count }
    }
}

/// A plan.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PlanView {
    /// Its id.
    pub(crate) id: String,
    /// The right it answers.
    pub(crate) right: String,
    /// The digest that is approved.
    pub(crate) digest: String,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) made_at: Timestamp,
    /// When it was approved.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(crate) approved_at: Option<Timestamp>,
    /// Who approved it, as the log calls them.
    pub(crate) approved_by: Option<String>,
    /// The requests it answers.
    pub(crate) requests: Vec<String>,
    /// The job that carries it out.
    pub(crate) job: Option<String>,
    /// What stands in the way, or should be known.
    pub(crate) notes: Vec<NoteView>,
    /// The whole document: what the digest is of.
    #[schema(value_type = Object)]
    pub(crate) document: serde_json::Value,
}

/// Something to know about a plan.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NoteView {
    /// `error`, `warning` or `info`.
    pub(crate) severity: String,
    /// Its code.
    pub(crate) code: String,
    /// Where: `shop.orders.customer_id`.
    pub(crate) at: String,
    /// What, and what to do.
    pub(crate) text: String,
}

impl PlanView {
    pub(crate) fn of(shown: &Shown) -> Self {
        let stored = &shown.stored;
        let note = |note: &exeunt_plan::document::Note| NoteView {
            severity: severity(note.severity).to_owned(),
            code: note.code.clone(),
            at: note.at.clone(),
            text: note.text.clone(),
        };
        Self {
            id: stored.id.to_string(),
            right: stored.right.clone(),
            digest: format!("sha256:{}", stored.digest),
            made_at: stored.made_at,
            approved_at: stored.approved.map(|(_, at)| at),
            approved_by: stored.approved.map(|(by, _)| by.to_string()),
            requests: shown.requests.iter().map(ToString::to_string).collect(),
            job: shown.job.map(|id| id.to_string()),
            notes: shown.plan.document().notes.iter().map(note).collect(),
            // what was just checked against its digest is JSON
            document: serde_json::from_str(&stored.document).unwrap_or_default(),
        }
    }
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "info",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}
