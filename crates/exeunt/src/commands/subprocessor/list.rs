//! `exeunt subprocessor list` and `subscribers`.

use exeunt_app::subprocessors::list::{Stands, categories_of};
use exeunt_store::subprocessors::{Subprocessor, Subscriber};
use serde_json::{Value, json};

use crate::commands::subprocessor::At;
use crate::door::Way;
use crate::failure::Failure;
use crate::out;
use crate::table::table;

/// As data.
pub(crate) fn value(one: &Subprocessor) -> Value {
    json!({
        "id": one.id,
        "name": one.name,
        "purpose": one.purpose,
        "categories": categories_of(one),
        "region": one.region,
        "contact": one.contact,
        "state": Stands::of(one).as_str(),
        "announced_at": one.announced_at,
        "told": one.told,
        "effective_on": one.effective_on,
        "engaged_at": one.engaged_at,
        "ended_at": one.ended_at,
    })
}

/// Lists the register.
pub(super) async fn list((way, as_json): At<'_>) -> Result<(), Failure> {
    let all = match way {
        Way::Here(office, actor) => office.list_subprocessors(actor).await?,
        Way::There(remote) => remote.list_subprocessors().await?,
    };
    if as_json {
        return out::json(&json!({ "subprocessors": all.iter().map(value).collect::<Vec<_>>() }));
    }
    if all.is_empty() {
        return out::text("no sub-processors; `exeunt subprocessor add` writes one down");
    }
    let line = |one: &Subprocessor| {
        vec![
            one.id.to_string(),
            one.name.clone(),
            one.region.clone(),
            Stands::of(one).as_str().to_owned(),
            one.effective_on.clone().unwrap_or_default(),
            one.purpose.clone(),
        ]
    };
    let rows: Vec<Vec<String>> = all.iter().map(line).collect();
    out::text(&table(&["id", "name", "region", "state", "effective", "purpose"], &rows))
}

/// Lists who is told.
pub(super) async fn subscribers((way, as_json): At<'_>) -> Result<(), Failure> {
    let all = match way {
        Way::Here(office, actor) => office.list_subscribers(actor).await?,
        Way::There(remote) => remote.list_subscribers().await?,
    };
    if as_json {
        let one = |one: &Subscriber| {
            json!({
                "id": one.id,
                "language": one.language,
                "asked_at": one.asked_at,
                "confirmed_at": one.confirmed_at,
            })
        };
        return out::json(&json!({ "subscribers": all.iter().map(one).collect::<Vec<_>>() }));
    }
    if all.is_empty() {
        return out::text("nobody is told; `exeunt subprocessor subscribe` asks at an address");
    }
    let line = |one: &Subscriber| {
        let confirmed = one.confirmed_at.map_or_else(|| String::from("not yet"), out::time);
        vec![one.id.to_string(), one.language.clone(), out::time(one.asked_at), confirmed]
    };
    let rows: Vec<Vec<String>> = all.iter().map(line).collect();
    out::text(&table(&["id", "language", "asked", "confirmed"], &rows))
}
