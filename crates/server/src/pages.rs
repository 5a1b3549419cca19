//! Pages for people who are no users: what a link in a letter leads to. They work without script, load nothing from
//! elsewhere, and do nothing by being looked at.

mod html;
mod link;
mod notices;
pub mod portal;

use axum::Router;
use axum::routing::{get, post};

use crate::service::Service;

/// Every page there is, by method and path. They are no part of the API's document.
pub const ROUTES: [(&str, &str); 6] = [
    ("GET", "/d/style.css"),
    ("GET", "/d/{token}"),
    ("POST", "/d/{token}"),
    ("POST", "/d/{token}/code"),
    ("GET", "/n/{token}"),
    ("POST", "/n/{token}"),
];

/// The pages.
pub(crate) fn routes() -> Router<Service> {
    let [(_, style), (_, page), _, (_, code), (_, notices), _] = ROUTES;
    Router::new()
        .route(style, get(html::style))
        .route(page, get(link::show).post(link::fetch))
        .route(code, post(link::send_code))
        .route(notices, get(notices::show).post(notices::change))
        .merge(portal::routes())
}
