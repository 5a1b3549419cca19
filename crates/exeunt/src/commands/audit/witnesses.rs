//! `exeunt audit witnesses`: how they stand, and asking them now.

use exeunt_app::audits::witnesses::Standing;
use serde_json::json;

use crate::door::{Door, Needs};
use crate::failure::{Exit, Failure};
use crate::out;
use crate::table::table;

/// Whether to ask.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Ask them to sign the log's head as it is now; the service does so every minute while the log grows
    #[arg(long)]
    ask: bool,
}

/// Asks if told to, and lists. What a witness did not sign is a finding.
pub(crate) async fn run(door: &Door, args: &Args) -> Result<Exit, Failure> {
    let (office, actor) = door.office(Needs::Home).await?;
    if args.ask {
        office.ask_witnesses(&actor).await?;
    }
    let all = office.witness_standings(&actor).await?;
    let wanted = office.publication.quorum;
    if door.json {
        let one = |standing: &Standing| {
            let stands = standing.stands.as_ref();
            json!({
                "key": standing.key,
                "url": standing.url,
                "entries": stands.map(|stands| stands.size),
                "signed_at": stands.and_then(|stands| stands.signed_at),
                "asked_at": stands.map(|stands| stands.asked_at),
                "trouble": stands.and_then(|stands| stands.trouble.clone()),
            })
        };
        out::json(&json!({ "quorum": wanted, "witnesses": all.iter().map(one).collect::<Vec<_>>() }))?;
    } else if all.is_empty() {
        out::text("nobody watches this log; `audit: witnesses:` in the settings names who does")?;
    } else {
        let line = |standing: &Standing| {
            let stands = standing.stands.as_ref();
            vec![
                standing.key.split('+').next().unwrap_or_default().to_owned(),
                stands.map_or_else(|| String::from("-"), |stands| stands.size.to_string()),
                stands.and_then(|stands| stands.signed_at).map(out::time).unwrap_or_default(),
                stands.and_then(|stands| stands.trouble.clone()).unwrap_or_default(),
            ]
        };
        let rows: Vec<_> = all.iter().map(line).collect();
        out::text(&table(&["witness", "entries", "signed", "trouble"], &rows))?;
    }
    let failing = all.iter().any(|one| one.stands.as_ref().is_some_and(|stands| stands.trouble.is_some()));
    Ok(if failing { Exit::FINDINGS } else { Exit::DONE })
}
