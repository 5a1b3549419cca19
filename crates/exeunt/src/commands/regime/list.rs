//! `exeunt regime list`.

use exeunt_app::law::{KeptPack, Law};
use exeunt_rights::regime::Status;
use serde_json::json;

use crate::door::Door;
use crate::failure::{Exit, Failure};
use crate::out;
use crate::table::table;

/// Nothing to choose.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

/// Lists.
pub(crate) async fn run(door: &Door, _: &Args) -> Result<Exit, Failure> {
    let (packs, usual) = match &door.remote {
        Some(remote) => remote.list_regimes().await?,
        None => {
            let law = law(door)?;
            (law.packs().cloned().collect(), law.usual().to_owned())
        }
    };
    if door.json {
        let one = |kept: &KeptPack| {
            json!({
                "regime": kept.pack.id,
                "version": kept.pack.version,
                "name": kept.pack.name,
                "status": kept.pack.status,
                "usual": kept.pack.id == usual,
                "signed_by": kept.signed_by,
            })
        };
        out::json(&json!({ "regimes": packs.iter().map(one).collect::<Vec<_>>() }))?;
        return Ok(Exit::DONE);
    }
    let rows: Vec<Vec<String>> = packs
        .iter()
        .map(|kept| {
            let usual = if kept.pack.id == usual { " (usual)" } else { "" };
            vec![
                format!("{}{usual}", kept.pack.id),
                kept.pack.version.to_string(),
                status(kept.pack.status).to_owned(),
                kept.signed_by.as_deref().map_or_else(|| String::from("shipped"), out::safe),
                out::safe(&kept.pack.name),
            ]
        })
        .collect();
    out::text(&table(&["regime", "version", "status", "by", "name"], &rows))?;
    Ok(Exit::DONE)
}

/// The law of the home's organization; without a home, that of nobody in particular.
pub(super) fn law(door: &Door) -> Result<Law, Failure> {
    match door.settings_if_any()? {
        Some(settings) => settings.law.read(&settings.base),
        None => Ok(Law::default()),
    }
}

pub(super) fn status(status: Status) -> &'static str {
    match status {
        Status::InForce => "in force",
        Status::Draft => "draft",
        Status::Disabled => "disabled",
    }
}
