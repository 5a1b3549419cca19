//! The portal: pages on which people ask for a right, follow their request, stop it, and complain. Without an account, in four
//! languages, without script. Nothing is done by looking; what a link's address holds opens a landing page and no more.

mod around;
mod ask;
mod complain;
mod confirm;
mod follow;
mod status;
mod stop;

use axum::Router;
use axum::routing::{get, post};

use crate::service::Service;

/// Every page, by method and path.
pub const ROUTES: &[(&str, &str)] = &[
    ("GET", "/portal/{organization}"),
    ("POST", "/portal/{organization}"),
    ("GET", "/portal/{organization}/color.css"),
    ("POST", "/portal/{organization}/confirm"),
    ("GET", "/portal/{organization}/not-me/{token}"),
    ("POST", "/portal/{organization}/not-me/{token}"),
    ("GET", "/portal/{organization}/requests/{token}"),
    ("POST", "/portal/{organization}/requests/{token}"),
    ("POST", "/portal/{organization}/requests/{token}/code"),
    ("POST", "/portal/{organization}/requests/{token}/leave"),
    ("GET", "/portal/{organization}/requests/{token}/receipt"),
    ("GET", "/portal/{organization}/requests/{token}/complaint"),
    ("POST", "/portal/{organization}/requests/{token}/complaint"),
    ("GET", "/portal/{organization}/stop/{token}"),
    ("POST", "/portal/{organization}/stop/{token}"),
];

/// The pages.
pub(super) fn routes() -> Router<Service> {
    Router::new()
        .route("/portal/{organization}", get(ask::show).post(ask::send))
        .route("/portal/{organization}/color.css", get(around::color))
        .route("/portal/{organization}/confirm", post(confirm::confirm))
        .route("/portal/{organization}/not-me/{token}", get(confirm::show_denial).post(confirm::deny))
        .route("/portal/{organization}/requests/{token}", get(follow::show).post(follow::check))
        .route("/portal/{organization}/requests/{token}/code", post(follow::send_code))
        .route("/portal/{organization}/requests/{token}/leave", post(follow::leave))
        .route("/portal/{organization}/requests/{token}/receipt", get(follow::receipt))
        .route("/portal/{organization}/requests/{token}/complaint", get(complain::show).post(complain::send))
        .route("/portal/{organization}/stop/{token}", get(stop::show).post(stop::stop))
}
