//! Stops and complaints over the wire.

use exeunt_base::Timestamp;
use exeunt_store::complaints::Complaint;
use exeunt_store::stops::Stop;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A request that its person stopped by the link in a letter.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StopView {
    /// The request.
    pub(crate) request: String,
    /// When it was stopped.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) stopped_at: Timestamp,
    /// The day by which a person gets in touch.
    #[schema(format = Date, example = "2026-11-25")]
    pub(crate) answer_by: String,
    /// When somebody looked at it, and it went on.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(crate) ended_at: Option<Timestamp>,
}

impl From<&Stop> for StopView {
    fn from(stop: &Stop) -> Self {
        Self {
            request: stop.request.to_string(),
            stopped_at: stop.at,
            answer_by: stop.answer_by.clone(),
            ended_at: stop.ended_at,
        }
    }
}

/// Stops that nobody looked at yet.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Stops {
    /// Oldest first, at most 200.
    pub(crate) items: Vec<StopView>,
}

/// A complaint about a request. Never what it says.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ComplaintView {
    /// The request.
    pub(crate) request: String,
    /// Which of its complaints, from 1.
    #[schema(example = 1)]
    pub(crate) number: u64,
    /// When it came in.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) made_at: Timestamp,
    /// The day by which a person answers.
    #[schema(format = Date, example = "2026-12-22")]
    pub(crate) answer_by: String,
    /// When it was answered.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(crate) answered_at: Option<Timestamp>,
    /// Whether what it says is still kept.
    pub(crate) readable: bool,
}

impl From<&Complaint> for ComplaintView {
    fn from(complaint: &Complaint) -> Self {
        Self {
            request: complaint.request.to_string(),
            number: complaint.number,
            made_at: complaint.at,
            answer_by: complaint.answer_by.clone(),
            answered_at: complaint.answered_at,
            readable: complaint.words.is_some(),
        }
    }
}

/// Complaints.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Complaints {
    /// Oldest first.
    pub(crate) items: Vec<ComplaintView>,
}

/// What a complaint says.
#[derive(Serialize, ToSchema)]
pub(crate) struct ComplaintWords {
    /// It; empty where it was destroyed.
    pub(crate) words: String,
}

/// How a complaint is answered: by one of the two.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AnswerComplaint {
    /// The answer as it is mailed to the person: 1 to 2,000 characters of plain text in lines and paragraphs, without web or mail
    /// addresses. Of it the log holds a commitment only.
    #[schema(min_length = 1, max_length = 8000)]
    pub(crate) answer: Option<String>,
    /// What was answered in another way, one line of 1 to 500 characters. Of it the log holds a commitment only.
    #[schema(min_length = 1, max_length = 500)]
    pub(crate) because: Option<String>,
}
