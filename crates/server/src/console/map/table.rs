//! One table of the map: its columns with what they hold and what erasure does to each, and what joins it to others.

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use exeunt_base::{ModelRef, Name};
use exeunt_datamap::categories;
use exeunt_datamap::model::Relation;
use exeunt_plan::map::joins;

use crate::console::door::Visitor;
use crate::console::frame::{Frame, shown};
use crate::console::map::paths::Paths;
use crate::console::map::picture::is_special;
use crate::console::map::words::{self, Found};
use crate::console::map::{Tab, href, tabs};
use crate::console::trouble::Trouble;

struct Column {
    name: String,
    type_name: String,
    category: String,
    special: bool,
    why: String,
    erasure: String,
}

struct Join {
    name: String,
    href: String,
    told: String,
}

#[derive(Template)]
#[template(path = "console/map/table.html")]
struct Page {
    frame: Frame,
    tabs: Vec<Tab>,
    source: String,
    table: String,
    model: String,
    key: String,
    subject: String,
    path: String,
    erasure: String,
    special: bool,
    columns: Vec<Column>,
    out: Vec<Join>,
    into: Vec<Join>,
    /// What the database says against it; nothing where it could not be asked.
    findings: Option<Vec<Found>>,
    more: usize,
    unreachable: String,
}

/// The page.
pub(crate) async fn show(
    visitor: Visitor,
    Path((source, model)): Path<(String, String)>,
) -> Result<Response, Trouble> {
    let seen = visitor.office.see_map(&visitor.actor).await?;
    let name = |text: &str| Name::new(text).map_err(|_| Trouble::not_found());
    let at = ModelRef { source: name(&source)?, model: name(&model)? };
    let map = seen.map.ok_or_else(Trouble::not_found)?;
    let about = map.map.model(&at).ok_or_else(Trouble::not_found)?;
    let live = visitor.office.check_table(&visitor.actor, &at).await;
    let (live, unreachable) = match live {
        Ok(live) => (Some(live), String::new()),
        Err(error) => (None, Trouble::told(&error)),
    };
    let identities = about.subject.iter().flatten().map(|(kind, column)| format!("{kind} in {column}"));
    let column = |(name, field): (&Name, &exeunt_datamap::model::Field)| {
        let known = live.as_ref().and_then(|live| live.columns.get(name));
        Column {
            name: name.to_string(),
            type_name: known.map(|known| known.type_name.clone()).unwrap_or_default(),
            category: field.category.clone().unwrap_or_default(),
            special: field.category.as_deref().is_some_and(categories::is_special),
            why: why(field, known),
            erasure: words::column(about, name),
        }
    };
    let known = visitor.office.map_joins(&visitor.actor)?;
    let told = |from: &ModelRef, relation: &Relation| {
        let rate = known.as_ref().and_then(|known| known.rates.get(&joins::Join::of(from, relation)));
        let rate = rate.map(|rate| format!("; its row is found by {}", words::rate(*rate)));
        format!("{}{}", words::relation(relation), rate.unwrap_or_default())
    };
    let out = about.relations.iter().map(|relation| Join {
        name: relation.to.to_string(),
        href: href(relation.to.source.as_str(), relation.to.model.as_str()),
        told: told(&at, relation),
    });
    let into = map.map.models().flat_map(|(from, model)| {
        let to_here = model.relations.iter().filter(|relation| relation.to == at);
        let told: Vec<String> = to_here.map(|relation| told(&from, relation)).collect();
        told.into_iter().map(move |told| Join {
            name: from.to_string(),
            href: href(from.source.as_str(), from.model.as_str()),
            told,
        })
    });
    let findings =
        live.as_ref().map(|live| live.findings.iter().map(|one| Found::of(one, String::new())).collect());
    Ok(shown(&Page {
        frame: visitor.frame("A table of the data map", "map").await,
        tabs: tabs(&visitor, ""),
        source: at.source.to_string(),
        table: about.table.to_string(),
        model: at.model.to_string(),
        key: about.key.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
        subject: identities.collect::<Vec<_>>().join(", "),
        path: Paths::of(&map.map).told(&at),
        erasure: words::erasure(about),
        special: is_special(about),
        columns: about.fields.iter().map(column).collect(),
        out: out.collect(),
        into: into.collect(),
        findings,
        more: 0,
        unreachable,
    }))
}

/// Why a column is described as it is: what the map says of it, or what its name tells.
fn why(field: &exeunt_datamap::model::Field, live: Option<&exeunt_app::maps::live::Column>) -> String {
    if let Some(description) = &field.description {
        return description.clone();
    }
    match (&field.category, live) {
        (None, _) => String::from("a key or a reference: needs none"),
        (Some(category), Some(live)) if live.category.as_deref() == Some(category) => live.why.clone(),
        (Some(_), _) => String::from("decided by whoever wrote the map"),
    }
}
