//! Many requests at once, from a CSV file.

use axum::Json;
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use exeunt_app::access::Permission;
use exeunt_app::requests::import::{Flaw, Imported as Came, MOST_BYTES};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::body::Query;
use crate::caller::Caller;
use crate::problem::{self, Problem};
use crate::wire::deadlines::Imported;

/// How.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct How {
    /// Only check the file.
    check: bool,
}

/// Take many requests in from a CSV file
///
/// All of them or none. Columns: `right`, one for each kind of identifier, and any of `received_at`, `regime`,
/// `identity_level`, `identity_how`, `ground`, `statement`, `explained`, `complications`. The same file again takes
/// nothing in.
#[utoipa::path(
    post, path = "/api/v1/imports", tag = "requests", params(How),
    request_body(content = String, content_type = "text/csv"),
    responses(
        (status = 200, description = "The file was taken in before, or only checked", body = Imported),
        (status = 201, description = "All of it was taken in", body = Imported),
    )
)]
pub(crate) async fn import_requests(
    caller: Caller,
    Query(how): Query<How>,
    request: Request,
) -> Result<Response, Problem> {
    // before a large body is read
    caller.office.allow(&caller.actor, Permission::SubmitRequests)?;
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let kind = kind.unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if kind != "text/csv" {
        return Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "E0906",
            "the body is CSV; say so with the header `Content-Type: text/csv`",
        ));
    }
    let file = axum::body::to_bytes(request.into_body(), MOST_BYTES).await.map_err(|_| {
        let most = MOST_BYTES >> 20;
        let words = format!("the body is cut short, or has more than {most} MiB; split the file");
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "E0906", words)
    })?;
    let came = caller.office.import_requests(&caller.actor, &file, how.check).await?;
    let (status, told) = match came {
        Came::Flawed(flaws) => return Err(flawed(&flaws)),
        Came::Taken(ids) if how.check => {
            (StatusCode::OK, Imported { requests: Vec::new(), before: None, checked: Some(ids.len() as u64) })
        }
        Came::Taken(ids) => {
            let requests = ids.iter().map(ToString::to_string).collect();
            (StatusCode::CREATED, Imported { requests, before: None, checked: None })
        }
        Came::Before(first) => (
            StatusCode::OK,
            Imported { requests: Vec::new(), before: Some(first.to_string()), checked: None },
        ),
    };
    Ok((status, Json(told)).into_response())
}

fn flawed(flaws: &[Flaw]) -> Problem {
    let words = "nothing was taken in: mend the lines that `errors` names, and send the whole file again";
    let mut problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "E0318", words);
    problem.errors = flaws
        .iter()
        .map(|flaw| {
            let column = if flaw.column.is_empty() { String::new() } else { format!("/{}", flaw.column) };
            problem::Flaw { pointer: format!("line {}{column}", flaw.line), detail: flaw.what.clone() }
        })
        .collect();
    problem
}
