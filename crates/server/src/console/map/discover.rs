//! What the databases have and the map does not: proposed with reasons, accepted, changed or left for later, one form for all of
//! it. What is accepted goes into the draft.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use exeunt_app::access::Permission;
use exeunt_app::maps::propose::{Choice, Proposal, Proposals, What};
use exeunt_base::Name;
use exeunt_datamap::categories;
use exeunt_plan::map::discover::Confidence;
use serde::Deserialize;

use crate::console::door::Visitor;
use crate::console::form::{Fields, Sent};
use crate::console::frame::{Frame, page, shown};
use crate::console::map::picture::counted;
use crate::console::map::{Tab, part, tabs};
use crate::console::trouble::Trouble;
use crate::console::words::number::grouped;

/// Tables on one page.
const TABLES: usize = 50;

/// What an address asks for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wanted {
    source: String,
    from: usize,
}

struct Source {
    name: String,
    href: String,
    current: bool,
}

struct Column {
    name: String,
    /// What the page calls its field: names of columns are anything.
    key: String,
    field: String,
    type_name: String,
    category: String,
    why: String,
    tone: &'static str,
    sure: &'static str,
}

struct One {
    id: String,
    table: String,
    rows: String,
    /// What is proposed, in words.
    proposal: String,
    why: Vec<String>,
    tone: &'static str,
    sure: &'static str,
    columns: Vec<Column>,
    /// Whether its fate may be chosen.
    fates: Vec<(&'static str, &'static str, bool)>,
    /// Whether it may be left out, and why it would be.
    leaves_out: bool,
    because: String,
    chosen: &'static str,
    /// Whether accepting it means leaving it out.
    only_left_out: bool,
}

#[derive(Template)]
#[template(path = "console/map/discover.html")]
struct Page {
    frame: Frame,
    tabs: Vec<Tab>,
    problem: Option<String>,
    sources: Vec<Source>,
    source: String,
    all: Vec<One>,
    count: String,
    known: String,
    revision: i64,
    from: usize,
    before: Option<String>,
    next: Option<String>,
    categories: Vec<&'static str>,
    connected: bool,
    nothing: bool,
}

/// What is proposed.
pub(crate) async fn show(
    visitor: Visitor,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Response, Trouble> {
    let wanted = wanted.map(|Query(wanted)| wanted).unwrap_or_default();
    visitor.office.allow(&visitor.actor, Permission::DraftMap)?;
    let (status, page_of) = looked_at(&visitor, &wanted, &Fields::default()).await?;
    Ok(if status == StatusCode::OK { shown(&page_of) } else { page(status, &page_of) })
}

/// Puts what was accepted into the draft.
pub(crate) async fn accept(Sent { by, fields }: Sent) -> Result<Response, Trouble> {
    by.office.allow(&by.actor, Permission::DraftMap)?;
    let wanted = Wanted {
        source: fields.text("source").to_owned(),
        from: fields.text("from").parse().unwrap_or_default(),
    };
    let error = match taken(&by, &fields).await {
        Ok(()) => return Ok(Redirect::to("/map/changes?done=accepted").into_response()),
        Err(error) => Trouble::from(error),
    };
    if !error.is_mendable() {
        return Err(error);
    }
    let (_, mut again) = looked_at(&by, &wanted, &fields).await?;
    again.problem = Some(error.sentence());
    Ok(error.on(&again))
}

async fn taken(by: &Visitor, fields: &Fields) -> Result<(), exeunt_app::Error> {
    let bad = || exeunt_app::Error::Usage("E0801", String::from("say which source this is about"));
    let source = Name::new(fields.text("source")).map_err(|_| bad())?;
    let mut choices = BTreeMap::new();
    for (field, value) in fields.iter() {
        let Some(id) = field.strip_prefix("do-") else { continue };
        let choice = match value {
            "accept" => Choice::Accept {
                fate: Some(fields.text(&format!("fate-{id}")).to_owned()).filter(|fate| !fate.is_empty()),
                categories: said(fields, id),
            },
            "leave" => Choice::LeaveOut(fields.text(&format!("why-{id}")).to_owned()),
            _ => continue,
        };
        choices.insert(id.to_owned(), choice);
    }
    let revision = fields.text("revision").parse().unwrap_or(-1);
    by.office.accept_proposals(&by.actor, &source, &choices, revision).await.map(|_| ())
}

/// The categories that a form says, by column.
fn said(fields: &Fields, id: &str) -> BTreeMap<String, String> {
    let prefix = format!("category-{id}-");
    let of =
        |(name, value): (&str, &str)| Some((name.strip_prefix(&prefix)?.to_owned(), value.trim().to_owned()));
    fields.iter().filter_map(of).collect()
}

async fn looked_at(visitor: &Visitor, wanted: &Wanted, sent: &Fields) -> Result<(StatusCode, Page), Trouble> {
    let names: Vec<&Name> = visitor.office.engine.sources.keys().collect();
    let chosen = names.iter().find(|name| name.as_str() == wanted.source).or(names.first()).copied();
    let mut page = Page {
        frame: visitor.frame("Proposals for the data map", "map").await,
        tabs: tabs(visitor, "/map/discover"),
        problem: None,
        sources: Vec::new(),
        source: chosen.map(ToString::to_string).unwrap_or_default(),
        all: Vec::new(),
        count: String::new(),
        known: String::new(),
        revision: 0,
        from: 0,
        before: None,
        next: None,
        categories: categories::all().filter(|key| categories::replaced_by(key).is_none()).collect(),
        connected: chosen.is_some(),
        nothing: false,
    };
    if names.len() > 1 {
        let source = |name: &&Name| Source {
            name: name.to_string(),
            href: format!("/map/discover?source={}", part(name.as_str())),
            current: Some(*name) == chosen,
        };
        page.sources = names.iter().map(source).collect();
    }
    let Some(chosen) = chosen else { return Ok((StatusCode::OK, page)) };
    match visitor.office.propose_map(&visitor.actor, Some(chosen)).await {
        Ok(proposals) => {
            page.fill(&proposals, wanted.from, sent);
            Ok((StatusCode::OK, page))
        }
        Err(error) => {
            let trouble = Trouble::from(error);
            page.problem = Some(trouble.sentence());
            Ok((trouble.status(), page))
        }
    }
}

impl Page {
    fn fill(&mut self, proposals: &Proposals, from: usize, sent: &Fields) {
        let all = &proposals.all;
        self.revision = proposals.revision;
        self.nothing = all.is_empty();
        self.known = counted(proposals.known, "table", "tables");
        self.count = counted(all.len(), "table", "tables");
        self.from = from.min(all.len());
        self.all = all.iter().skip(self.from).take(TABLES).map(|proposal| one(proposal, sent)).collect();
        let at = |from: usize| format!("/map/discover?source={}&from={from}", part(&self.source));
        self.before = (self.from > 0).then(|| at(self.from.saturating_sub(TABLES)));
        self.next = (self.from + TABLES < all.len()).then(|| at(self.from + TABLES));
    }
}

fn sure(confidence: Confidence) -> (&'static str, &'static str) {
    match confidence {
        Confidence::High => ("ok", "✓ sure"),
        Confidence::Medium => ("warn", "▲ likely"),
        Confidence::Low => ("", "○ a guess"),
    }
}

fn one(proposal: &Proposal, sent: &Fields) -> One {
    let Proposal { id, .. } = proposal;
    let column = |(place, column): (usize, &exeunt_app::maps::propose::NewColumn)| {
        let (tone, sure) = sure(column.confidence);
        let field = format!("category-{id}-{}", column.name.as_str());
        let category = if sent.has(&field) { sent.raw(&field).to_owned() } else { column.category.clone() };
        Column {
            name: column.name.to_string(),
            key: format!("c-{id}-{place}"),
            field,
            type_name: column.type_name.clone(),
            category,
            why: column.why.clone(),
            tone,
            sure,
        }
    };
    let mut one = One {
        id: id.clone(),
        table: proposal.shown.clone(),
        rows: proposal.rows.map(grouped).unwrap_or_default(),
        proposal: String::new(),
        why: Vec::new(),
        tone: "",
        sure: "",
        columns: proposal.columns.iter().enumerate().map(column).collect(),
        fates: Vec::new(),
        leaves_out: false,
        because: String::new(),
        chosen: "accept",
        only_left_out: false,
    };
    match &proposal.what {
        What::Map { fate, subject, why, confidence } => {
            one.proposal = match subject {
                true => String::from("People are found here"),
                false => String::from("Holds rows of people"),
            };
            (one.tone, one.sure) = sure(*confidence);
            one.why = why.clone();
            let told = sent.text(&format!("fate-{id}"));
            let fate = if told.is_empty() { fate } else { told };
            let fates = [
                ("delete", "Erasure deletes the row"),
                ("anonymize", "Erasure keeps the row and empties what tells of the person"),
                ("detach", "Erasure keeps the row and cuts its link to the person"),
            ];
            one.fates = fates.into_iter().map(|(word, words)| (word, words, word == fate)).collect();
            one.leaves_out = true;
        }
        What::LeaveOut { because, telling } => {
            one.proposal = String::from("Leave it out of the map");
            one.why = vec![because.clone()];
            (one.tone, one.sure) =
                if *telling { ("warn", "▲ look at it") } else { ("ok", "✓ likely right") };
            one.because.clone_from(because);
            one.only_left_out = true;
            // what is named as if it held something about people is for somebody to decide
            one.chosen = if *telling { "skip" } else { "leave" };
        }
        What::Columns(model) => {
            one.proposal = format!("New columns of {model}");
            let least = proposal.columns.iter().map(|column| column.confidence).max();
            (one.tone, one.sure) = sure(least.unwrap_or(Confidence::Low));
        }
    }
    if sent.has(&format!("why-{id}")) {
        one.because = sent.raw(&format!("why-{id}")).to_owned();
    }
    match sent.text(&format!("do-{id}")) {
        "accept" => one.chosen = "accept",
        "leave" => one.chosen = "leave",
        "skip" => one.chosen = "skip",
        _ => {}
    }
    one
}
