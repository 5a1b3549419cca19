//! What whoever took a request in is told: its id, what happens next and by when, and a way to keep a record.

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use exeunt_app::access::Permission;
use exeunt_base::RequestId;

use crate::console::door::Visitor;
use crate::console::frame::{Frame, shown};
use crate::console::signals::Signals;
use crate::console::trouble::Trouble;
use crate::console::words::badge::Badge;
use crate::console::words::moment::Moment;

#[derive(Template)]
#[template(path = "console/requests/taken.html")]
struct Page {
    frame: Frame,
    id: String,
    right: String,
    state: Badge,
    entered: Moment,
    asked: Option<Moment>,
    due: Option<Moment>,
    due_day: String,
    regime: String,
    signals: Signals,
}

/// The confirmation of one request.
pub(crate) async fn show(visitor: Visitor, Path(id): Path<String>) -> Result<Response, Trouble> {
    visitor.office.allow(&visitor.actor, Permission::ReadRequests)?;
    let id: RequestId = id.parse().map_err(|_| Trouble::not_found())?;
    let request = visitor.office.request(id).await?;
    let standing = visitor.office.standing(id).await.ok();
    let signals = visitor.office.signals_of(&visitor.actor, id).await?;
    let clock = visitor.clock();
    let day = |text: &str| text.parse().ok().map(|day| clock.day(day));
    let deadline = standing.as_ref().map(|standing| &standing.deadline);
    Ok(shown(&Page {
        frame: visitor.frame("Request taken in", "requests").await,
        signals: Signals::of(&visitor, signals, standing.as_ref()),
        id: id.to_string(),
        right: request.kind.clone(),
        state: Badge::request(&request.state),
        entered: clock.at(request.entered_at),
        asked: deadline.and_then(|one| day(&one.received_on)),
        due: deadline.and_then(|one| day(&one.answer_by)),
        due_day: deadline.map(|one| one.answer_by.clone()).unwrap_or_default(),
        regime: deadline.map(|one| one.regime.clone()).unwrap_or_default(),
    }))
}
