//! The console: pages for the people who work here, made on the server.
//!
//! Every page works without script; scripts add live progress, the palette and the keyboard. A page shows what the store says
//! and nothing else. Whoever comes holds a session in a cookie; every form carries a token of that session, and is taken from
//! our own pages alone.

mod assets;
mod cookie;
mod door;
mod form;
mod frame;
mod people;
pub mod request;
mod today;
mod trouble;
mod words;

use axum::Router;
use axum::routing::{get, post};

use crate::service::Service;

/// Pages that anybody may open, by method and path: they lead in.
pub const OPEN: [(&str, &str); 6] = [
    ("GET", "/assets/{name}"),
    ("GET", "/sign-in"),
    ("POST", "/sign-in"),
    ("GET", "/join"),
    ("POST", "/join"),
    ("POST", "/join/finish"),
];

/// Pages for whoever is signed in, by method and path.
pub const ROUTES: [(&str, &str); 2] = [("GET", "/"), ("POST", "/sign-out")];

/// The pages.
pub(crate) fn routes() -> Router<Service> {
    Router::new()
        .route("/assets/{name}", get(assets::show))
        .route("/sign-in", get(people::sign_in::show).post(people::sign_in::enter))
        .route("/join", get(people::join::show).post(people::join::begin))
        .route("/join/finish", post(people::join::finish))
        .route("/sign-out", post(people::sign_in::leave))
        .route("/", get(today::show))
        .merge(request::routes())
}
