//! Identity providers: who else vouches for the people who work here.

use std::str::FromStr;

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use exeunt_app::people::providers::{Changed, Listed, NewProvider};
use exeunt_base::{ProviderId, Secret};

use crate::console::door::Visitor;
use crate::console::form::{Fields, Sent};
use crate::console::frame::{Frame, page};
use crate::console::settings::{Done, Tab, around, back, freshened, said};
use crate::console::trouble::Trouble;
use crate::console::words::moment::Moment;

const PLACE: &str = "/settings/sign-in";

#[derive(Template)]
#[template(path = "console/settings/sign_in.html")]
struct Page<'a> {
    frame: Frame,
    tabs: Vec<Tab>,
    problem: Option<String>,
    at: &'static str,
    done: &'static str,
    providers: Vec<Row>,
    name: &'a str,
    issuer: &'a str,
    client: &'a str,
    factors: &'a str,
}

/// A provider.
struct Row {
    id: String,
    name: String,
    issuer: String,
    client: String,
    factors: String,
    redirect: String,
    made: Moment,
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
    let providers = match visitor.office.list_providers(&visitor.actor).await {
        Ok(providers) => providers,
        Err(error) => return Trouble::from(error).into_response(),
    };
    let around = around(visitor, "Sign-in", "sign-in").await;
    let clock = visitor.clock();
    let row = |provider: &Listed| Row {
        id: provider.id.to_string(),
        name: provider.name.clone(),
        issuer: provider.issuer.clone(),
        client: provider.client.clone(),
        factors: provider.factors.join(" "),
        redirect: provider.redirect.clone(),
        made: clock.at(provider.made_at),
    };
    let made = Page {
        providers: providers.iter().map(row).collect(),
        frame: around.frame,
        tabs: around.tabs,
        problem,
        at,
        done,
        name: typed.text("name"),
        issuer: typed.text("issuer"),
        client: typed.text("client"),
        factors: typed.text("factors"),
    };
    page(status, &made)
}

fn secret_of(fields: &Fields) -> Option<Secret<String>> {
    Some(fields.text("secret"))
        .filter(|secret| !secret.is_empty())
        .map(|secret| Secret::new(secret.to_owned()))
}

fn factors_of(fields: &Fields) -> Vec<String> {
    fields.text("factors").split_whitespace().map(str::to_owned).collect()
}

/// Adds one; it is asked about itself first.
pub(crate) async fn add(Sent { mut by, fields }: Sent) -> Response {
    let added = async {
        let cookie = freshened(&mut by, &fields).await?;
        let new = NewProvider {
            name: fields.text("name").to_owned(),
            issuer: fields.text("issuer").to_owned(),
            client: fields.text("client").to_owned(),
            secret: secret_of(&fields),
            factors: factors_of(&fields),
        };
        by.office.add_provider(&by.actor, &new).await?;
        Ok::<_, Trouble>(cookie)
    };
    match added.await {
        Ok(cookie) => back(PLACE, "added", cookie),
        Err(trouble) => again(&by, trouble, &fields).await,
    }
}

/// Gives one another client, secret or trust. What is left empty stays, but for the trust.
pub(crate) async fn change(Path(id): Path<String>, Sent { mut by, fields }: Sent) -> Response {
    let changed = async {
        let id = ProviderId::from_str(&id).map_err(|_| Trouble::not_found())?;
        let cookie = freshened(&mut by, &fields).await?;
        let client = Some(fields.text("client")).filter(|client| !client.is_empty()).map(str::to_owned);
        let changed = Changed { client, secret: secret_of(&fields), factors: Some(factors_of(&fields)) };
        by.office.change_provider(&by.actor, id, changed).await?;
        Ok::<_, Trouble>(cookie)
    };
    match changed.await {
        Ok(cookie) => back(PLACE, "changed", cookie),
        Err(trouble) => again(&by, trouble, &Fields::default()).await,
    }
}

/// Removes one.
pub(crate) async fn remove(Path(id): Path<String>, Sent { mut by, fields }: Sent) -> Response {
    let removed = async {
        let id = ProviderId::from_str(&id).map_err(|_| Trouble::not_found())?;
        let cookie = freshened(&mut by, &fields).await?;
        by.office.remove_provider(&by.actor, id).await?;
        Ok::<_, Trouble>(cookie)
    };
    match removed.await {
        Ok(cookie) => back(PLACE, "removed", cookie),
        Err(trouble) => again(&by, trouble, &Fields::default()).await,
    }
}

async fn again(by: &Visitor, trouble: Trouble, typed: &Fields) -> Response {
    if trouble.status() == StatusCode::INTERNAL_SERVER_ERROR || trouble.status() == StatusCode::NOT_FOUND {
        return trouble.into_response();
    }
    let at = if ["E0913", "E0916"].contains(&trouble.code()) { "code" } else { "" };
    trouble.marked(asked(by, trouble.status(), Some(trouble.sentence()), at, "", typed).await)
}
