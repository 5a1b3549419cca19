//! `exeunt key list`.

use exeunt_app::people::api_keys::Listed;
use exeunt_base::Timestamp;
use exeunt_engine::World;
use serde_json::json;

use crate::commands::key::words;
use crate::door::{Door, Needs, Way};
use crate::failure::{Exit, Failure};
use crate::out;
use crate::table::table;

/// Nothing to choose.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

/// Lists.
pub(crate) async fn run(door: &Door, _: &Args) -> Result<Exit, Failure> {
    let keys = match door.way(Needs::Home).await? {
        Way::Here(office, actor) => office.list_api_keys(&actor, None).await?,
        Way::There(remote) => remote.list_api_keys().await?,
    };
    if door.json {
        let one = |key: &Listed| {
            json!({
                "key": key.id,
                "user": key.user,
                "name": key.label.expose(),
                "scopes": words(&key.scopes),
                "made_at": key.made_at,
                "expires_at": key.expires_at,
                "used_at": key.used_at,
                "revoked_at": key.revoked_at,
            })
        };
        out::json(&json!({ "keys": keys.iter().map(one).collect::<Vec<_>>() }))?;
    } else if keys.is_empty() {
        out::text("no API keys; make one with `exeunt key make`")?;
    } else {
        let now = door.world.now();
        let rows: Vec<Vec<String>> = keys.iter().map(|key| line(key, now)).collect();
        out::text(&table(&["key", "user", "name", "scopes", "life", "used"], &rows))?;
    }
    Ok(Exit::DONE)
}

fn line(key: &Listed, now: Timestamp) -> Vec<String> {
    let life = match key.revoked_at {
        Some(at) => format!("revoked {}", out::time(at)),
        None if key.expires_at <= now => format!("expired {}", out::time(key.expires_at)),
        None => format!("until {}", out::time(key.expires_at)),
    };
    vec![
        key.id.to_string(),
        key.user.to_string(),
        key.label.expose().to_owned(),
        words(&key.scopes).join(" "),
        life,
        key.used_at.map_or_else(|| String::from("never"), out::time),
    ]
}
