//! Fetching a package's file, as it lies there: encrypted.

use std::io;

use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use exeunt_base::PackageId;
use futures_util::stream;

use crate::body::Id;
use crate::caller::Caller;
use crate::problem::Problem;

/// Fetch a package's file, encrypted
///
/// Each fetch is counted and written into the log. Only whoever it was made for opens it.
#[utoipa::path(
    post, path = "/api/v1/packages/{package}/download", tag = "packages",
    params(("package" = String, Path, description = "Its id")),
    responses((status = 200, description = "The file, in the age format", content_type = "application/octet-stream"))
)]
pub(crate) async fn download_package(caller: Caller, Id(id): Id<PackageId>) -> Result<Response, Problem> {
    caller.must_be_fresh()?;
    let (package, pieces) = caller.office.fetch_package(&caller.actor, id).await?;
    let body = Body::from_stream(stream::unfold(pieces, |mut pieces| async move {
        let piece = pieces.next().await?;
        Some((piece.map_err(io::Error::other), pieces))
    }));
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(package.bytes));
    // the name is ours: an id and an ending
    if let Ok(name) = HeaderValue::from_str(&format!("attachment; filename=\"{id}.zip.age\"")) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(response)
}
