//! Webhooks: which addresses are told what happens to requests, and adding one.

use askama::Template;
use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use exeunt_app::webhooks::kinds::KINDS;
use exeunt_app::webhooks::{Listed, Made, NewWebhook};

use crate::console::door::Visitor;
use crate::console::form::{Fields, Sent};
use crate::console::frame::{Frame, page, shown};
use crate::console::settings::{Done, Tab, around, freshened, kept, said};
use crate::console::trouble::Trouble;
use crate::console::words::badge::Badge;
use crate::console::words::moment::Moment;

/// Most characters of a note.
const NOTE: usize = 200;

#[derive(Template)]
#[template(path = "console/settings/webhooks.html")]
struct Page<'a> {
    frame: Frame,
    tabs: Vec<Tab>,
    problem: Option<String>,
    at: &'static str,
    done: &'static str,
    webhooks: Vec<Row>,
    address: &'a str,
    note: &'a str,
    kinds: Vec<Choice>,
}

/// A webhook.
struct Row {
    id: String,
    address: String,
    note: String,
    state: Badge,
    why: &'static str,
    since: Option<Moment>,
}

/// A kind of event that can be chosen.
pub(super) struct Choice {
    pub(super) word: &'static str,
    pub(super) said: &'static str,
    pub(super) chosen: bool,
}

/// A secret that was just made: it is shown this once.
#[derive(Template)]
#[template(path = "console/settings/webhook_secret.html")]
struct Shown {
    frame: Frame,
    tabs: Vec<Tab>,
    problem: Option<String>,
    at: &'static str,
    done: &'static str,
    id: String,
    secret: String,
    both_until: Option<Moment>,
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
    let webhooks = match visitor.office.list_webhooks(&visitor.actor).await {
        Ok(webhooks) => webhooks,
        Err(error) => return Trouble::from(error).into_response(),
    };
    let around = around(visitor, "Webhooks", "webhooks").await;
    let clock = visitor.clock();
    let row = |webhook: &Listed| Row {
        id: webhook.id.to_string(),
        address: webhook.address.clone(),
        note: webhook.note.clone(),
        state: Badge::webhook(webhook.on, webhook.failing_since.is_some()),
        why: why(webhook),
        since: webhook.failing_since.map(|at| clock.at(at)),
    };
    let chosen: Vec<&str> = typed.all("kind").collect();
    let made = Page {
        webhooks: webhooks.iter().map(row).collect(),
        frame: around.frame,
        tabs: around.tabs,
        problem,
        at,
        done,
        address: typed.text("address"),
        note: typed.text("note"),
        kinds: choices(|word| chosen.contains(&word)),
    };
    page(status, &made)
}

/// Every kind one can choose.
pub(super) fn choices(chosen: impl Fn(&str) -> bool) -> Vec<Choice> {
    KINDS.iter().map(|kind| Choice { word: kind.word, said: kind.said, chosen: chosen(kind.word) }).collect()
}

/// Why one is off, for people; nothing while it is on.
pub(super) fn why(webhook: &Listed) -> &'static str {
    match webhook.why_off.as_deref() {
        None => "",
        Some("gone") => "It answered that it wants no more (410).",
        Some("failing") => "Nothing got through for five days.",
        Some(_) => "Somebody turned it off.",
    }
}

/// Adds one.
pub(crate) async fn add(Sent { mut by, fields }: Sent) -> Response {
    let added = async {
        let note = note_of(&fields)?;
        let cookie = freshened(&mut by, &fields).await?;
        let new = NewWebhook {
            address: fields.text("address").to_owned(),
            note,
            kinds: fields.all("kind").map(str::to_owned).collect(),
        };
        Ok::<_, Trouble>((by.office.add_webhook(&by.actor, &new).await?, cookie))
    };
    match added.await {
        Ok((made, cookie)) => kept(secret(&by, &made).await, cookie),
        Err(trouble) if is_elsewhere(&trouble) => trouble.into_response(),
        Err(trouble) => {
            let at = field_of(&trouble);
            trouble.marked(asked(&by, trouble.status(), Some(trouble.sentence()), at, "", &fields).await)
        }
    }
}

/// A note as it was typed.
pub(super) fn note_of(fields: &Fields) -> Result<String, Trouble> {
    let note = fields.text("note");
    if note.chars().count() > NOTE || note.chars().any(char::is_control) {
        return Err(Trouble::flaw("what it is for is one line of at most 200 characters"));
    }
    Ok(note.to_owned())
}

/// Whether it is nothing that could be mended on the page.
pub(super) fn is_elsewhere(trouble: &Trouble) -> bool {
    trouble.status().is_server_error() || trouble.status() == StatusCode::NOT_FOUND
}

/// The field that trouble is about.
pub(super) fn field_of(trouble: &Trouble) -> &'static str {
    match trouble.code() {
        "E0906" => "note",
        "E0913" | "E0916" => "code",
        "E0927" => "address",
        _ => "",
    }
}

/// The page that shows a new secret.
pub(super) async fn secret(by: &Visitor, made: &Made) -> Response {
    let around = around(by, "The secret of a webhook", "webhooks").await;
    shown(&Shown {
        frame: around.frame,
        tabs: around.tabs,
        problem: None,
        at: "",
        done: "",
        id: made.webhook.id.to_string(),
        secret: made.secret.expose().clone(),
        both_until: made.webhook.both_until.map(|at| by.clock().at(at)),
    })
}
