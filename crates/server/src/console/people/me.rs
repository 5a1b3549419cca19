//! What concerns oneself: who one is here, one's sessions and password, and how this browser behaves.

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use exeunt_base::{Secret, SessionId};
use serde::Deserialize;

use crate::console::cookie;
use crate::console::door::Visitor;
use crate::console::form::Sent;
use crate::console::frame::{Frame, page};
use crate::console::people::flawed;
use crate::console::trouble::Trouble;
use crate::console::words::moment::Moment;

#[derive(Template)]
#[template(path = "console/people/me.html")]
struct Me {
    frame: Frame,
    problem: Option<String>,
    /// The field that it is about.
    at: &'static str,
    /// What was just done.
    done: &'static str,
    name: String,
    email: String,
    roles: Vec<&'static str>,
    sessions: Vec<Row>,
}

/// A session as its owner sees it.
struct Row {
    id: String,
    current: bool,
    since: Moment,
    used: Moment,
    ends: Moment,
}

/// What was just done, by its word in the address.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Done {
    done: String,
}

const DONE: [(&str, &str); 5] = [
    ("password", "Your password is changed. Your other sessions have ended."),
    ("session", "That session has ended."),
    ("sessions", "Your other sessions have ended."),
    ("keys-on", "Single keys work in this browser."),
    ("keys-off", "Single keys do nothing in this browser."),
];

/// The page.
pub(crate) async fn show(visitor: Visitor, done: Result<Query<Done>, QueryRejection>) -> Response {
    let word = done.map(|Query(done)| done.done).unwrap_or_default();
    let said = DONE.iter().find(|(known, _)| *known == word).map_or("", |(_, said)| said);
    shown(&visitor, StatusCode::OK, None, "", said).await
}

async fn shown(
    visitor: &Visitor,
    status: StatusCode,
    problem: Option<String>,
    at: &'static str,
    done: &'static str,
) -> Response {
    let found = async {
        let user = visitor.office.show_user(&visitor.actor, visitor.session.user).await?;
        let sessions = visitor.office.list_sessions(&visitor.actor, Some(visitor.session.user)).await?;
        Ok::<_, exeunt_app::Error>((user, sessions))
    };
    let (user, mut sessions) = match found.await {
        Ok(found) => found,
        Err(error) => return Trouble::from(error).into_response(),
    };
    // the one they sit at first, then the latest
    sessions.sort_by_key(|session| (session.id != visitor.session.session, -session.used_at.as_micros()));
    let clock = visitor.clock();
    let rows = sessions.iter().map(|session| Row {
        id: session.id.to_string(),
        current: session.id == visitor.session.session,
        since: clock.at(session.made_at),
        used: clock.at(session.used_at),
        ends: clock.at(session.ends_at),
    });
    let me = Me {
        frame: visitor.frame("Your account", "me").await,
        problem,
        at,
        done,
        name: user.person.name.expose().to_owned(),
        email: user.person.email.expose().to_owned(),
        roles: user.roles.iter().map(|role| role.as_str()).collect(),
        sessions: rows.collect(),
    };
    page(status, &me)
}

fn back(done: &str) -> Response {
    Redirect::to(&format!("/me?done={done}")).into_response()
}

/// Takes another password. The one there is has to be shown.
pub(crate) async fn change_password(Sent { by, fields }: Sent) -> Response {
    let (current, new) = (fields.raw("current").to_owned(), fields.raw("password").to_owned());
    let changed = by.office.change_password(&by.token, &Secret::new(current), &Secret::new(new)).await;
    let error = match changed {
        Ok(()) => return back("password"),
        Err(error) => error,
    };
    let trouble = Trouble::from(error);
    if trouble.status().is_server_error() {
        return trouble.into_response();
    }
    if trouble.code() == "E0910" {
        let said = String::from("The current password is not right. Nothing was changed.");
        return shown(&by, StatusCode::UNPROCESSABLE_ENTITY, Some(said), "current", "").await;
    }
    shown(&by, trouble.status(), Some(trouble.sentence()), flawed(trouble.code()), "").await
}

/// Ends one session; one's own at this browser leads to the sign-in by itself.
pub(crate) async fn end_session(Path(id): Path<String>, Sent { by, .. }: Sent) -> Response {
    let Ok(id) = id.parse::<SessionId>() else { return Trouble::not_found().into_response() };
    match by.office.end_session(&by.actor, id).await {
        Ok(()) => back("session"),
        Err(error) => Trouble::from(error).into_response(),
    }
}

/// Ends every session but this one.
pub(crate) async fn end_others(Sent { by, .. }: Sent) -> Response {
    match by.office.end_other_sessions(&by.session).await {
        Ok(_) => back("sessions"),
        Err(error) => Trouble::from(error).into_response(),
    }
}

/// Whether single keys do something in this browser (UX-21).
pub(crate) async fn choose_keys(Sent { fields, .. }: Sent) -> Response {
    let on = fields.text("keys") != "off";
    let mut headers = HeaderMap::new();
    headers.append(header::SET_COOKIE, cookie::put_keys(on));
    (headers, back(if on { "keys-on" } else { "keys-off" })).into_response()
}
