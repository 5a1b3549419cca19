//! Taking the log away: the whole of it, or the evidence of a period.

use std::io;

use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use exeunt_app::access::Permission;
use exeunt_app::audits::export::Form;
use exeunt_rights::Day;
use futures_util::stream;

use crate::console::form::Sent;
use crate::console::request::evidence::file;
use crate::console::rooms::audit::list::again;
use crate::console::trouble::Trouble;

/// The whole log, piece by piece. That it was taken away is its next entry.
pub(crate) async fn download(sent: Sent) -> Result<Response, Trouble> {
    let Sent { by, fields } = sent;
    let (form, kind, name) = match fields.text("format") {
        "csv" => (Form::Csv, "text/csv; charset=utf-8", "attachment; filename=\"audit.csv\""),
        _ => (Form::JsonLines, "application/jsonl", "attachment; filename=\"audit.jsonl\""),
    };
    let export = by.office.begin_audit_export(&by.actor, form).await?;
    let body = Body::from_stream(stream::unfold(export, |mut export| async move {
        let piece = export.next().await?;
        if let Err(error) = &piece {
            tracing::error!(error.code = error.code(), "could not go on with an export of the log: {error}");
        }
        Some((piece.map_err(io::Error::other), export))
    }));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static(name)),
    ];
    Ok((headers, body).into_response())
}

/// The evidence pack of a period.
pub(crate) async fn evidence(sent: Sent) -> Result<Response, Trouble> {
    let Sent { by, fields } = sent;
    by.office.allow(&by.actor, Permission::ReadAudit)?;
    let day = |field: &'static str| fields.text(field).parse::<Day>().map_err(|_| field);
    let made = match (day("from"), day("to")) {
        (Ok(from), Ok(to)) => {
            let made = by.office.make_period_evidence(&by.actor, from, to).await;
            made.map(|made| (made, from, to)).map_err(|error| (Trouble::from(error), "from"))
        }
        (Err(field), _) | (_, Err(field)) => {
            Err((Trouble::flaw("Write the first and the last day like 2026-12-31."), field))
        }
    };
    match made {
        Ok((made, from, to)) => Ok(file(made.bytes, "application/zip", &format!("evidence-{from}-{to}.zip"))),
        Err((trouble, field)) if trouble.is_mendable() => {
            let at = format!("evidence-{field}");
            let page = again(&by, &fields, Some((&trouble, &at)), None).await?;
            Ok(trouble.on(&page))
        }
        Err((trouble, _)) => Err(trouble),
    }
}
