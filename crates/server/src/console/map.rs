//! The data map: seen as a picture and as a table, held against the databases, proposed, worked on, tried out, published.

mod changes;
mod discover;
mod page;
mod paths;
mod picture;
mod table;
mod try_out;
pub(crate) mod words;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use exeunt_app::maps::draft::MOST_BYTES;

use crate::service::Service;

/// A map as a form sends it: its text, with what a form writes for what is no letter.
const FORM_BYTES: usize = 2 * MOST_BYTES;

/// The pages.
pub(crate) fn routes() -> Router<Service> {
    let changes = get(changes::show).post(changes::save).layer(DefaultBodyLimit::max(FORM_BYTES));
    let discover = get(discover::show).post(discover::accept).layer(DefaultBodyLimit::max(FORM_BYTES));
    Router::new()
        .route("/map", get(page::show))
        .route("/map.yaml", get(page::download))
        .route("/map/check", post(page::check))
        .route("/map/discover", discover)
        .route("/map/changes", changes)
        .route("/map/changes/discard", post(changes::discard))
        .route("/map/changes/publish", post(changes::publish))
        .route("/map/test", get(try_out::show).post(try_out::send))
        .route("/map/{source}/{model}", get(table::show))
}

/// One of the pages about the map.
pub(crate) struct Tab {
    pub(crate) name: &'static str,
    pub(crate) href: &'static str,
    pub(crate) current: bool,
}

/// Those that a visitor may open.
pub(crate) fn tabs(visitor: &crate::console::door::Visitor, current: &str) -> Vec<Tab> {
    use exeunt_app::access::Permission::{DraftMap, MakePlans, ReadMap};
    let all = [
        ("Map", "/map", ReadMap),
        ("Proposals", "/map/discover", DraftMap),
        ("Draft and publish", "/map/changes", ReadMap),
        ("Test person", "/map/test", MakePlans),
    ];
    let open = all.into_iter().filter(|(_, _, needs)| visitor.may(*needs));
    open.map(|(name, href, _)| Tab { name, href, current: href == current }).collect()
}

/// A part of an address: everything but plain letters and digits is written out.
pub(crate) fn part(text: &str) -> String {
    crate::console::door::form_encoded(text).replace('/', "%2F")
}

/// The page of a model.
pub(crate) fn href(source: &str, model: &str) -> String {
    format!("/map/{}/{}", part(source), part(model))
}
