//! Today: what is due, what waits, what runs and what went wrong.

use askama::Template;
use axum::response::Response;

use crate::console::door::Visitor;
use crate::console::frame::{Frame, shown};

#[derive(Template)]
#[template(path = "console/today.html")]
struct Today {
    frame: Frame,
}

/// The first page.
pub(crate) async fn show(visitor: Visitor) -> Response {
    shown(&Today { frame: visitor.frame("Today", "today").await })
}
