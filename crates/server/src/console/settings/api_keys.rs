//! API keys: one's own, or everybody's for whoever manages them.

use std::str::FromStr;

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use exeunt_app::access::Permission;
use exeunt_app::people::api_keys::{Listed, NewKey};
use exeunt_base::{ApiKeyId, Personal};

use crate::console::door::Visitor;
use crate::console::form::{Fields, Sent};
use crate::console::frame::{Frame, page, shown};
use crate::console::settings::{Done, Tab, around, back, freshened, kept, said};
use crate::console::trouble::Trouble;
use crate::console::words::badge::Badge;
use crate::console::words::moment::Moment;

/// Days for which a key may live that nobody said more about.
const USUAL_DAYS: u16 = 90;

#[derive(Template)]
#[template(path = "console/settings/api_keys.html")]
struct Page<'a> {
    frame: Frame,
    tabs: Vec<Tab>,
    problem: Option<String>,
    at: &'static str,
    done: &'static str,
    keys: Vec<Row>,
    /// Whether those of others are among them.
    all: bool,
    label: &'a str,
    days: String,
    scopes: Vec<Choice>,
}

/// A key that was just made: its token is shown this once.
#[derive(Template)]
#[template(path = "console/settings/api_key.html")]
struct Made {
    frame: Frame,
    tabs: Vec<Tab>,
    problem: Option<String>,
    at: &'static str,
    done: &'static str,
    id: String,
    token: String,
}

/// A key as it is listed.
struct Row {
    id: String,
    label: String,
    user: String,
    scopes: String,
    state: Badge,
    works: bool,
    until: Moment,
    used: Option<Moment>,
}

/// A permission that a key may have.
struct Choice {
    word: &'static str,
    chosen: bool,
}

/// The page.
pub(crate) async fn show(visitor: Visitor, done: Result<Query<Done>, QueryRejection>) -> Response {
    asked(&visitor, StatusCode::OK, None, "", said(done), &Fields::default()).await
}

async fn asked(
    visitor: &Visitor,
    status: StatusCode,
    problem: Option<String>,
    at: &'static str,
    done: &'static str,
    typed: &Fields,
) -> Response {
    let all = visitor.may(Permission::ManageApiKeys);
    let of = (!all).then_some(visitor.session.user);
    let keys = match visitor.office.list_api_keys(&visitor.actor, of).await {
        Ok(keys) => keys,
        Err(error) => return Trouble::from(error).into_response(),
    };
    let around = around(visitor, "API keys", "api-keys").await;
    let (clock, now) = (visitor.clock(), visitor.now());
    let row = |key: &Listed| Row {
        id: key.id.to_string(),
        label: key.label.expose().to_owned(),
        user: key.user.to_string(),
        scopes: key.scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(", "),
        state: Badge::api_key(key.revoked_at.is_some(), key.expires_at <= now),
        works: key.revoked_at.is_none() && key.expires_at > now,
        until: clock.at(key.expires_at),
        used: key.used_at.map(|at| clock.at(at)),
    };
    let chosen: Vec<&str> = typed.all("scope").collect();
    let choice = |one: &Permission| Choice { word: one.as_str(), chosen: chosen.contains(&one.as_str()) };
    let days = Some(typed.text("days")).filter(|days| !days.is_empty());
    let made = Page {
        keys: keys.iter().map(row).collect(),
        frame: around.frame,
        tabs: around.tabs,
        problem,
        at,
        done,
        all,
        label: typed.text("label"),
        days: days.map_or_else(|| USUAL_DAYS.to_string(), str::to_owned),
        scopes: Permission::ALL.iter().filter(|one| visitor.may(**one)).map(choice).collect(),
    };
    page(status, &made)
}

/// Makes a key for oneself.
pub(crate) async fn make(Sent { mut by, fields }: Sent) -> Response {
    let made = async {
        let days: u16 = fields.text("days").parse().map_err(|_| days_flaw())?;
        if !(1..=400).contains(&days) {
            return Err(days_flaw());
        }
        let cookie = freshened(&mut by, &fields).await?;
        let new = NewKey {
            user: by.session.user,
            label: Personal::new(fields.text("label").to_owned()),
            scopes: fields.all("scope").filter_map(Permission::from_word).collect(),
            expires_at: by.now().plus_days(i64::from(days)),
        };
        Ok((by.office.make_api_key(&by.actor, &new).await.map_err(Trouble::from)?, cookie))
    };
    match made.await {
        Ok((key, cookie)) => {
            let around = around(&by, "A new API key", "api-keys").await;
            let made = Made {
                frame: around.frame,
                tabs: around.tabs,
                problem: None,
                at: "",
                done: "",
                id: key.id.to_string(),
                token: key.token.expose().clone(),
            };
            kept(shown(&made), cookie)
        }
        Err(trouble) => again(&by, trouble, &fields).await,
    }
}

fn days_flaw() -> Trouble {
    Trouble::flaw("the days a key lives are a whole number from 1 to 400")
}

async fn again(by: &Visitor, trouble: Trouble, typed: &Fields) -> Response {
    if trouble.status().is_server_error() || trouble.status() == StatusCode::NOT_FOUND {
        return trouble.into_response();
    }
    let at = match trouble.code() {
        "E0906" => "days",
        "E0913" | "E0916" => "code",
        "E0919" => "label",
        "E0924" => "scopes",
        _ => "",
    };
    trouble.marked(asked(by, trouble.status(), Some(trouble.sentence()), at, "", typed).await)
}

/// Revokes a key at once.
pub(crate) async fn revoke(Path(id): Path<String>, Sent { by, .. }: Sent) -> Response {
    let Ok(id) = ApiKeyId::from_str(&id) else { return Trouble::not_found().into_response() };
    match by.office.revoke_api_key(&by.actor, id).await {
        Ok(()) => back("/settings/api-keys", "revoked", None),
        Err(error) => Trouble::from(error).into_response(),
    }
}
