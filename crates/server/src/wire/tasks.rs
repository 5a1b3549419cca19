//! Tasks over the wire.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use exeunt_base::{TaskId, Timestamp};
use exeunt_store::tasks::Task;
use serde::Serialize;
use utoipa::ToSchema;

/// Work that was asked for.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Asked {
    /// The task; where it stands is told under `/api/v1/tasks/{task}`.
    pub(crate) task: String,
}

impl Asked {
    /// The answer: accepted, and where to look.
    pub(crate) fn answer(task: TaskId) -> Response {
        accepted(task, Self { task: task.to_string() })
    }
}

/// An answer that points to the task.
pub(crate) fn accepted(task: TaskId, body: impl Serialize) -> Response {
    let mut response = (StatusCode::ACCEPTED, Json(body)).into_response();
    if let Ok(place) = HeaderValue::from_str(&format!("/api/v1/tasks/{task}")) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    response
}

/// A task.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TaskView {
    /// Its id.
    pub(crate) id: String,
    /// What is done: `count_plan`, `rehearse_plan`, `run_job`, `retry_reviews`, `skip_reviews`, `restore`, `purge`, `purge_due`,
    /// `make_package`, `push_deltas` or `follow_kept`.
    pub(crate) kind: String,
    /// What it is about.
    pub(crate) subject: String,
    /// `waiting`, `running`, `done` or `failed`.
    pub(crate) state: String,
    /// Who asked, as the log calls them; absent for what became due.
    pub(crate) asked_by: Option<String>,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) asked_at: Timestamp,
    /// Not before this.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) not_before: Timestamp,
    /// How often it was begun.
    pub(crate) tries: u64,
    /// When it ended.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(crate) ended_at: Option<Timestamp>,
    /// What came of it, or why it could not be done yet: `code` and `message`.
    #[schema(value_type = Option<Object>)]
    pub(crate) outcome: Option<serde_json::Value>,
}

impl From<&Task> for TaskView {
    fn from(task: &Task) -> Self {
        Self {
            id: task.id.to_string(),
            kind: task.kind.clone(),
            subject: task.subject.clone(),
            state: task.state.clone(),
            asked_by: task.asked_by.map(|id| id.to_string()),
            asked_at: task.asked_at,
            not_before: task.not_before,
            tries: task.tries,
            ended_at: task.ended_at,
            outcome: task.outcome.as_deref().and_then(|outcome| serde_json::from_str(outcome).ok()),
        }
    }
}
