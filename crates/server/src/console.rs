//! The console: pages for the people who work here, made on the server.
//!
//! Every page works without script; scripts add live progress, the palette and the keyboard. A page shows what the store says
//! and nothing else. Whoever comes holds a session in a cookie; every form carries a token of that session, and is taken from
//! our own pages alone.

mod assets;
mod cookie;
mod customers;
mod door;
mod form;
mod frame;
mod map;
mod people;
mod portal;
mod qr;
mod request;
mod requests;
mod rooms;
mod settings;
mod signals;
mod sources;
mod stairs;
mod today;
mod trouble;
mod words;

use axum::Router;
use axum::http::{HeaderMap, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

pub(crate) use crate::console::assets::PORTAL_STYLE;
use crate::console::trouble::Trouble;
use crate::problem::Problem;
use crate::service::Service;

/// Pages that anybody may open, by method and path: they lead in.
pub const OPEN: &[(&str, &str)] = &[
    ("GET", "/assets/{name}"),
    ("GET", "/sign-in"),
    ("POST", "/sign-in"),
    ("GET", "/join"),
    ("POST", "/join"),
    ("POST", "/join/finish"),
    ("GET", "/reset"),
    ("POST", "/reset"),
    ("GET", "/sign-in/{provider}"),
    ("POST", "/sign-in/{provider}"),
    ("GET", "/sign-in/{provider}/back"),
    ("POST", "/sign-in/{provider}/back"),
];

/// Pages for whoever is signed in, by method and path.
pub const ROUTES: &[(&str, &str)] = &[
    ("GET", "/"),
    ("GET", "/customers"),
    ("POST", "/customers"),
    ("GET", "/customers/{customer}"),
    ("POST", "/customers/{customer}/reveal"),
    ("POST", "/customers/{customer}/ask"),
    ("POST", "/sign-out"),
    ("GET", "/requests"),
    ("GET", "/requests.csv"),
    ("GET", "/requests/calendar"),
    ("POST", "/requests/bulk"),
    ("POST", "/requests/bulk/commit"),
    ("GET", "/requests/new"),
    ("POST", "/requests/new"),
    ("GET", "/requests/taken/{request}"),
    ("GET", "/requests/import"),
    ("POST", "/requests/import"),
    ("POST", "/requests/views"),
    ("POST", "/requests/views/{view}/remove"),
    ("GET", "/me"),
    ("POST", "/me/password"),
    ("POST", "/me/keys"),
    ("POST", "/me/sessions/end-others"),
    ("POST", "/me/sessions/{session}/end"),
    ("GET", "/requests/{id}"),
    ("POST", "/requests/{id}/acts/{act}"),
    ("POST", "/requests/{id}/statement"),
    ("POST", "/requests/{id}/proposals/{proposal}/confirm"),
    ("POST", "/requests/{id}/proposals/{proposal}/withdraw"),
    ("GET", "/requests/{id}/plan"),
    ("POST", "/requests/{id}/plan"),
    ("POST", "/requests/{id}/plan/count"),
    ("POST", "/requests/{id}/plan/rehearse"),
    ("GET", "/requests/{id}/approve"),
    ("POST", "/requests/{id}/approve"),
    ("GET", "/requests/{id}/run"),
    ("GET", "/requests/{id}/progress"),
    ("POST", "/requests/{id}/run"),
    ("POST", "/requests/{id}/run/cancel"),
    ("POST", "/requests/{id}/run/sources/{source}/pause"),
    ("POST", "/requests/{id}/run/sources/{source}/resume"),
    ("POST", "/requests/{id}/run/retry"),
    ("POST", "/requests/{id}/run/leave"),
    ("GET", "/requests/{id}/package"),
    ("POST", "/requests/{id}/package"),
    ("POST", "/requests/{id}/package/link"),
    ("POST", "/requests/{id}/package/links/{link}/revoke"),
    ("POST", "/requests/{id}/package/fetch"),
    ("POST", "/requests/{id}/package/remove"),
    ("GET", "/requests/{id}/recovery"),
    ("POST", "/requests/{id}/recovery/restore"),
    ("POST", "/requests/{id}/recovery/purge"),
    ("POST", "/requests/{id}/recovery/answer"),
    ("GET", "/requests/{id}/letters"),
    ("GET", "/requests/{id}/letters/places/{letter}"),
    ("POST", "/requests/{id}/letters/places/{letter}"),
    ("POST", "/requests/{id}/letters/{letter}/resend"),
    ("GET", "/requests/{id}/evidence"),
    ("POST", "/requests/{id}/evidence"),
    ("GET", "/requests/{id}/evidence/{receipt}/receipt"),
    ("GET", "/requests/{id}/evidence/{receipt}/proof"),
    ("GET", "/map"),
    ("GET", "/map.yaml"),
    ("POST", "/map/check"),
    ("GET", "/map/discover"),
    ("POST", "/map/discover"),
    ("GET", "/map/changes"),
    ("POST", "/map/changes"),
    ("POST", "/map/changes/discard"),
    ("POST", "/map/changes/publish"),
    ("GET", "/map/test"),
    ("POST", "/map/test"),
    ("GET", "/map/{source}/{model}"),
    ("GET", "/sources"),
    ("POST", "/sources"),
    ("POST", "/sources/lines"),
    ("GET", "/sources/{source}"),
    ("POST", "/sources/{source}/check"),
    ("POST", "/sources/{source}/reach"),
    ("POST", "/sources/{source}/remove"),
    ("GET", "/settings"),
    ("POST", "/settings/organization/key"),
    ("GET", "/settings/law"),
    ("GET", "/settings/letters"),
    ("GET", "/settings/people"),
    ("POST", "/settings/people"),
    ("GET", "/settings/people/{user}"),
    ("POST", "/settings/people/{user}/roles"),
    ("POST", "/settings/people/{user}/reset"),
    ("POST", "/settings/people/{user}/disable"),
    ("GET", "/settings/sign-in"),
    ("POST", "/settings/sign-in"),
    ("POST", "/settings/sign-in/{provider}/change"),
    ("POST", "/settings/sign-in/{provider}/remove"),
    ("GET", "/settings/webhooks"),
    ("POST", "/settings/webhooks"),
    ("GET", "/settings/webhooks/{webhook}"),
    ("POST", "/settings/webhooks/{webhook}/change"),
    ("POST", "/settings/webhooks/{webhook}/turn"),
    ("POST", "/settings/webhooks/{webhook}/rotate"),
    ("POST", "/settings/webhooks/{webhook}/test"),
    ("POST", "/settings/webhooks/{webhook}/remove"),
    ("POST", "/settings/webhooks/{webhook}/deliveries/{event}/resend"),
    ("GET", "/settings/api-keys"),
    ("POST", "/settings/api-keys"),
    ("POST", "/settings/api-keys/{key}/revoke"),
    ("GET", "/recovery"),
    ("POST", "/recovery/{request}/restore"),
    ("GET", "/exports"),
    ("POST", "/exports/{package}/link"),
    ("POST", "/exports/{package}/remove"),
    ("POST", "/exports/links/{link}/revoke"),
    ("GET", "/holds"),
    ("POST", "/holds"),
    ("POST", "/holds/{hold}/lift"),
    ("POST", "/holds/requests/{request}/release"),
    ("GET", "/retention"),
    ("POST", "/retention/check"),
    ("GET", "/suppression"),
    ("POST", "/suppression"),
    ("POST", "/suppression/check"),
    ("POST", "/suppression/remove"),
    ("GET", "/audit"),
    ("GET", "/audit/entries/{entry}"),
    ("GET", "/audit/entries/{entry}/proof"),
    ("GET", "/audit/checkpoint"),
    ("POST", "/audit/verify"),
    ("POST", "/audit/export"),
    ("POST", "/audit/evidence"),
    ("GET", "/audit/sample"),
    ("POST", "/audit/sample"),
    ("GET", "/audit/sample/{entry}"),
    ("GET", "/reports"),
    ("GET", "/reports.csv"),
    ("GET", "/reports/ccpa"),
    ("GET", "/reports/processing"),
    ("GET", "/reports/processing.csv"),
    ("GET", "/subprocessors"),
    ("POST", "/subprocessors"),
    ("GET", "/subprocessors/{subprocessor}"),
    ("POST", "/subprocessors/{subprocessor}/acts/{act}"),
    ("POST", "/subprocessors/subscribers"),
    ("POST", "/subprocessors/subscribers/{subscriber}/remove"),
    ("POST", "/requests/{id}/complaints/{number}"),
    ("GET", "/settings/portal"),
    ("POST", "/settings/portal"),
];

/// The pages.
pub(crate) fn routes() -> Router<Service> {
    Router::new()
        .route("/assets/{name}", get(assets::show))
        .route("/sign-in", get(people::sign_in::show).post(people::sign_in::enter))
        .route("/join", get(people::join::show).post(people::join::begin))
        .route("/join/finish", post(people::join::finish))
        .route("/reset", get(people::reset::show).post(people::reset::finish))
        .route("/sign-in/{provider}", get(people::provider::show).post(people::provider::begin))
        .route("/sign-in/{provider}/back", get(people::provider::returned).post(people::provider::finish))
        .route("/sign-out", post(people::sign_in::leave))
        .route("/me", get(people::me::show))
        .route("/me/password", post(people::me::change_password))
        .route("/me/keys", post(people::me::choose_keys))
        .route("/me/sessions/end-others", post(people::me::end_others))
        .route("/me/sessions/{session}/end", post(people::me::end_session))
        .route("/customers", get(customers::search::show).post(customers::search::look_up))
        .route("/customers/{customer}", get(customers::profile::show))
        .route("/customers/{customer}/reveal", post(customers::reveal::show))
        .route("/customers/{customer}/ask", post(customers::ask::enter))
        .route("/", get(today::show))
        .route("/requests", get(requests::list::show))
        .route("/requests.csv", get(requests::table::download))
        .route("/requests/calendar", get(requests::calendar::show))
        .route("/requests/bulk", post(requests::bulk::look))
        .route("/requests/bulk/commit", post(requests::bulk::commit))
        .route("/requests/new", get(requests::new::show).post(requests::new::send))
        .route("/requests/taken/{request}", get(requests::new::show_taken))
        .route("/requests/import", get(requests::import::show).post(requests::import::send))
        .route("/requests/views", post(requests::views::save))
        .route("/requests/views/{view}/remove", post(requests::views::remove))
        .merge(map::routes())
        .merge(sources::routes())
        .route("/requests/{id}/complaints/{number}", post(portal::read_complaint))
        .route("/settings/portal", get(portal::show).post(portal::change))
        .merge(request::routes())
        .merge(settings::routes())
        .merge(rooms::routes())
}

/// A problem that no page and no call had, as whoever asked can read it: a page for browsers, a document for programs.
pub(crate) fn told(problem: Problem, uri: &Uri, headers: &HeaderMap) -> Response {
    let program = ["/api/", "/log/"].iter().any(|place| uri.path().starts_with(place));
    let reads = |value: &str| value.split(',').any(|kind| kind.trim().starts_with("text/html"));
    let accepted = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok()).any(reads);
    if accepted && !program { Trouble::from(problem).into_response() } else { problem.into_response() }
}
