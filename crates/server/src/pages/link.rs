//! The page of a link: shown, asked for a code, and given one.

use axum::body::Body;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use exeunt_app::links::code::Checked;
use exeunt_app::links::fetch::Download;
use exeunt_app::links::find::{Found, Stands};
use exeunt_app::{Class, Error};
use exeunt_base::{Personal, Secret};
use exeunt_mail::Language;
use futures_util::stream;
use serde::Deserialize;

use crate::caller::From;
use crate::pages::html::{self, Page};
use crate::service::Service;

/// Most characters of what a browser says of itself that are kept.
const AGENT: usize = 200;

/// What was typed.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    form: String,
    code: String,
    portion: String,
}

/// Shows what a link leads to. Looking changes nothing, however often.
pub(super) async fn show(
    service: State<Service>,
    from: From,
    headers: HeaderMap,
    Path(token): Path<String>,
) -> Response {
    match follow(&service, &from, &headers, &token, "").await {
        Ok(found) => Page::of(&found, &token, "").ask().answer(StatusCode::OK),
        Err(page) => page,
    }
}

/// Mails a code, and shows where to type it in.
pub(super) async fn send_code(
    service: State<Service>,
    from: From,
    headers: HeaderMap,
    Path(token): Path<String>,
) -> Response {
    let found = match follow(&service, &from, &headers, &token, "../").await {
        Ok(found) => found,
        Err(page) => return page,
    };
    match found.send_code(&from.0).await {
        Ok(form) => typing(&found, &token, "../", &form, "", None).await,
        Err(error) => trouble(&error, found.language, "../"),
    }
}

/// Gives the package to whoever types the code in.
pub(super) async fn fetch(
    service: State<Service>,
    from: From,
    headers: HeaderMap,
    Path(token): Path<String>,
    typed: Result<Form<Typed>, FormRejection>,
) -> Response {
    let found = match follow(&service, &from, &headers, &token, "").await {
        Ok(found) => found,
        Err(page) => return page,
    };
    let Typed { form, code, portion } = typed.map(|Form(typed)| typed).unwrap_or_default();
    match found.check_code(&form, &code).await {
        Ok(Checked::Right) => {
            let language = found.language;
            let agent =
                headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
            let agent = Personal::new(agent.chars().take(AGENT).collect());
            match found.fetch(&portion, from.0, agent) {
                Ok(download) => given(download),
                Err(error) => trouble(&error, language, ""),
            }
        }
        Ok(Checked::Wrong(left)) => {
            typing(&found, &token, "", &Secret::new(form), &portion, Some(left)).await
        }
        Ok(Checked::Stopped) => Page::of(&found, &token, "").stopped().answer(StatusCode::FORBIDDEN),
        Err(error) => trouble(&error, found.language, ""),
    }
}

/// The page with the field for the code, and what can be got by it.
async fn typing(
    found: &Found,
    token: &str,
    up: &str,
    form: &Secret<String>,
    chosen: &str,
    wrong: Option<u64>,
) -> Response {
    match found.portions().await {
        Ok(portions) => {
            let status = if wrong.is_some() { StatusCode::FORBIDDEN } else { StatusCode::OK };
            Page::of(found, token, up).typing(found, form, wrong, &portions, chosen).answer(status)
        }
        Err(error) => trouble(&error, found.language, up),
    }
}

/// The open link of a token, or the page that says why there is none.
async fn follow(
    service: &Service,
    from: &From,
    headers: &HeaderMap,
    token: &str,
    up: &str,
) -> Result<Found, Response> {
    let spoken =
        headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let language =
        spoken.split([',', ';']).find_map(|code| Language::from_code(code.trim())).unwrap_or_default();
    let found = match service.house.follow_link(token, &from.0).await {
        Ok(Some(found)) => found,
        Ok(None) => return Err(html::message(language, "page_unknown").up(up).answer(StatusCode::NOT_FOUND)),
        Err(error) => return Err(trouble(&error, language, up)),
    };
    let language = found.language;
    let over = match found.stands {
        Stands::Open => return Ok(found),
        Stands::Ended(at) => html::ended(language, at),
        Stands::Revoked => html::message(language, "page_revoked"),
        Stands::Used => html::message(language, "page_used"),
    };
    Err(over.up(up).answer(StatusCode::GONE))
}

/// What a person is told when something does not work; the log is told more.
pub(super) fn trouble(error: &Error, language: Language, up: &str) -> Response {
    let (status, word) = match error.class() {
        Class::Busy => (StatusCode::TOO_MANY_REQUESTS, "page_too_many"),
        Class::Refused => (StatusCode::GONE, "page_revoked"),
        _ => {
            tracing::error!(error.code = error.code(), "could not show a link's page: {error}");
            (StatusCode::SERVICE_UNAVAILABLE, "page_later")
        }
    };
    let mut response = html::message(language, word).up(up).answer(status);
    if let Some(seconds) = error.retry_seconds() {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// The file, piece by piece. A piece that cannot be given breaks the connection off, so that nobody takes a part for the whole.
fn given(download: Download) -> Response {
    let (name, bytes) = (download.name.clone(), download.bytes);
    let kind = if name.ends_with(".zip") { "application/zip" } else { "application/octet-stream" };
    let pieces = stream::unfold(download, |mut download| async move {
        let piece = download.next().await?;
        if let Err(error) = &piece {
            tracing::warn!(error.code = error.code(), "a download broke off: {error}");
        }
        Some((piece.map_err(std::io::Error::other), download))
    });
    let mut response = Body::from_stream(pieces).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    if let Some(bytes) = bytes {
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(bytes));
    }
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("none"));
    // the name is ours: an id and an ending
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    response
}
