//! One person who works here: their roles, a new password, and the end of their access.

use std::str::FromStr;

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use exeunt_app::access::Permission;
use exeunt_base::UserId;

use crate::console::door::Visitor;
use crate::console::form::Sent;
use crate::console::frame::{Frame, page};
use crate::console::settings::people::{Choice, choices, flawed, roles_of, token};
use crate::console::settings::{Done, Tab, around, back, freshened, said};
use crate::console::trouble::Trouble;
use crate::console::words::badge::Badge;
use crate::console::words::moment::Moment;

#[derive(Template)]
#[template(path = "console/settings/person.html")]
struct Page {
    frame: Frame,
    tabs: Vec<Tab>,
    problem: Option<String>,
    at: &'static str,
    done: &'static str,
    id: String,
    name: String,
    email: String,
    state: Badge,
    is_disabled: bool,
    is_oneself: bool,
    made: Moment,
    joined: Option<Moment>,
    disabled: Option<Moment>,
    roles: Vec<Choice>,
}

fn id_of(text: &str) -> Result<UserId, Trouble> {
    UserId::from_str(text).map_err(|_| Trouble::not_found())
}

/// The page.
pub(crate) async fn show(
    visitor: Visitor,
    Path(id): Path<String>,
    done: Result<Query<Done>, QueryRejection>,
) -> Response {
    match asked(&visitor, &id, StatusCode::OK, None, "", said(done)).await {
        Ok(response) => response,
        Err(trouble) => trouble.into_response(),
    }
}

async fn asked(
    visitor: &Visitor,
    id: &str,
    status: StatusCode,
    problem: Option<String>,
    at: &'static str,
    done: &'static str,
) -> Result<Response, Trouble> {
    // oneself may see oneself at another page; this one is for whoever manages others
    visitor.office.allow(&visitor.actor, Permission::ManageUsers)?;
    let user = visitor.office.show_user(&visitor.actor, id_of(id)?).await?;
    let around = around(visitor, "Somebody who works here", "people").await;
    let clock = visitor.clock();
    let made = Page {
        frame: around.frame,
        tabs: around.tabs,
        problem,
        at,
        done,
        id: user.id.to_string(),
        name: user.person.name.expose().to_owned(),
        email: user.person.email.expose().to_owned(),
        state: Badge::user(&user.state),
        is_disabled: user.state == "disabled",
        is_oneself: user.id == visitor.session.user,
        made: clock.at(user.made_at),
        joined: user.joined_at.map(|at| clock.at(at)),
        disabled: user.disabled_at.map(|at| clock.at(at)),
        roles: choices(|role| user.roles.contains(&role)),
    };
    Ok(page(status, &made))
}

/// The page again, with what was wrong.
async fn again(by: &Visitor, id: &str, trouble: Trouble) -> Response {
    if trouble.status().is_server_error() || trouble.status() == StatusCode::NOT_FOUND {
        return trouble.into_response();
    }
    let at = flawed(trouble.code());
    match asked(by, id, trouble.status(), Some(trouble.sentence()), at, "").await {
        Ok(response) => trouble.marked(response),
        Err(trouble) => trouble.into_response(),
    }
}

fn place(id: &str) -> String {
    format!("/settings/people/{id}")
}

/// Gives them these roles and no others.
pub(crate) async fn change_roles(Path(id): Path<String>, Sent { mut by, fields }: Sent) -> Response {
    let changed = async {
        let user = id_of(&id)?;
        let cookie = freshened(&mut by, &fields).await?;
        by.office.change_roles(&by.actor, user, &roles_of(&fields)).await?;
        Ok::<_, Trouble>(cookie)
    };
    match changed.await {
        Ok(cookie) => back(&place(&id), "roles", cookie),
        Err(trouble) => again(&by, &id, trouble).await,
    }
}

/// Lets them choose a new password.
pub(crate) async fn reset(Path(id): Path<String>, Sent { mut by, fields }: Sent) -> Response {
    let started = async {
        let user = id_of(&id)?;
        let cookie = freshened(&mut by, &fields).await?;
        let one_time = by.office.start_reset(&by.actor, user).await?;
        let listed = by.office.show_user(&by.actor, user).await?;
        Ok::<_, Trouble>((one_time, listed, cookie))
    };
    match started.await {
        Ok((one_time, listed, cookie)) => {
            token(&by, "reset", listed.person.name.expose(), &one_time, cookie).await
        }
        Err(trouble) => again(&by, &id, trouble).await,
    }
}

/// Ends their access.
pub(crate) async fn disable(Path(id): Path<String>, Sent { mut by, fields }: Sent) -> Response {
    let disabled = async {
        let user = id_of(&id)?;
        let cookie = freshened(&mut by, &fields).await?;
        by.office.disable_user(&by.actor, user).await?;
        Ok::<_, Trouble>(cookie)
    };
    match disabled.await {
        Ok(cookie) => back(&place(&id), "disabled", cookie),
        Err(trouble) => again(&by, &id, trouble).await,
    }
}
