//! One request: where it stands, what was planned, how it runs, what waits, what was written, what proves it.

mod act;
mod approve;
pub(crate) mod evidence;
pub(crate) mod form;
pub(crate) mod history;
mod journey;
mod letters;
mod offers;
pub(crate) mod overview;
mod package;
mod places;
mod plan;
mod progress;
mod proposals;
mod recovery;
pub(crate) mod ring;
mod run;
pub(crate) mod said;
mod spark;
mod statement;
mod steps;

use std::str::FromStr;

use axum::Router;
use axum::extract::{FromRequest, FromRequestParts, Path, RawPathParams, Request};
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use exeunt_app::access::Permission;
use exeunt_app::requests::show::Shown;
use exeunt_base::RequestId;

use crate::console::door::Visitor;
use crate::console::form::{Fields, Sent};
use crate::console::frame::Frame;
use crate::console::request::proposals::Proposed;
use crate::console::trouble::Trouble;
use crate::console::words::badge::Badge;
use crate::service::Service;

/// The pages.
pub(crate) fn routes() -> Router<Service> {
    Router::new()
        .route("/requests/{id}", get(overview::show))
        .route("/requests/{id}/acts/{act}", post(act::decide))
        .route("/requests/{id}/statement", post(statement::reveal))
        .route("/requests/{id}/proposals/{proposal}/confirm", post(proposals::confirm))
        .route("/requests/{id}/proposals/{proposal}/withdraw", post(proposals::withdraw))
        .route("/requests/{id}/plan", get(plan::show).post(plan::make))
        .route("/requests/{id}/plan/count", post(plan::count))
        .route("/requests/{id}/plan/rehearse", post(plan::rehearse))
        .route("/requests/{id}/approve", get(approve::show).post(approve::approve))
        .route("/requests/{id}/run", get(run::show).post(run::start))
        .route("/requests/{id}/progress", get(progress::follow_work))
        .route("/requests/{id}/run/cancel", post(run::cancel))
        .route("/requests/{id}/run/sources/{source}/pause", post(run::pause))
        .route("/requests/{id}/run/sources/{source}/resume", post(run::resume))
        .route("/requests/{id}/run/retry", post(run::retry))
        .route("/requests/{id}/run/leave", post(run::leave))
        .route("/requests/{id}/package", get(package::show).post(package::make))
        .route("/requests/{id}/package/link", post(package::link))
        .route("/requests/{id}/package/links/{link}/revoke", post(package::unlink))
        .route("/requests/{id}/package/fetch", post(package::fetch))
        .route("/requests/{id}/package/remove", post(package::remove))
        .route("/requests/{id}/recovery", get(recovery::show))
        .route("/requests/{id}/recovery/restore", post(recovery::restore))
        .route("/requests/{id}/recovery/purge", post(recovery::purge))
        .route("/requests/{id}/recovery/answer", post(recovery::answer))
        .route("/requests/{id}/letters", get(letters::show))
        .route("/requests/{id}/letters/places/{letter}", get(places::show).post(places::write))
        .route("/requests/{id}/letters/{letter}/resend", post(letters::resend))
        .route("/requests/{id}/evidence", get(evidence::show).post(evidence::pack))
        .route("/requests/{id}/evidence/{receipt}/receipt", get(evidence::receipt))
        .route("/requests/{id}/evidence/{receipt}/proof", get(evidence::proof))
}

/// The request that an address names. What is no id is nobody's request.
pub(crate) struct Named(pub(crate) RequestId);

impl FromRequestParts<Service> for Named {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, service: &Service) -> Result<Self, Trouble> {
        named(parts, service, "id").await.map(Self)
    }
}

/// A request, and something of it that the address names after it.
pub(crate) struct Within<T>(pub(crate) RequestId, pub(crate) T);

impl<T: FromStr> FromRequestParts<Service> for Within<T> {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, service: &Service) -> Result<Self, Trouble> {
        let id = named(parts, service, "id").await?;
        let all = Path::<Vec<(String, String)>>::from_request_parts(parts, service).await;
        let Path(all) = all.map_err(|_| Trouble::not_found())?;
        let (_, last) = all.last().ok_or_else(Trouble::not_found)?;
        Ok(Self(id, last.parse().map_err(|_| Trouble::not_found())?))
    }
}

/// A form about the request that its address names. Who sends it is looked at first: nobody learns what an address leads to.
pub(crate) struct About(pub(crate) RequestId, pub(crate) Sent);

impl FromRequest<Service> for About {
    type Rejection = Response;

    async fn from_request(request: Request, service: &Service) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let id = Named::from_request_parts(&mut parts, service).await;
        let sent = Sent::from_request(Request::from_parts(parts, body), service).await?;
        Ok(Self(id.map_err(IntoResponse::into_response)?.0, sent))
    }
}

/// The same about something of a request.
pub(crate) struct AboutPart<T>(pub(crate) RequestId, pub(crate) T, pub(crate) Sent);

impl<T: FromStr + Send> FromRequest<Service> for AboutPart<T> {
    type Rejection = Response;

    async fn from_request(request: Request, service: &Service) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let within = Within::<T>::from_request_parts(&mut parts, service).await;
        let sent = Sent::from_request(Request::from_parts(parts, body), service).await?;
        let Within(id, part) = within.map_err(IntoResponse::into_response)?;
        Ok(Self(id, part, sent))
    }
}

pub(crate) async fn named<T: FromStr>(
    parts: &mut Parts,
    service: &Service,
    name: &str,
) -> Result<T, Trouble> {
    let all = RawPathParams::from_request_parts(parts, service).await.map_err(|_| Trouble::not_found())?;
    let text = all.iter().find(|(known, _)| *known == name).map(|(_, text)| text);
    text.and_then(|text| text.parse().ok()).ok_or_else(Trouble::not_found)
}

/// A tab.
pub(crate) struct Tab {
    pub(crate) name: &'static str,
    pub(crate) href: String,
    pub(crate) current: bool,
}

/// What stands over every page of a request.
pub(crate) struct Head {
    pub(crate) id: String,
    /// What is asked for: `Erasure`.
    pub(crate) right: &'static str,
    pub(crate) state: Badge,
    pub(crate) late: Option<Badge>,
    pub(crate) held: Option<Badge>,
    pub(crate) tabs: Vec<Tab>,
    /// The field that is wrong, where one is.
    pub(crate) at: String,
    /// What was just done, as a sentence.
    pub(crate) said: Option<&'static str>,
    /// What waits for a second person.
    pub(crate) proposed: Vec<Proposed>,
}

impl Head {
    async fn of(by: &Visitor, shown: &Shown, tab: &str) -> Result<Self, Trouble> {
        let request = &shown.request;
        let late = shown.standing.as_ref().and_then(|standing| {
            let open = standing.deadline.answered_at.is_none();
            match standing.days_left {
                _ if standing.overdue => Some(Badge::OVERDUE),
                ..=7 if open => Some(Badge::SOON),
                _ => None,
            }
        });
        Ok(Self {
            id: request.id.to_string(),
            right: said::right(&request.kind),
            state: Badge::request(&request.state),
            late,
            held: request.held_because.as_ref().map(|_| Badge::ON_HOLD),
            tabs: tabs(by, request, tab),
            at: String::new(),
            said: said::done(&by.path),
            proposed: proposals::about(by, request).await?,
        })
    }
}

fn tabs(by: &Visitor, request: &exeunt_store::requests::Request, current: &str) -> Vec<Tab> {
    let erases = said::erases(&request.kind);
    [
        ("", "Overview", true),
        ("plan", "Plan", by.may(Permission::ReadPlans)),
        ("run", "Run", erases && by.may(Permission::ReadJobs)),
        ("package", "Package", !erases && by.may(Permission::ReadPackages)),
        ("recovery", "Recovery", erases),
        ("letters", "Letters", by.may(Permission::ReadLetters)),
        ("evidence", "Evidence", by.may(Permission::ReadAudit)),
    ]
    .into_iter()
    .filter(|(_, _, seen)| *seen)
    .map(|(key, name, _)| Tab { name, href: place(request.id, key), current: key == current })
    .collect()
}

/// Where a tab of a request is.
pub(crate) fn place(id: RequestId, tab: &str) -> String {
    if tab.is_empty() { format!("/requests/{id}") } else { format!("/requests/{id}/{tab}") }
}

/// The request, and what stands around a page of it.
async fn around(by: &Visitor, id: RequestId, tab: &str) -> Result<(Shown, Frame, Head), Trouble> {
    let shown = by.office.show_request(&by.actor, id).await?;
    let head = Head::of(by, &shown, tab).await?;
    let name = head.tabs.iter().find(|tab| tab.current).map_or("Request", |tab| tab.name);
    let frame = by.frame(&format!("{name} of {id}"), "requests").await;
    Ok((shown, frame, head))
}

/// Back to a tab after something was done, with the word of what. The browser keeps a session that went on.
fn back(id: RequestId, tab: &str, done: &str, cookie: Option<HeaderValue>) -> Response {
    let mut response = Redirect::to(&format!("{}?done={done}", place(id, tab))).into_response();
    keep(&mut response, cookie);
    response
}

/// Makes a session fresh by the code of a form, where it has to be: what the browser must keep then, whatever comes of the act,
/// and whether it worked.
pub(crate) async fn freshened(
    by: &mut Visitor,
    fields: &Fields,
) -> (Option<HeaderValue>, Result<(), exeunt_app::Error>) {
    match by.freshen(fields.text("code")).await {
        Ok(cookie) => (cookie, Ok(())),
        Err(error) => (None, Err(error)),
    }
}

/// Has the browser keep a session that went on under another token.
pub(crate) fn keep(response: &mut Response, cookie: Option<HeaderValue>) {
    if let Some(cookie) = cookie {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
}
