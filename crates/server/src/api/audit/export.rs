//! The whole log in one file.

use std::io;

use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use exeunt_app::audits::export::Form;
use futures_util::stream;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::body::Query;
use crate::caller::Caller;
use crate::problem::Problem;

/// In which form.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wanted {
    /// `jsonl` when nobody says.
    #[param(inline, nullable = false)]
    format: Option<Format>,
}

/// Forms of an export.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Format {
    /// JSON Lines with the signed checkpoint: can be verified.
    #[default]
    Jsonl,
    /// For reading.
    Csv,
}

/// Write the organization's log out
///
/// As JSON Lines, which `exeunt audit verify` checks offline, or as CSV. That it was exported is an entry of the log. An answer that
/// breaks off is not the log: its last line is the signed checkpoint.
#[utoipa::path(
    get, path = "/api/v1/audit/export", tag = "audit", params(Wanted),
    responses((status = 200, description = "The log as it stood when it was asked for",
        content((String = "application/jsonl"), (String = "text/csv"))))
)]
pub(crate) async fn export_audit(caller: Caller, Query(wanted): Query<Wanted>) -> Result<Response, Problem> {
    let (form, kind, name) = match wanted.format.unwrap_or_default() {
        Format::Jsonl => (Form::JsonLines, "application/jsonl", "audit.jsonl"),
        Format::Csv => (Form::Csv, "text/csv; charset=utf-8", "audit.csv"),
    };
    let export = caller.office.begin_audit_export(&caller.actor, form).await?;
    let body = Body::from_stream(stream::unfold(export, |mut export| async move {
        let piece = export.next().await?;
        if let Err(error) = &piece {
            tracing::error!(error.code = error.code(), "could not go on with an export of the log: {error}");
        }
        Some((piece.map_err(io::Error::other), export))
    }));
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    if let Ok(name) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(response)
}
