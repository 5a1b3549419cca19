//! What goes wrong, as callers are told: problem details for HTTP APIs (RFC 9457), with our code and the page of it.

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use exeunt_app::Class;
use serde::Serialize;
use utoipa::ToSchema;

use crate::call;

/// Most flaws that are told one by one.
const MOST_FLAWS: usize = 100;

/// Problem details (RFC 9457). Nothing in it repeats what the caller sent.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Problem {
    /// Names the kind of problem: `/errors/E0312`.
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// What the status means.
    pub(crate) title: &'static str,
    /// The HTTP status.
    pub(crate) status: u16,
    /// What stands in the way, and what to do.
    pub(crate) detail: String,
    /// Its code, with a page of this name in the documentation.
    pub(crate) code: &'static str,
    /// The call's id, as the header `X-Request-Id` and our log have it.
    #[serde(skip_serializing_if = "call::Current::is_none")]
    #[schema(value_type = String)]
    pub(crate) request_id: call::Current,
    /// What exactly is wrong with what was sent.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) errors: Vec<Flaw>,
    /// Seconds after which to try again.
    #[serde(skip)]
    pub(crate) retry_after: Option<u32>,
}

/// One thing wrong with what was sent.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Flaw {
    /// Where: a JSON Pointer into the body, or the name of a parameter.
    pub(crate) pointer: String,
    /// What is wrong there.
    pub(crate) detail: String,
}

impl Problem {
    /// A problem of a status.
    pub(crate) fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            kind: format!("/errors/{code}"),
            title: status.canonical_reason().unwrap_or("Problem"),
            status: status.as_u16(),
            detail: detail.into(),
            code,
            request_id: call::Current,
            errors: Vec::new(),
            retry_after: None,
        }
    }

    /// Nobody knows who calls.
    pub(crate) fn unknown_caller() -> Self {
        let words = "this needs a session's token or an API key in the header `Authorization: Bearer …`";
        Self::new(StatusCode::UNAUTHORIZED, "E0912", words)
    }

    /// Nobody knows whether whoever watches may.
    pub(crate) fn unknown_watcher() -> Self {
        let words = "this needs the token that the settings name under `serve`, in the header `Authorization: Bearer …`";
        Self::new(StatusCode::UNAUTHORIZED, "E0912", words)
    }

    /// There is no such thing, or it is not for the caller: both look the same.
    pub(crate) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "E0905", "there is nothing of that kind and id here")
    }

    /// Something sent is not what this takes.
    pub(crate) fn flaw(status: StatusCode, pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        let (pointer, detail) = (pointer.into(), detail.into());
        let mut problem =
            Self::new(status, "E0906", "what was sent is not what this call takes; see `errors`");
        problem.errors.push(Flaw { pointer, detail });
        problem
    }
}

impl From<exeunt_app::people::Error> for Problem {
    fn from(error: exeunt_app::people::Error) -> Self {
        exeunt_app::Error::from(error).into()
    }
}

impl From<exeunt_app::Error> for Problem {
    fn from(error: exeunt_app::Error) -> Self {
        // that it is another's stays here
        if error.is_unknown() {
            return Self::not_found();
        }
        let status = match error.class() {
            _ if error.is_changed() => StatusCode::PRECONDITION_FAILED,
            Class::Usage | Class::Findings => StatusCode::UNPROCESSABLE_ENTITY,
            Class::Refused => StatusCode::CONFLICT,
            Class::Denied => StatusCode::FORBIDDEN,
            Class::Unauthenticated => StatusCode::UNAUTHORIZED,
            Class::Busy => StatusCode::TOO_MANY_REQUESTS,
            Class::Missing => StatusCode::NOT_FOUND,
            Class::Unreachable | Class::Stopped => StatusCode::SERVICE_UNAVAILABLE,
            Class::Full => StatusCode::INSUFFICIENT_STORAGE,
            Class::Internal | Class::Tampered => StatusCode::INTERNAL_SERVER_ERROR,
        };
        let mut detail = error.to_string();
        let mut cause = std::error::Error::source(&error);
        while let Some(inner) = cause {
            let text = inner.to_string();
            if !detail.ends_with(&text) {
                detail.push_str(": ");
                detail.push_str(&text);
            }
            cause = inner.source();
        }
        if status.is_server_error() {
            tracing::error!(error.code = error.code(), "could not answer a call: {detail}");
        }
        let mut problem = Self::new(status, error.code(), detail);
        if let exeunt_app::Error::Unfit(all) = &error {
            let flaw = |one: &exeunt_app::error::Unfit| Flaw {
                pointer: format!("/identifiers/{}", one.at),
                detail: one.why.clone(),
            };
            problem.errors = all.iter().take(MOST_FLAWS).map(flaw).collect();
        }
        problem.retry_after = match status {
            StatusCode::SERVICE_UNAVAILABLE => Some(5),
            _ => error.retry_seconds(),
        };
        problem
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let mut response = (status, body).into_response();
        response.extensions_mut().insert(call::Code(self.code));
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        // a problem says how things stand now
        headers.insert(HeaderName::from_static("cache-control"), HeaderValue::from_static("no-store"));
        response
    }
}
