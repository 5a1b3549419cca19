//! `exeunt provider list`.

use serde_json::{Value, json};

use crate::commands::provider::told;
use crate::door::{Door, Needs, Way};
use crate::failure::{Exit, Failure};
use crate::out;
use crate::table::table;

/// Nothing to choose.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

/// Lists.
pub(crate) async fn run(door: &Door, _: &Args) -> Result<Exit, Failure> {
    let all = match door.way(Needs::Home).await? {
        Way::Here(office, actor) => office.list_providers(&actor).await?,
        Way::There(remote) => remote.list_providers().await?,
    };
    if door.json {
        out::json(&json!({ "providers": all.iter().map(told).collect::<Vec<Value>>() }))?;
    } else if all.is_empty() {
        out::text("none; people sign in by password and code")?;
    } else {
        let rows: Vec<Vec<String>> = all
            .iter()
            .map(|one| {
                let factors =
                    if one.factors.is_empty() { String::from("ours") } else { one.factors.join(", ") };
                vec![one.id.to_string(), one.name.clone(), one.issuer.clone(), factors, one.redirect.clone()]
            })
            .collect();
        out::text(&table(&["provider", "name", "issuer", "second factor", "sends people back to"], &rows))?;
    }
    Ok(Exit::DONE)
}
