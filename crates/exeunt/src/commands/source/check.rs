//! `exeunt source check`.

use exeunt_app::sources;
use exeunt_base::Name;
use serde_json::{Value, json};

use crate::door::Door;
use crate::failure::{Exit, Failure};
use crate::out;

/// Which.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The sources [default: all]
    #[arg(value_parser = |text: &str| Name::new(text).map_err(|error| error.to_string()))]
    names: Vec<Name>,
    /// Look at this database instead of the one in the settings: shop=sqlite:copy.db
    #[arg(long, value_name = "NAME=ADDRESS", value_parser = crate::sources::address)]
    at: Vec<(Name, String)>,
}

/// Checks each, and fails with the first one's trouble after telling of all.
pub(crate) async fn run(door: Door, args: &Args) -> Result<Exit, Failure> {
    let settings = if args.at.is_empty() { Some(door.settings()?) } else { door.settings_if_any()? };
    let connected = crate::sources::connect(settings.as_ref(), &args.at).await?;
    for name in &args.names {
        exeunt_app::maps::discover::pick(&connected, Some(name))?;
    }
    if connected.is_empty() {
        exeunt_app::maps::discover::pick(&connected, None)?;
    }
    let mut answers: Vec<Value> = Vec::new();
    let mut text = String::new();
    let mut trouble = None;
    for (name, source) in
        connected.iter().filter(|(name, _)| args.names.is_empty() || args.names.contains(name))
    {
        match sources::check::check(name, source).await {
            Ok(checked) => {
                let tables = out::plural(checked.tables as u64, "table", "tables");
                text.push_str(&format!("{name}: {} answers, {tables}\n", checked.kind));
                for advice in &checked.advice {
                    text.push_str(&format!("  {advice}\n"));
                }
                answers.push(json!({
                    "source": name.as_str(),
                    "kind": checked.kind,
                    "reached": true,
                    "tables": checked.tables,
                    "advice": checked.advice,
                }));
            }
            Err(error) => {
                text.push_str(&format!("{name}: {error}\n"));
                answers
                    .push(json!({ "source": name.as_str(), "reached": false, "error": error.to_string() }));
                trouble = trouble.or(Some(error));
            }
        }
    }
    if door.json {
        out::json(&json!({ "sources": answers }))?
    } else {
        out::text(&text)?
    }
    match trouble {
        None => Ok(Exit::DONE),
        Some(error) => Err(error.into()),
    }
}
