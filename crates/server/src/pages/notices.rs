//! The page that letters about sub-processors lead to. Looking at it changes nothing: what follows links in letters to look
//! for harm neither confirms nor stops anything.

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use exeunt_app::subprocessors::notices::Notices;
use exeunt_mail::Language;
use serde::Deserialize;

use crate::caller::From;
use crate::pages::html;
use crate::pages::link::trouble;
use crate::service::Service;

/// From here to the folder that the pages' style is in.
const UP: &str = "../d/";

/// Which button.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Pressed {
    act: String,
}

/// Shows whether notices come, and the button that changes it.
pub(super) async fn show(
    service: State<Service>,
    from: From,
    headers: HeaderMap,
    Path(token): Path<String>,
) -> Response {
    match follow(&service, &from, &headers, &token).await {
        Ok(found) => page(&found, &token),
        Err(page) => page,
    }
}

/// Confirms or stops.
pub(super) async fn change(
    service: State<Service>,
    from: From,
    headers: HeaderMap,
    Path(token): Path<String>,
    pressed: Result<Form<Pressed>, FormRejection>,
) -> Response {
    let mut found = match follow(&service, &from, &headers, &token).await {
        Ok(found) => found,
        Err(page) => return page,
    };
    let Pressed { act } = pressed.map(|Form(pressed)| pressed).unwrap_or_default();
    let done = match act.as_str() {
        "confirm" => found.confirm().await,
        "stop" => found.stop().await,
        _ => return page(&found, &token),
    };
    match done {
        Err(error) => trouble(&error, found.language, UP),
        Ok(()) if act == "stop" => {
            html::notices(found.language, UP, &[("notices_stopped", &[])], None).answer(StatusCode::OK)
        }
        Ok(()) => {
            found.confirmed = true;
            page(&found, &token)
        }
    }
}

fn page(found: &Notices, token: &str) -> Response {
    let organization = [("organization", found.office.organization.name.as_str())];
    let (said, act, button) = match found.confirmed {
        true => ("notices_on", "stop", "notices_stop"),
        false => ("notices_ask", "confirm", "notices_yes"),
    };
    html::notices(found.language, UP, &[(said, &organization)], Some((token, act, button)))
        .answer(StatusCode::OK)
}

async fn follow(
    service: &Service,
    from: &From,
    headers: &HeaderMap,
    token: &str,
) -> Result<Notices, Response> {
    let spoken =
        headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let language =
        spoken.split([',', ';']).find_map(|code| Language::from_code(code.trim())).unwrap_or_default();
    match service.house.follow_notices(token, &from.0).await {
        Ok(Some(found)) => Ok(found),
        Ok(None) => Err(html::message(language, "page_unknown").up(UP).answer(StatusCode::NOT_FOUND)),
        Err(error) => Err(trouble(&error, language, UP)),
    }
}
