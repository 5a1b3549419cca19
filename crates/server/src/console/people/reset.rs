//! A new password after an administrator started a reset. The token is typed, never part of an address.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use exeunt_app::people::reset::Chosen;
use exeunt_base::Secret;

use crate::console::form::SentByAnybody;
use crate::console::frame::{Frame, page, shown};
use crate::console::people::flawed;
use crate::console::people::sign_in::entered;
use crate::console::trouble::Trouble;
use crate::service::Service;

#[derive(Template)]
#[template(path = "console/people/reset.html")]
struct Reset<'a> {
    frame: Frame,
    problem: Option<String>,
    /// The field that it is about.
    at: &'static str,
    token: &'a str,
}

/// The form.
pub(crate) async fn show() -> Response {
    shown(&Reset { frame: Frame::outside("Choose a new password"), problem: None, at: "", token: "" })
}

/// Takes the new password, ends every session there was, and signs them in.
pub(crate) async fn finish(service: State<Service>, SentByAnybody(fields): SentByAnybody) -> Response {
    let chosen = Chosen {
        token: Secret::new(fields.text("token").to_owned()),
        password: Secret::new(fields.raw("password").to_owned()),
        code: Secret::new(fields.text("code").to_owned()),
    };
    let error = match service.house.own().finish_reset(&chosen).await {
        Ok(session) => return entered(&session, "/"),
        Err(error) => error,
    };
    let trouble = Trouble::from(error);
    if trouble.status().is_server_error() {
        return trouble.into_response();
    }
    let reset = Reset {
        frame: Frame::outside("Choose a new password"),
        problem: Some(trouble.sentence()),
        at: flawed(trouble.code()),
        token: fields.text("token"),
    };
    page(trouble.status(), &reset)
}
