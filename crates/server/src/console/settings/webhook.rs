//! One webhook: what it is told, what it was told lately, and what can be done with it.

use std::str::FromStr;

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use exeunt_app::access::Permission;
use exeunt_app::webhooks::{Changed, Listed};
use exeunt_base::{EventId, WebhookId};
use exeunt_store::deliveries::{Delivery, WAITING};

use crate::console::door::Visitor;
use crate::console::form::{Fields, Sent};
use crate::console::frame::{Frame, page};
use crate::console::settings::webhooks::{Choice, choices, field_of, is_elsewhere, note_of, secret, why};
use crate::console::settings::{Done, Tab, around, back, freshened, kept, said};
use crate::console::trouble::{Trouble, quoted};
use crate::console::words::badge::Badge;
use crate::console::words::moment::Moment;

/// Deliveries that are shown.
const SHOWN: u32 = 50;

#[derive(Template)]
#[template(path = "console/settings/webhook.html")]
struct Page {
    frame: Frame,
    tabs: Vec<Tab>,
    problem: Option<String>,
    at: &'static str,
    done: &'static str,
    id: String,
    is_on: bool,
    state: Badge,
    why: &'static str,
    since: Option<Moment>,
    both_until: Option<Moment>,
    made: Moment,
    address: String,
    note: String,
    kinds: Vec<Choice>,
    deliveries: Vec<Row>,
}

/// An event and what came of it.
struct Row {
    event: String,
    kind: String,
    /// The request it is about; empty for a test.
    request: String,
    /// Whether whoever looks may look at requests.
    leads: bool,
    state: Badge,
    tries: u64,
    at: Option<Moment>,
    told: String,
    next: Option<Moment>,
    ended: bool,
}

fn id_of(text: &str) -> Result<WebhookId, Trouble> {
    WebhookId::from_str(text).map_err(|_| Trouble::not_found())
}

fn place(id: &str) -> String {
    format!("/settings/webhooks/{id}")
}

/// The page.
pub(crate) async fn show(
    visitor: Visitor,
    Path(id): Path<String>,
    done: Result<Query<Done>, QueryRejection>,
) -> Response {
    match asked(&visitor, &id, StatusCode::OK, None, "", said(done), None).await {
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
    typed: Option<&Fields>,
) -> Result<Response, Trouble> {
    let id = id_of(id);
    visitor.office.allow(&visitor.actor, Permission::ManageWebhooks)?;
    let webhook = visitor.office.show_webhook(&visitor.actor, id?).await?;
    let deliveries = visitor.office.webhook_deliveries(&visitor.actor, webhook.id, None, SHOWN).await?;
    let around = around(visitor, "A webhook", "webhooks").await;
    let clock = visitor.clock();
    let chosen: Vec<&str> = match typed {
        Some(typed) => typed.all("kind").collect(),
        None => webhook.kinds.iter().map(String::as_str).collect(),
    };
    let Listed { address, note, .. } = webhook.clone();
    let made = Page {
        frame: around.frame,
        tabs: around.tabs,
        problem,
        at,
        done,
        id: webhook.id.to_string(),
        is_on: webhook.on,
        state: Badge::webhook(webhook.on, webhook.failing_since.is_some()),
        why: why(&webhook),
        since: webhook.failing_since.map(|at| clock.at(at)),
        both_until: webhook.both_until.map(|at| clock.at(at)),
        made: clock.at(webhook.made_at),
        address: typed.map_or(address, |typed| typed.text("address").to_owned()),
        note: typed.map_or(note, |typed| typed.text("note").to_owned()),
        kinds: choices(|word| chosen.contains(&word)),
        deliveries: deliveries.iter().map(|one| row(visitor, one)).collect(),
    };
    Ok(page(status, &made))
}

fn row(visitor: &Visitor, delivery: &Delivery) -> Row {
    let clock = visitor.clock();
    let waits = delivery.state == WAITING;
    let told = match (&delivery.trouble, delivery.status) {
        (Some(trouble), _) => quoted(trouble),
        (None, Some(status)) => format!("it answered {status}"),
        (None, None) => String::new(),
    };
    Row {
        event: delivery.event.to_string(),
        kind: delivery.kind.clone(),
        request: delivery.request.map(|request| request.to_string()).unwrap_or_default(),
        leads: visitor.may(Permission::ReadRequests),
        state: Badge::delivery(&delivery.state),
        tries: delivery.tries,
        at: delivery.tried_at.map(|at| clock.at(at)),
        told,
        next: Some(delivery.not_before).filter(|_| waits && delivery.tries > 0).map(|at| clock.at(at)),
        ended: !waits,
    }
}

async fn again(by: &Visitor, id: &str, trouble: Trouble, typed: Option<&Fields>) -> Response {
    if is_elsewhere(&trouble) {
        return trouble.into_response();
    }
    let at = field_of(&trouble);
    match asked(by, id, trouble.status(), Some(trouble.sentence()), at, "", typed).await {
        Ok(response) => trouble.marked(response),
        Err(trouble) => trouble.into_response(),
    }
}

/// Gives it another address, note or kinds of events.
pub(crate) async fn change(Path(id): Path<String>, Sent { mut by, fields }: Sent) -> Response {
    let changed = async {
        let (webhook, note) = (id_of(&id)?, note_of(&fields)?);
        let cookie = freshened(&mut by, &fields).await?;
        let changed = Changed {
            address: Some(fields.text("address").to_owned()),
            note: Some(note),
            kinds: Some(fields.all("kind").map(str::to_owned).collect()),
            on: None,
        };
        by.office.change_webhook(&by.actor, webhook, &changed).await?;
        Ok::<_, Trouble>(cookie)
    };
    match changed.await {
        Ok(cookie) => back(&place(&id), "webhook-changed", cookie),
        Err(trouble) => again(&by, &id, trouble, Some(&fields)).await,
    }
}

/// Turns it on or off.
pub(crate) async fn turn(Path(id): Path<String>, Sent { mut by, fields }: Sent) -> Response {
    let on = fields.text("on") == "yes";
    let turned = async {
        let webhook = id_of(&id)?;
        let cookie = freshened(&mut by, &fields).await?;
        let changed = Changed { on: Some(on), ..Changed::default() };
        by.office.change_webhook(&by.actor, webhook, &changed).await?;
        Ok::<_, Trouble>(cookie)
    };
    match turned.await {
        Ok(cookie) => back(&place(&id), if on { "webhook-on" } else { "webhook-off" }, cookie),
        Err(trouble) => again(&by, &id, trouble, None).await,
    }
}

/// Gives it another secret.
pub(crate) async fn rotate(Path(id): Path<String>, Sent { mut by, fields }: Sent) -> Response {
    let rotated = async {
        let webhook = id_of(&id)?;
        let cookie = freshened(&mut by, &fields).await?;
        Ok::<_, Trouble>((by.office.rotate_webhook(&by.actor, webhook).await?, cookie))
    };
    match rotated.await {
        Ok((made, cookie)) => kept(secret(&by, &made).await, cookie),
        Err(trouble) => again(&by, &id, trouble, None).await,
    }
}

/// Sends it a test event.
pub(crate) async fn test(Path(id): Path<String>, Sent { by, .. }: Sent) -> Response {
    let tested = async {
        let webhook = id_of(&id)?;
        by.office.test_webhook(&by.actor, webhook).await?;
        Ok::<_, Trouble>(())
    };
    match tested.await {
        Ok(()) => back(&place(&id), "webhook-tested", None),
        Err(trouble) => again(&by, &id, trouble, None).await,
    }
}

/// Sends it an event again.
pub(crate) async fn resend(Path((id, event)): Path<(String, String)>, Sent { by, .. }: Sent) -> Response {
    let sent = async {
        let webhook = id_of(&id)?;
        let event = EventId::from_str(&event).map_err(|_| Trouble::not_found())?;
        by.office.resend_delivery(&by.actor, webhook, event).await?;
        Ok::<_, Trouble>(())
    };
    match sent.await {
        Ok(()) => back(&place(&id), "webhook-resent", None),
        Err(trouble) => again(&by, &id, trouble, None).await,
    }
}

/// Removes it.
pub(crate) async fn remove(Path(id): Path<String>, Sent { mut by, fields }: Sent) -> Response {
    let removed = async {
        let webhook = id_of(&id)?;
        let cookie = freshened(&mut by, &fields).await?;
        by.office.remove_webhook(&by.actor, webhook).await?;
        Ok::<_, Trouble>(cookie)
    };
    match removed.await {
        Ok(cookie) => back("/settings/webhooks", "webhook-removed", cookie),
        Err(trouble) => again(&by, &id, trouble, None).await,
    }
}
