//! The map: a picture, its twin as a table, and what a look at the databases found.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use askama::Template;
use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use exeunt_app::access::Permission;
use exeunt_app::maps::Map;
use exeunt_app::maps::joins::Remembered;
use exeunt_app::maps::see::{Held, Seen};
use exeunt_base::ModelRef;
use exeunt_datamap::Model;
use exeunt_plan::map::{Finding, Severity};
use serde::Deserialize;

use crate::console::door::Visitor;
use crate::console::form::Sent;
use crate::console::frame::{Frame, shown};
use crate::console::map::paths::Paths;
use crate::console::map::picture::{self, Beside, Picture, counted, is_special};
use crate::console::map::words::{self, Found};
use crate::console::map::{Tab, href, part, tabs};
use crate::console::trouble::Trouble;
use crate::console::words::moment::Moment;

/// Tables on one page.
const ROWS: usize = 100;
/// Findings on one page.
const FINDINGS: usize = 200;

/// What an address asks for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wanted {
    source: String,
    category: String,
    from: usize,
    draft: String,
    done: String,
}

/// A choice that narrows the map down.
struct Chip {
    name: String,
    href: String,
    on: bool,
}

struct Row {
    source: String,
    table: String,
    model: String,
    href: String,
    path: String,
    columns: usize,
    categories: String,
    special: bool,
    erasure: String,
    found: String,
    wrong: bool,
}

struct Checked {
    findings: Vec<Found>,
    more: usize,
    errors: usize,
    warnings: usize,
    unmapped: bool,
    at: Moment,
}

#[derive(Template)]
#[template(path = "console/map/page.html")]
struct Page {
    frame: Frame,
    tabs: Vec<Tab>,
    problem: Option<String>,
    done: &'static str,
    lead: String,
    held: String,
    since: Option<Moment>,
    none_yet: bool,
    draft: bool,
    chips: Vec<Chip>,
    sources: Vec<Chip>,
    picture: Option<Picture>,
    left: usize,
    rows: Vec<Row>,
    count: String,
    before: Option<String>,
    next: Option<String>,
    checked: Option<Checked>,
    /// When references were last followed.
    sampled: Option<Moment>,
    may_draft: bool,
    may_check_sources: bool,
    has_sources: bool,
}

/// The map.
pub(crate) async fn show(
    visitor: Visitor,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Response, Trouble> {
    let wanted = wanted.map(|Query(wanted)| wanted).unwrap_or_default();
    let seen = visitor.office.see_map(&visitor.actor).await?;
    Ok(shown(&of(&visitor, &seen, &wanted, None).await))
}

/// Holds the map against the databases as they are now, and shows it with what was found.
pub(crate) async fn check(Sent { by, .. }: Sent) -> Result<Response, Trouble> {
    let seen = by.office.see_map(&by.actor).await?;
    match by.office.check_map(&by.actor).await {
        Ok(findings) => Ok(shown(&of(&by, &seen, &Wanted::default(), Some(&findings)).await)),
        Err(error) => {
            let trouble = Trouble::from(error);
            let mut shown = of(&by, &seen, &Wanted::default(), None).await;
            shown.problem = Some(trouble.sentence());
            Ok(trouble.on(&shown))
        }
    }
}

/// The text of the map, or of its draft, as a file.
pub(crate) async fn download(
    visitor: Visitor,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Response, Trouble> {
    let wanted = wanted.map(|Query(wanted)| wanted).unwrap_or_default();
    let text = if wanted.draft == "yes" {
        match visitor.office.map_draft(&visitor.actor).await? {
            Some(drafted) => drafted.draft.text,
            None => return Ok(Redirect::to("/map/changes").into_response()),
        }
    } else {
        visitor.office.map_text(&visitor.actor).await?
    };
    let mut response = text.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/yaml; charset=utf-8"));
    headers
        .insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"map.yaml\""));
    Ok(response)
}

async fn of(visitor: &Visitor, seen: &Seen, wanted: &Wanted, findings: Option<&[Finding]>) -> Page {
    let mut page = Page {
        frame: visitor.frame("Data map", "map").await,
        tabs: tabs(visitor, "/map"),
        problem: None,
        done: match wanted.done.as_str() {
            "published" => "The map is published. Plans are made by it from now on.",
            _ => "",
        },
        lead: String::new(),
        held: held(&seen.held),
        since: match &seen.held {
            Held::Store(Some(version)) => Some(visitor.clock().at(version.published_at)),
            _ => None,
        },
        none_yet: seen.is_none_yet(),
        draft: seen.draft.is_some(),
        chips: Vec::new(),
        sources: Vec::new(),
        picture: None,
        left: 0,
        rows: Vec::new(),
        count: String::new(),
        before: None,
        next: None,
        checked: None,
        sampled: None,
        may_draft: visitor.may(Permission::DraftMap),
        may_check_sources: visitor.may(Permission::CheckSources),
        has_sources: !visitor.office.engine.sources.is_empty(),
    };
    page.problem = seen.trouble.as_ref().map(Trouble::told);
    if let Some(map) = &seen.map {
        let rates = visitor.office.map_joins(&visitor.actor).ok().flatten();
        let of_map = |known: &&Arc<Remembered>| words::any_rate(&map.map, known);
        page.sampled = rates.as_ref().filter(of_map).map(|known| visitor.clock().at(known.at));
        page.fill(map, wanted, findings.unwrap_or_default(), rates);
    }
    if let (Some(map), Some(findings)) = (&seen.map, findings) {
        page.checked = Some(checked(visitor, map, findings));
    }
    page
}

impl Page {
    fn fill(&mut self, map: &Map, wanted: &Wanted, findings: &[Finding], rates: Option<Arc<Remembered>>) {
        let map = &map.map;
        let paths = Paths::of(map);
        let all: Vec<(ModelRef, &Model)> = map.models().collect();
        self.lead = lead(&all, map.sources.len());
        let beside = Beside { rates, ..beside(map, findings) };
        let fits = |at: &ModelRef, model: &Model| {
            (wanted.source.is_empty() || at.source.as_str() == wanted.source) && has(model, &wanted.category)
        };
        let mut chosen: Vec<ModelRef> =
            all.iter().filter(|(at, model)| fits(at, model)).map(|(at, _)| at.clone()).collect();
        chosen.sort_by_key(|at| (paths.distance(at).unwrap_or(u32::MAX), at.clone()));
        self.chips = chips(&all, wanted);
        if map.sources.len() > 1 {
            let sources = map.sources.keys().map(|name| {
                let on = name.as_str() == wanted.source;
                let to = if on { String::new() } else { name.to_string() };
                Chip { name: name.to_string(), href: address(&to, &wanted.category, 0), on }
            });
            self.sources = sources.collect();
        }
        let narrowed = !wanted.source.is_empty() || !wanted.category.is_empty() || map.sources.len() == 1;
        if chosen.len() <= picture::MOST || narrowed {
            let drawn = &chosen[..chosen.len().min(picture::MOST)];
            self.left = chosen.len() - drawn.len();
            self.picture = Picture::of_models(map, &paths, drawn, &beside);
        } else {
            self.picture = Some(Picture::of_sources(map));
        }
        self.count = counted(chosen.len(), "table", "tables");
        let from = wanted.from.min(chosen.len());
        let rows = chosen.iter().skip(from).take(ROWS);
        self.rows = rows.filter_map(|at| Some(row(at, map.model(at)?, &paths, &beside))).collect();
        self.before =
            (from > 0).then(|| address(&wanted.source, &wanted.category, from.saturating_sub(ROWS)));
        let next = from + ROWS;
        self.next = (next < chosen.len()).then(|| address(&wanted.source, &wanted.category, next));
    }
}

fn held(held: &Held) -> String {
    match held {
        Held::Files(paths) => {
            let names: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
            format!("It is kept in files, which the settings name: {}.", names.join(", "))
        }
        Held::Store(Some(version)) => {
            format!("It is kept here. Version {} is in force, published", version.version)
        }
        Held::Store(None) => String::from("It is kept here."),
    }
}

/// The whole map in one sentence.
fn lead(all: &[(ModelRef, &Model)], sources: usize) -> String {
    let of = |test: fn(&Model) -> bool| all.iter().filter(|(_, model)| test(model)).count();
    let mut parts = vec![format!("people are found in {}", of(|model| model.subject.is_some()))];
    let mut add = |count: usize, words: &str| {
        if count > 0 {
            parts.push(words.replace("{}", &count.to_string()));
        }
    };
    add(of(|model| model.keep.is_some()), "a law keeps rows of {}");
    add(of(|model| model.unlinked.is_some()), "{} on purpose without a link to people");
    add(of(is_special), "{} with data of a special category");
    format!(
        "{} in {}: {}.",
        counted(all.len(), "table", "tables"),
        counted(sources, "source", "sources"),
        parts.join(", ")
    )
}

fn has(model: &Model, category: &str) -> bool {
    match category {
        "" => true,
        "special" => is_special(model),
        wanted => {
            model.fields.values().filter_map(|field| field.category.as_deref()).any(|one| within(one, wanted))
        }
    }
}

fn within(category: &str, wanted: &str) -> bool {
    category.strip_prefix(wanted).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// Categories that the map has, by their first two words.
fn chips(all: &[(ModelRef, &Model)], wanted: &Wanted) -> Vec<Chip> {
    let categories =
        all.iter().flat_map(|(_, model)| model.fields.values()).filter_map(|field| field.category.as_deref());
    let broad: BTreeSet<String> =
        categories.map(|category| category.splitn(3, '.').take(2).collect::<Vec<_>>().join(".")).collect();
    let special = all.iter().any(|(_, model)| is_special(model)).then(|| String::from("special"));
    let named = broad.into_iter().chain(special).map(|name| {
        let on = name == wanted.category;
        let to = if on { "" } else { name.as_str() };
        let shown = if name == "special" { String::from("◆ special categories") } else { name.clone() };
        Chip { href: address(&wanted.source, to, 0), name: shown, on }
    });
    named.collect()
}

fn address(source: &str, category: &str, from: usize) -> String {
    let mut parts = Vec::new();
    if !source.is_empty() {
        parts.push(format!("source={}", part(source)));
    }
    if !category.is_empty() {
        parts.push(format!("category={}", part(category)));
    }
    if from > 0 {
        parts.push(format!("from={from}"));
    }
    if parts.is_empty() { String::from("/map") } else { format!("/map?{}", parts.join("&")) }
}

fn row(at: &ModelRef, model: &Model, paths: &Paths, beside: &Beside) -> Row {
    let categories: BTreeSet<&str> =
        model.fields.values().filter_map(|field| field.category.as_deref()).collect();
    Row {
        source: at.source.to_string(),
        table: model.table.to_string(),
        model: at.model.to_string(),
        href: href(at.source.as_str(), at.model.as_str()),
        path: match &model.unlinked {
            Some(_) => String::from("none, on purpose"),
            None => paths.told(at),
        },
        columns: model.fields.len(),
        categories: categories.into_iter().collect::<Vec<_>>().join(", "),
        special: is_special(model),
        erasure: words::erasure(model),
        found: beside
            .rates
            .as_ref()
            .map(|known| words::rates(at, model, known).join("; "))
            .unwrap_or_default(),
        wrong: beside.wrong.contains(&at.to_string()),
    }
}

/// The finding whose place is a table that the map does not have.
const TABLE_UNMAPPED: &str = "table-unmapped";

/// What findings say of the tables that are drawn.
fn beside(map: &exeunt_datamap::DataMap, findings: &[Finding]) -> Beside {
    let mut beside = Beside::default();
    for finding in findings.iter().filter(|finding| finding.severity == Severity::Error) {
        match model_of(map, &finding.place) {
            Some(at) => drop(beside.wrong.insert(at.to_string())),
            None if finding.code == TABLE_UNMAPPED => {
                if let Some((source, table)) = finding.place.split_once('.') {
                    beside.unmapped.push((source.to_owned(), table.to_owned()));
                }
            }
            None => {}
        }
    }
    beside
}

/// The model that a place such as `shop.orders.total` names.
fn model_of(map: &exeunt_datamap::DataMap, place: &str) -> Option<ModelRef> {
    map.sources.values().find_map(|source| {
        let rest = place.strip_prefix(source.name.as_str())?.strip_prefix('.')?;
        let named = |name: &&exeunt_base::Name| {
            rest.strip_prefix(name.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        let name = source.models.keys().filter(named).max_by_key(|name| name.as_str().len())?;
        Some(ModelRef { source: source.name.clone(), model: name.clone() })
    })
}

fn checked(visitor: &Visitor, map: &Map, findings: &[Finding]) -> Checked {
    let count = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for finding in findings {
        *seen.entry(finding.code).or_default() += 1;
    }
    let found = |finding: &Finding| {
        let to = match model_of(&map.map, &finding.place) {
            Some(at) => href(at.source.as_str(), at.model.as_str()),
            None => String::new(),
        };
        Found::of(finding, to)
    };
    Checked {
        findings: findings.iter().take(FINDINGS).map(found).collect(),
        more: findings.len().saturating_sub(FINDINGS),
        errors: count(Severity::Error),
        warnings: count(Severity::Warning),
        unmapped: seen.keys().any(|code| code.ends_with("unmapped")),
        at: visitor.clock().at(visitor.now()),
    }
}
