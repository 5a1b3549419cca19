//! The sources: what is connected, how it stands, what each check says, and how another one is connected.
//!
//! Addresses and secrets of sources stand in the settings of whoever runs the machine, and in no page: the console writes the
//! lines that go there, and checks what came of them.

mod add;
mod list;
mod one;

use axum::Router;
use axum::routing::{get, post};

use crate::service::Service;

/// The pages.
pub(crate) fn routes() -> Router<Service> {
    Router::new()
        .route("/sources", get(list::show).post(add::write))
        .route("/sources/{source}", get(one::show))
        .route("/sources/{source}/check", post(one::check))
}
