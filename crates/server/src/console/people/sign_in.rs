//! Signing in with address, password and code, and signing out.

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use exeunt_app::people::offered_providers::Offered;
use exeunt_app::people::sessions::NewSession;
use exeunt_app::people::sign_in::Credentials;
use exeunt_base::{Personal, Secret};
use serde::Deserialize;

use crate::caller::From;
use crate::console::cookie;
use crate::console::door::way_back;
use crate::console::form::{Sent, SentByAnybody};
use crate::console::frame::{Frame, page, shown};
use crate::console::trouble::Trouble;
use crate::service::Service;

/// Where to go afterwards.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wanted {
    pub(super) then: String,
}

#[derive(Template)]
#[template(path = "console/people/sign_in.html")]
struct SignIn<'a> {
    frame: Frame,
    then: &'a str,
    problem: Option<String>,
    providers: Vec<Offered>,
}

/// Through whom else one may sign in. Whoever has a password gets in without knowing.
async fn providers(service: &Service) -> Vec<Offered> {
    service.house.own().offered_providers().await.unwrap_or_else(|error| {
        tracing::error!("could not read the identity providers: {error}");
        Vec::new()
    })
}

/// The form.
pub(crate) async fn show(service: State<Service>, wanted: Result<Query<Wanted>, QueryRejection>) -> Response {
    let wanted = wanted.map(|Query(wanted)| wanted).unwrap_or_default();
    let providers = providers(&service).await;
    shown(&SignIn {
        frame: Frame::outside("Sign in"),
        then: way_back(&wanted.then),
        problem: None,
        providers,
    })
}

/// Lets somebody in. What was typed is not given back: neither the address nor the rest.
pub(crate) async fn enter(
    service: State<Service>,
    From(source): From,
    SentByAnybody(fields): SentByAnybody,
) -> Response {
    let then = way_back(fields.raw("then"));
    let credentials = Credentials {
        email: Personal::new(fields.text("email").to_owned()),
        password: Secret::new(fields.raw("password").to_owned()),
        code: Secret::new(fields.text("code").to_owned()),
        source,
    };
    match service.house.own().sign_in(&credentials).await {
        Ok(session) => entered(&session, then),
        Err(error) => {
            let trouble = Trouble::from(error);
            let status = trouble.status();
            if status.is_server_error() {
                return trouble.into_response();
            }
            let problem = Some(trouble.sentence());
            let providers = providers(&service).await;
            page(status, &SignIn { frame: Frame::outside("Sign in"), then, problem, providers })
        }
    }
}

/// The way in, with the session in the browser.
pub(super) fn entered(session: &NewSession, then: &str) -> Response {
    let mut response = Redirect::to(then).into_response();
    response.headers_mut().append(header::SET_COOKIE, cookie::put(&session.token));
    response
}

/// Ends the session.
pub(crate) async fn leave(Sent { by, .. }: Sent) -> Response {
    if let Err(error) = by.office.sign_out(&by.token).await {
        return Trouble::from(error).into_response();
    }
    let mut headers = HeaderMap::new();
    headers.append(header::SET_COOKIE, cookie::remove());
    (StatusCode::SEE_OTHER, headers, [(header::LOCATION, "/sign-in")]).into_response()
}
