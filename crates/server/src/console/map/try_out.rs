//! Trying the map out with one person: what access would show and what erasure would do, in truth and rolled back. Whom it was
//! tried with is in no address and no log.

use askama::Template;
use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::http::StatusCode;
use axum::response::Response;
use exeunt_app::access::Permission;
use exeunt_app::maps::try_out::{Tried, Which};
use exeunt_base::Personal;
use serde::Deserialize;

use crate::console::door::Visitor;
use crate::console::form::Sent;
use crate::console::frame::{Frame, page, shown};
use crate::console::map::{Tab, tabs};
use crate::console::trouble::Trouble;
use crate::console::words::number::grouped;

/// What an address asks for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wanted {
    map: String,
}

struct Row {
    model: String,
    shown: String,
    delete: String,
    anonymize: String,
    keep: String,
    detach: String,
}

struct Outcome {
    rows: Vec<Row>,
    total: Row,
    held_back: Vec<(String, String, String)>,
    access: String,
    erasure: String,
    nobody: bool,
}

#[derive(Template)]
#[template(path = "console/map/try_out.html")]
struct Page {
    frame: Frame,
    tabs: Vec<Tab>,
    problem: Option<String>,
    kinds: Vec<String>,
    kind: String,
    value: String,
    has_draft: bool,
    draft: bool,
    outcome: Option<Outcome>,
    may_draft: bool,
}

/// The form.
pub(crate) async fn show(
    visitor: Visitor,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Response, Trouble> {
    let wanted = wanted.map(|Query(wanted)| wanted).unwrap_or_default();
    visitor.office.allow(&visitor.actor, Permission::MakePlans)?;
    Ok(shown(&of(&visitor, wanted.map != "in_force").await?))
}

/// Tries.
pub(crate) async fn send(Sent { by, fields }: Sent) -> Result<Response, Trouble> {
    by.office.allow(&by.actor, Permission::MakePlans)?;
    let draft = fields.text("map") == "draft";
    let mut page_of = of(&by, draft).await?;
    page_of.kind = fields.text("kind").to_owned();
    page_of.value = fields.text("value").to_owned();
    if page_of.value.is_empty() {
        page_of.problem = Some(String::from("Enter an identifier of a test person."));
        return Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &page_of));
    }
    let given = [(page_of.kind.clone(), Personal::new(page_of.value.clone()))];
    let which = if draft { Which::Draft } else { Which::InForce };
    match by.office.try_map(&by.actor, which, &given).await {
        Ok(tried) => {
            page_of.outcome = Some(outcome(&tried));
            Ok(shown(&page_of))
        }
        Err(error) => {
            let trouble = Trouble::from(error);
            page_of.problem = Some(trouble.sentence());
            Ok(trouble.on(&page_of))
        }
    }
}

async fn of(visitor: &Visitor, draft: bool) -> Result<Page, Trouble> {
    let seen = visitor.office.see_map(&visitor.actor).await?;
    let has_draft = seen.draft.is_some();
    let draft = has_draft && draft;
    let which = if draft { Which::Draft } else { Which::InForce };
    let (kinds, problem) = match visitor.office.kinds_of_map(&visitor.actor, which).await {
        Ok(kinds) => (kinds, None),
        Err(_) if seen.is_none_yet() && !has_draft => (Vec::new(), None),
        Err(error) => (Vec::new(), Some(Trouble::told(&error))),
    };
    // an address finds most people everywhere, so it is what is proposed
    let kind = kinds.iter().find(|kind| *kind == "email").or(kinds.first()).cloned().unwrap_or_default();
    Ok(Page {
        frame: visitor.frame("Test person", "map").await,
        tabs: tabs(visitor, "/map/test"),
        problem,
        kind,
        kinds,
        value: String::new(),
        has_draft,
        draft,
        outcome: None,
        may_draft: visitor.may(Permission::DraftMap),
    })
}

fn outcome(tried: &Tried) -> Outcome {
    let number = |rows: u64| if rows == 0 { String::from("–") } else { grouped(rows) };
    let row = |model: &str, rows: &exeunt_app::maps::try_out::Rows| Row {
        model: model.to_owned(),
        shown: number(rows.shown),
        delete: number(rows.delete),
        anonymize: number(rows.anonymize),
        keep: number(rows.keep),
        detach: number(rows.detach),
    };
    let mut total = exeunt_app::maps::try_out::Rows::default();
    for rows in tried.models.values() {
        total.shown += rows.shown;
        total.delete += rows.delete;
        total.anonymize += rows.anonymize;
        total.keep += rows.keep;
        total.detach += rows.detach;
    }
    let back =
        tried.held_back.iter().map(|(model, rows, why)| (model.clone(), grouped(*rows), why.join("; ")));
    Outcome {
        rows: tried.models.iter().map(|(model, rows)| row(model, rows)).collect(),
        nobody: total == exeunt_app::maps::try_out::Rows::default(),
        total: row("all", &total),
        held_back: back.collect(),
        access: format!("{} ms", grouped(tried.access_millis)),
        erasure: format!("{} ms", grouped(tried.erasure_millis)),
    }
}
