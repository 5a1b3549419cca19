//! Settings: what this organization is set up to do, who works here, and what lets people and programs in.
//!
//! What stands in the settings file is shown and not changed here: whoever runs the installation changes it, in review.

mod api_keys;
mod law;
mod letters;
mod organization;
mod people;
mod person;
mod sign_in;
mod webhook;
mod webhooks;

use axum::Router;
use axum::extract::{Query, rejection::QueryRejection};
use axum::http::HeaderValue;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use exeunt_app::access::Permission;
use serde::Deserialize;

use crate::console::door::Visitor;
use crate::console::form::Fields;
use crate::console::frame::Frame;
use crate::console::trouble::Trouble;
use crate::service::Service;

/// The pages.
pub(crate) fn routes() -> Router<Service> {
    Router::new()
        .route("/settings", get(organization::show))
        .route("/settings/organization/key", post(organization::rotate_key))
        .route("/settings/law", get(law::show))
        .route("/settings/letters", get(letters::show))
        .route("/settings/people", get(people::show).post(people::invite))
        .route("/settings/people/{user}", get(person::show))
        .route("/settings/people/{user}/roles", post(person::change_roles))
        .route("/settings/people/{user}/reset", post(person::reset))
        .route("/settings/people/{user}/disable", post(person::disable))
        .route("/settings/sign-in", get(sign_in::show).post(sign_in::add))
        .route("/settings/sign-in/{provider}/change", post(sign_in::change))
        .route("/settings/sign-in/{provider}/remove", post(sign_in::remove))
        .route("/settings/webhooks", get(webhooks::show).post(webhooks::add))
        .route("/settings/webhooks/{webhook}", get(webhook::show))
        .route("/settings/webhooks/{webhook}/change", post(webhook::change))
        .route("/settings/webhooks/{webhook}/turn", post(webhook::turn))
        .route("/settings/webhooks/{webhook}/rotate", post(webhook::rotate))
        .route("/settings/webhooks/{webhook}/test", post(webhook::test))
        .route("/settings/webhooks/{webhook}/remove", post(webhook::remove))
        .route("/settings/webhooks/{webhook}/deliveries/{event}/resend", post(webhook::resend))
        .route("/settings/api-keys", get(api_keys::show).post(api_keys::make))
        .route("/settings/api-keys/{key}/revoke", post(api_keys::revoke))
}

/// One part of the settings.
struct Part {
    key: &'static str,
    name: &'static str,
    href: &'static str,
    /// What one needs for it; nothing for what everybody sees.
    needs: Option<Permission>,
}

const PARTS: &[Part] = &[
    Part { key: "organization", name: "Organization", href: "/settings", needs: None },
    Part {
        key: "people",
        name: "People and roles",
        href: "/settings/people",
        needs: Some(Permission::ManageUsers),
    },
    Part {
        key: "sign-in",
        name: "Sign-in",
        href: "/settings/sign-in",
        needs: Some(Permission::ManageProviders),
    },
    Part { key: "api-keys", name: "API keys", href: "/settings/api-keys", needs: None },
    Part {
        key: "webhooks",
        name: "Webhooks",
        href: "/settings/webhooks",
        needs: Some(Permission::ManageWebhooks),
    },
    Part { key: "law", name: "Regimes", href: "/settings/law", needs: Some(Permission::ReadRequests) },
    Part { key: "portal", name: "Portal", href: "/settings/portal", needs: Some(Permission::ManagePortal) },
    Part { key: "letters", name: "Letters", href: "/settings/letters", needs: Some(Permission::ReadLetters) },
];

/// A part as a tab.
pub(crate) struct Tab {
    pub(crate) name: &'static str,
    pub(crate) href: &'static str,
    pub(crate) current: bool,
}

/// What stands around every part.
pub(crate) struct Around {
    pub(crate) frame: Frame,
    pub(crate) tabs: Vec<Tab>,
}

/// Around a part: `here` is its key.
pub(crate) async fn around(by: &Visitor, title: &str, here: &str) -> Around {
    let tabs = PARTS
        .iter()
        .filter(|part| part.needs.is_none_or(|needs| by.may(needs)))
        .map(|part| Tab { name: part.name, href: part.href, current: part.key == here })
        .collect();
    Around { frame: by.frame(title, "settings").await, tabs }
}

/// What was just done, by its word in the address.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Done {
    done: String,
}

const DONE: &[(&str, &str)] = &[
    ("key", "Another key of the organization is in use."),
    ("roles", "The roles are changed. They count at once, and the sessions of that person have ended."),
    ("disabled", "That person can no longer sign in. Their sessions and API keys have ended."),
    ("added", "The identity provider is added. Write its address for the way back down there."),
    ("changed", "The identity provider is changed."),
    ("removed", "The identity provider is removed, and whom it knew is forgotten."),
    ("webhook-changed", "The webhook is changed."),
    ("webhook-on", "The webhook is on. It is told what happens from now on."),
    ("webhook-off", "The webhook is off, and is told nothing any more."),
    ("webhook-tested", "A test event waits to be sent. Look again in a moment to see what came of it."),
    ("webhook-resent", "The event waits to be sent again."),
    ("webhook-removed", "The webhook is removed, with all that it was told."),
    ("revoked", "That key opens nothing any more."),
];

fn said(done: Result<Query<Done>, QueryRejection>) -> &'static str {
    let word = done.map(|Query(done)| done.done).unwrap_or_default();
    DONE.iter().find(|(known, _)| *known == word).map_or("", |(_, said)| said)
}

/// Back to a page, which says what was done, with the cookie that a fresh code made.
fn back(path: &str, done: &str, cookie: Option<HeaderValue>) -> Response {
    kept(Redirect::to(&format!("{path}?done={done}")).into_response(), cookie)
}

fn kept(mut response: Response, cookie: Option<HeaderValue>) -> Response {
    if let Some(cookie) = cookie {
        response.headers_mut().append(axum::http::header::SET_COOKIE, cookie);
    }
    response
}

/// Lets an act pass that asks for the second factor, or says which field is wrong.
async fn freshened(by: &mut Visitor, fields: &Fields) -> Result<Option<HeaderValue>, Trouble> {
    by.freshen(fields.text("code")).await.map_err(Trouble::from)
}
