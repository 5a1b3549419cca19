//! Deadlines and decisions over the wire.

use exeunt_app::deadlines::Standing;
use exeunt_base::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// When a request must be answered, and what moved that day. Days are of the organization's own zone.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeadlineView {
    /// The law that rules it.
    pub(crate) regime: String,
    /// The version of its pack when the request was opened.
    pub(crate) pack_version: u32,
    /// The day of receipt.
    #[schema(format = Date)]
    pub(crate) received_on: String,
    /// Receipt is confirmed by this day, where the law sets one.
    #[schema(format = Date)]
    pub(crate) acknowledge_by: Option<String>,
    /// When it was.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(crate) acknowledged_at: Option<Timestamp>,
    /// The answer is due on this day.
    #[schema(format = Date)]
    pub(crate) answer_by: String,
    /// Days left; negative when it is past. While the clock stands still, as it stood then.
    pub(crate) days_left: i64,
    /// The day is past and there is no answer.
    pub(crate) overdue: bool,
    /// The clock stands still since this day.
    #[schema(format = Date)]
    pub(crate) paused_on: Option<String>,
    /// On this ground.
    pub(crate) pause_ground: Option<String>,
    /// Days for which it stood still before.
    pub(crate) paused_days: u32,
    /// The day the deadline was extended.
    #[schema(format = Date)]
    pub(crate) extended_on: Option<String>,
    /// For this kind of reason.
    pub(crate) extension_reason: Option<String>,
    /// Grounds on which the request was refused.
    pub(crate) refusal_grounds: Vec<String>,
    /// When it was answered, refused or taken back.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(crate) answered_at: Option<Timestamp>,
}

impl From<&Standing> for DeadlineView {
    fn from(standing: &Standing) -> Self {
        let deadline = standing.deadline.clone();
        Self {
            regime: deadline.regime,
            pack_version: deadline.pack_version,
            received_on: deadline.received_on,
            acknowledge_by: deadline.acknowledge_by,
            acknowledged_at: deadline.acknowledged_at,
            answer_by: deadline.answer_by,
            days_left: standing.days_left,
            overdue: standing.overdue,
            paused_on: deadline.paused_on,
            pause_ground: deadline.pause_ground,
            paused_days: deadline.paused_days,
            extended_on: deadline.extended_on,
            extension_reason: deadline.extension_reason,
            refusal_grounds: deadline.refusal_grounds,
            answered_at: deadline.answered_at,
        }
    }
}

/// Why the clock stops.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PauseDeadline {
    /// What is waited for, where the law lets the clock stop for it.
    #[schema(value_type = PauseWord)]
    pub(crate) ground: String,
    /// The reason, one line of 1 to 500 characters. Of it the log holds a commitment only.
    #[schema(min_length = 1, max_length = 500)]
    pub(crate) because: String,
}

/// What a clock may stop for.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) enum PauseWord {
    Identity,
    Clarification,
    Fee,
}

/// Why the answer takes longer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExtendDeadline {
    /// The kind of reason, as the law takes it: `complexity`, `number`.
    #[schema(min_length = 1, max_length = 40)]
    pub(crate) kind: String,
    /// The reason as the person is told, one line of 1 to 500 characters. Of it the log holds a commitment only.
    #[schema(min_length = 1, max_length = 500)]
    pub(crate) because: String,
}

/// Why a request is refused.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RefuseRequest {
    /// Grounds that the request's law knows.
    #[schema(min_items = 1, max_items = 20)]
    pub(crate) grounds: Vec<String>,
    /// The reason as the person is told, one line of 1 to 500 characters. Of it the log holds a commitment only.
    #[schema(min_length = 1, max_length = 500)]
    pub(crate) because: String,
}

/// What a person said when they asked.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Statement {
    /// What they asked for, in their words.
    pub(crate) statement: Option<String>,
    /// What was explained to them.
    pub(crate) explained: Option<String>,
    /// Anything that makes it hard.
    pub(crate) complications: Option<String>,
}

/// A law as data.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RegimeView {
    /// Its id.
    #[schema(example = "eu-gdpr")]
    pub(crate) id: String,
    /// Its version.
    pub(crate) version: u32,
    /// The law's name.
    pub(crate) name: String,
    /// `in_force`, `draft` or `disabled`.
    pub(crate) status: String,
    /// Whether requests that name none are ruled by it.
    pub(crate) usual: bool,
    /// Who signed it; nobody where it came with the program.
    pub(crate) signed_by: Option<String>,
    /// The whole pack.
    #[schema(value_type = Object)]
    pub(crate) pack: serde_json::Value,
}

/// The regimes there are.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Regimes {
    /// By id.
    pub(crate) regimes: Vec<RegimeView>,
}

/// What came of a file of requests.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Imported {
    /// The requests that were taken in now, in the order of the file.
    pub(crate) requests: Vec<String>,
    /// Where the same file was taken in before: the first of its requests. Then nothing was taken in now.
    pub(crate) before: Option<String>,
    /// Requests that could be taken in, where the file was only to be checked.
    pub(crate) checked: Option<u64>,
}
