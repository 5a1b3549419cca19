//! The rooms beside the requests: what is hidden now, what was handed over, what is held and kept, the log, the reports, and the
//! register of sub-processors.

mod audit;
mod exports;
mod holds;
mod recovery;
mod reports;
mod retention;
mod subprocessors;
mod suppression;

use std::str::FromStr;

use axum::Router;
use axum::extract::{FromRequest, FromRequestParts, RawPathParams, Request};
use axum::http::HeaderValue;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};

use crate::console::door::Visitor;
use crate::console::form::Sent;
use crate::console::request::keep;
use crate::console::trouble::Trouble;
use crate::service::Service;

/// The pages.
pub(crate) fn routes() -> Router<Service> {
    Router::new()
        .route("/recovery", get(recovery::show))
        .route("/recovery/{request}/restore", post(recovery::restore))
        .route("/exports", get(exports::show))
        .route("/exports/{package}/link", post(exports::link))
        .route("/exports/{package}/remove", post(exports::remove))
        .route("/exports/links/{link}/revoke", post(exports::revoke))
        .route("/holds", get(holds::show).post(holds::place))
        .route("/holds/{hold}/lift", post(holds::lift))
        .route("/holds/requests/{request}/release", post(holds::release))
        .route("/retention", get(retention::show))
        .route("/retention/check", post(retention::check))
        .route("/suppression", get(suppression::show).post(suppression::add))
        .route("/suppression/check", post(suppression::check))
        .route("/suppression/remove", post(suppression::remove))
        .route("/audit", get(audit::list::show))
        .route("/audit/entries/{entry}", get(audit::entry::show))
        .route("/audit/entries/{entry}/proof", get(audit::entry::proof))
        .route("/audit/checkpoint", get(audit::entry::checkpoint))
        .route("/audit/verify", post(audit::check::verify))
        .route("/audit/export", post(audit::export::download))
        .route("/audit/evidence", post(audit::export::evidence))
        .route("/audit/sample", get(audit::sample::ask).post(audit::sample::draw))
        .route("/audit/sample/{entry}", get(audit::sample::show))
        .route("/reports", get(reports::period::show))
        .route("/reports.csv", get(reports::period::download))
        .route("/reports/ccpa", get(reports::ccpa::show))
        .route("/reports/processing", get(reports::processing::show))
        .route("/reports/processing.csv", get(reports::processing::download))
        .route("/subprocessors", get(subprocessors::show).post(subprocessors::add))
        .route("/subprocessors/{subprocessor}", get(subprocessors::one))
        .route("/subprocessors/{subprocessor}/acts/{act}", post(subprocessors::act))
        .route("/subprocessors/subscribers", post(subprocessors::subscribe))
        .route("/subprocessors/subscribers/{subscriber}/remove", post(subprocessors::unsubscribe))
}

/// What an address names. What is no id is nobody's.
pub(crate) struct Of<T>(pub(crate) T);

impl<T: FromStr> FromRequestParts<Service> for Of<T> {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, service: &Service) -> Result<Self, Trouble> {
        let all =
            RawPathParams::from_request_parts(parts, service).await.map_err(|_| Trouble::not_found())?;
        let first = all.iter().next().and_then(|(_, text)| text.parse().ok());
        first.map(Self).ok_or_else(Trouble::not_found)
    }
}

/// A form about what its address names. Who sends it is looked at first: nobody learns what an address leads to.
pub(crate) struct AboutOne<T>(pub(crate) T, pub(crate) Sent);

impl<T: FromStr + Send> FromRequest<Service> for AboutOne<T> {
    type Rejection = Response;

    async fn from_request(request: Request, service: &Service) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let of = Of::<T>::from_request_parts(&mut parts, service).await;
        let sent = Sent::from_request(Request::from_parts(parts, body), service).await?;
        Ok(Self(of.map_err(IntoResponse::into_response)?.0, sent))
    }
}

/// To a page after something was done, with the word of what. The browser keeps a session that went on.
fn back(path: &str, done: &str, cookie: Option<HeaderValue>) -> Response {
    let mut response = Redirect::to(&format!("{path}?done={done}")).into_response();
    keep(&mut response, cookie);
    response
}

/// What was just done, by the word an address ends with. Nothing of the address itself is shown.
fn done(by: &Visitor) -> &'static str {
    let Some((_, query)) = by.path.split_once('?') else { return "" };
    let word = query.split('&').find_map(|pair| pair.strip_prefix("done=")).unwrap_or_default();
    match word {
        "restore" => {
            "A worker brings the rows back. Each that cannot come says why on the page of its request."
        }
        "link" => "The link is made, and its letter waits to be sent. Links made before are revoked.",
        "unlinked" => "The link is revoked.",
        "removed" => "The package is destroyed: its key first, then its file.",
        "placed" => "The hold stands. What it covers is not erased for good, whichever request asks.",
        "held" => "The request is on hold. Nothing of it is purged.",
        "lifted" => "The hold is lifted. What it stopped goes on, and what it kept is destroyed.",
        "released" => "The request is released.",
        "proposed" => "That takes two people. Yours is written down; somebody else has to want it too.",
        "checking" => "A worker looks at everything that is kept. What is due gets a request of its own.",
        "suppressed" => "They are on the list from now on.",
        "unsuppressed" => "That identifier is not on the list any more.",
        "added" => "It is in the register. Nobody was told yet.",
        "announced" => "It is announced. Everybody who wants to know gets a letter.",
        "engaged" => "It is engaged.",
        "ended" => "It is ended.",
        "objected" => "The objection is written down.",
        "asked" => "A letter asks at that address whether notices are wanted there.",
        "forgotten" => "They are told nothing any more, and their address is forgotten.",
        _ => "",
    }
}
