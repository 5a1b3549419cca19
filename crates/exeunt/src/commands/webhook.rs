//! `exeunt webhook …`: addresses that are told what happens to requests.

use clap::Subcommand;
use clap::builder::PossibleValuesParser;
use exeunt_app::webhooks::kinds::KINDS;
use exeunt_app::webhooks::{Changed, Listed, Made, NewWebhook};
use exeunt_base::{EventId, WebhookId};
use exeunt_store::deliveries::{Delivery, WAITING};
use serde_json::{Value, json};

use crate::door::{Door, Needs, Way};
use crate::failure::{Exit, Failure};
use crate::table::table;
use crate::{ids, out};

/// Webhooks.
#[derive(Debug, Subcommand)]
pub(crate) enum Webhook {
    /// Add one; prints the secret its calls are signed with, once
    Add(Add),
    /// All of them
    List,
    /// One of them
    Show(One),
    /// Change its address, note or events, or turn it on or off
    Change(Change),
    /// Remove one, with the list of what it was told
    Remove(One),
    /// Give it another secret; prints it, once. For 24 hours the one before signs too
    Rotate(One),
    /// Have the service send it a test event
    Test(One),
    /// What it was told, newest first, and what came of it
    Deliveries(Deliveries),
    /// Have the service send it an event again, by the same id
    Resend(Resend),
}

/// Where it is, and what it is told.
#[derive(Debug, clap::Args)]
pub(crate) struct Add {
    /// Where it is: https, on the internet
    #[arg(long, value_name = "URL")]
    address: String,
    /// What it is for
    #[arg(long, value_name = "TEXT", default_value = "")]
    note: String,
    /// A kind of event it is told; may be given several times [default: all]
    #[arg(long = "event", value_name = "KIND", value_parser = kinds())]
    events: Vec<String>,
}

/// Which.
#[derive(Debug, clap::Args)]
pub(crate) struct One {
    /// The webhook
    #[arg(value_parser = ids::id::<WebhookId>("whk"))]
    webhook: WebhookId,
}

/// Which, and what is to be otherwise.
#[derive(Debug, clap::Args)]
pub(crate) struct Change {
    #[command(flatten)]
    one: One,
    /// Where it is
    #[arg(long, value_name = "URL")]
    address: Option<String>,
    /// What it is for
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    /// A kind of event it is told; may be given several times, and replaces what was said before
    #[arg(long = "event", value_name = "KIND", value_parser = kinds(), conflicts_with = "all_events")]
    events: Vec<String>,
    /// It is told everything
    #[arg(long)]
    all_events: bool,
    /// Turn it on; it is told what happens from now on
    #[arg(long, conflicts_with = "off")]
    on: bool,
    /// Turn it off; what waits for it is given up
    #[arg(long)]
    off: bool,
}

/// Which, and how many.
#[derive(Debug, clap::Args)]
pub(crate) struct Deliveries {
    #[command(flatten)]
    one: One,
    /// At most so many
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1000))]
    limit: u32,
}

/// Which event.
#[derive(Debug, clap::Args)]
pub(crate) struct Resend {
    #[command(flatten)]
    one: One,
    /// The event
    #[arg(value_parser = ids::id::<EventId>("evt"))]
    event: EventId,
}

fn kinds() -> PossibleValuesParser {
    PossibleValuesParser::new(KINDS.iter().map(|kind| kind.word))
}

/// Does what was asked.
pub(crate) async fn run(door: &Door, webhook: &Webhook) -> Result<Exit, Failure> {
    match webhook {
        Webhook::Add(args) => add(door, args).await,
        Webhook::List => list(door).await,
        Webhook::Show(args) => show(door, args).await,
        Webhook::Change(args) => change(door, args).await,
        Webhook::Remove(args) => remove(door, args).await,
        Webhook::Rotate(args) => rotate(door, args).await,
        Webhook::Test(args) => test(door, args).await,
        Webhook::Deliveries(args) => deliveries(door, args).await,
        Webhook::Resend(args) => resend(door, args).await,
    }
}

async fn add(door: &Door, args: &Add) -> Result<Exit, Failure> {
    let (address, note, kinds) = (args.address.clone(), args.note.clone(), args.events.clone());
    let new = NewWebhook { address, note, kinds };
    let made = match door.way(Needs::Home).await? {
        Way::Here(office, actor) => office.add_webhook(&actor, &new).await?,
        Way::There(remote) => remote.add_webhook(&new).await?,
    };
    secret(door, &made, "is added. The secret above signs its calls and is shown this once")
}

async fn list(door: &Door) -> Result<Exit, Failure> {
    let all = match door.way(Needs::Home).await? {
        Way::Here(office, actor) => office.list_webhooks(&actor).await?,
        Way::There(remote) => remote.list_webhooks().await?,
    };
    if door.json {
        out::json(&json!({ "webhooks": all.iter().map(told).collect::<Vec<Value>>() }))?;
    } else if all.is_empty() {
        out::text("none; `exeunt webhook add` names an address that is told what happens to requests")?;
    } else {
        let row = |one: &Listed| {
            vec![one.id.to_string(), one.address.clone(), one.note.clone(), events(one), state(one)]
        };
        let rows: Vec<Vec<String>> = all.iter().map(row).collect();
        out::text(&table(&["webhook", "address", "note", "events", "state"], &rows))?;
    }
    Ok(Exit::DONE)
}

async fn show(door: &Door, args: &One) -> Result<Exit, Failure> {
    let one = match door.way(Needs::Home).await? {
        Way::Here(office, actor) => office.show_webhook(&actor, args.webhook).await?,
        Way::There(remote) => remote.show_webhook(args.webhook).await?,
    };
    shown(door, &one)
}

async fn change(door: &Door, args: &Change) -> Result<Exit, Failure> {
    let said = args.all_events || !args.events.is_empty();
    let changed = Changed {
        address: args.address.clone(),
        note: args.note.clone(),
        kinds: said.then(|| args.events.clone()),
        on: (args.on || args.off).then_some(args.on),
    };
    let id = args.one.webhook;
    let one = match door.way(Needs::Home).await? {
        Way::Here(office, actor) => office.change_webhook(&actor, id, &changed).await?,
        Way::There(remote) => remote.change_webhook(id, &changed).await?,
    };
    shown(door, &one)
}

async fn remove(door: &Door, args: &One) -> Result<Exit, Failure> {
    match door.way(Needs::Home).await? {
        Way::Here(office, actor) => office.remove_webhook(&actor, args.webhook).await?,
        Way::There(remote) => remote.remove_webhook(args.webhook).await?,
    }
    if door.json {
        out::json(&json!({ "webhook": args.webhook, "state": "removed" }))?;
    } else {
        out::text(&format!("{} is removed; it is told nothing any more", args.webhook))?;
    }
    Ok(Exit::DONE)
}

async fn rotate(door: &Door, args: &One) -> Result<Exit, Failure> {
    let made = match door.way(Needs::Home).await? {
        Way::Here(office, actor) => office.rotate_webhook(&actor, args.webhook).await?,
        Way::There(remote) => remote.rotate_webhook(args.webhook).await?,
    };
    secret(
        door,
        &made,
        "has the secret above, which is shown this once; for 24 hours the one before signs too",
    )
}

async fn test(door: &Door, args: &One) -> Result<Exit, Failure> {
    let delivery = match door.way(Needs::Home).await? {
        Way::Here(office, actor) => office.test_webhook(&actor, args.webhook).await?,
        Way::There(remote) => remote.test_webhook(args.webhook).await?,
    };
    waits(door, &delivery)
}

async fn deliveries(door: &Door, args: &Deliveries) -> Result<Exit, Failure> {
    let id = args.one.webhook;
    let all = match door.way(Needs::Home).await? {
        Way::Here(office, actor) => office.webhook_deliveries(&actor, id, None, args.limit).await?,
        Way::There(remote) => remote.webhook_deliveries(id, args.limit).await?,
    };
    if door.json {
        out::json(&json!({ "deliveries": all.iter().map(delivered).collect::<Vec<Value>>() }))?;
    } else if all.is_empty() {
        out::text("nothing yet; `exeunt webhook test` sends a test event")?;
    } else {
        let row = |one: &Delivery| {
            vec![
                one.event.to_string(),
                one.kind.clone(),
                one.request.map(|request| request.to_string()).unwrap_or_default(),
                one.state.clone(),
                one.tries.to_string(),
                one.tried_at.map(out::time).unwrap_or_default(),
                one.status.map(|status| status.to_string()).unwrap_or_default(),
                one.trouble.clone().unwrap_or_default(),
            ]
        };
        let rows: Vec<Vec<String>> = all.iter().map(row).collect();
        let head = ["event", "type", "request", "state", "tries", "last try", "status", "trouble"];
        out::text(&table(&head, &rows))?;
    }
    Ok(Exit::DONE)
}

async fn resend(door: &Door, args: &Resend) -> Result<Exit, Failure> {
    let id = args.one.webhook;
    let delivery = match door.way(Needs::Home).await? {
        Way::Here(office, actor) => office.resend_delivery(&actor, id, args.event).await?,
        Way::There(remote) => remote.resend_delivery(id, args.event).await?,
    };
    waits(door, &delivery)
}

fn secret(door: &Door, made: &Made, remark: &str) -> Result<Exit, Failure> {
    if door.json {
        let mut json = told(&made.webhook);
        json["secret"] = json!(made.secret.expose());
        out::json(&json)?;
    } else {
        out::text(made.secret.expose())?;
        out::remark(&format!("{} {remark}", made.webhook.id));
    }
    Ok(Exit::DONE)
}

fn shown(door: &Door, one: &Listed) -> Result<Exit, Failure> {
    if door.json {
        out::json(&told(one))?;
        return Ok(Exit::DONE);
    }
    let time = |at: Option<_>| at.map(out::time).unwrap_or_default();
    let facts = [
        ("webhook", one.id.to_string()),
        ("address", one.address.clone()),
        ("note", one.note.clone()),
        ("events", events(one)),
        ("state", state(one)),
        ("nothing got through since", time(one.failing_since)),
        ("two secrets sign until", time(one.both_until)),
    ];
    let facts = facts.into_iter().filter(|(_, fact)| !fact.is_empty());
    let lines: Vec<String> = facts.map(|(name, fact)| format!("{name:<28}{fact}")).collect();
    out::text(&lines.join("\n"))?;
    Ok(Exit::DONE)
}

fn waits(door: &Door, delivery: &Delivery) -> Result<Exit, Failure> {
    if door.json {
        out::json(&delivered(delivery))?;
    } else {
        out::text(&delivery.event.to_string())?;
        out::remark("it waits to be sent by the service; `exeunt webhook deliveries` tells what came of it");
    }
    Ok(Exit::DONE)
}

fn events(one: &Listed) -> String {
    if one.kinds.is_empty() { String::from("all") } else { one.kinds.join(", ") }
}

fn state(one: &Listed) -> String {
    match one.why_off.as_deref() {
        _ if one.on => String::from("on"),
        Some("gone") => String::from("off: it answered 410"),
        Some("failing") => String::from("off: nothing got through for five days"),
        _ => String::from("off"),
    }
}

/// A webhook in JSON.
fn told(one: &Listed) -> Value {
    json!({
        "webhook": one.id,
        "address": one.address,
        "note": one.note,
        "events": one.kinds,
        "on": one.on,
        "why_off": one.why_off,
        "failing_since": one.failing_since,
        "two_signatures_until": one.both_until,
        "made_at": one.made_at,
    })
}

/// A delivery in JSON.
fn delivered(one: &Delivery) -> Value {
    json!({
        "event": one.event,
        "type": one.kind,
        "request": one.request,
        "state": one.state,
        "tries": one.tries,
        "tried_at": one.tried_at,
        "status": one.status,
        "trouble": one.trouble,
        "next_try_at": Some(one.not_before).filter(|_| one.state == WAITING),
        "ended_at": one.ended_at,
        "made_at": one.made_at,
    })
}
