//! The sources: what is connected, how it stands, what each check says, and how another one is connected.
//!
//! Where the settings let it, a source is connected here: tried, kept with its password sealed, and opened at once. Otherwise
//! addresses stand in the settings of whoever runs the machine: the console writes the lines that go there.

mod asked;
mod connect;
mod lines;
mod list;
mod one;

use axum::Router;
use axum::routing::{get, post};

use crate::service::Service;

/// The pages.
pub(crate) fn routes() -> Router<Service> {
    Router::new()
        .route("/sources", get(list::show).post(connect::add))
        .route("/sources/lines", post(lines::write))
        .route("/sources/{source}", get(one::show))
        .route("/sources/{source}/check", post(one::check))
        .route("/sources/{source}/reach", post(connect::change))
        .route("/sources/{source}/remove", post(connect::remove))
}
