//! `exeunt map discover`: a first map, to be read and corrected.

use exeunt_app::maps;
use exeunt_base::Name;
use serde_json::json;

use crate::door::Door;
use crate::failure::{Exit, Failure};
use crate::{out, sources};

/// What to discover.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The source, when there are several
    #[arg(long, value_name = "NAME", value_parser = |text: &str| Name::new(text).map_err(|error| error.to_string()))]
    source: Option<Name>,
    /// Look at this database, whatever the settings say: shop=sqlite:shop.db
    #[arg(long, value_name = "NAME=ADDRESS", value_parser = sources::address)]
    at: Option<(Name, String)>,
}

/// Discovers.
pub(crate) async fn run(door: Door, args: &Args) -> Result<Exit, Failure> {
    let at: Vec<_> = args.at.iter().cloned().collect();
    let name = args.source.clone().or_else(|| args.at.as_ref().map(|(name, _)| name.clone()));
    let settings = if at.is_empty() { Some(door.settings()?) } else { None };
    let connected = sources::connect(settings.as_ref(), &at).await?;
    let found = maps::discover::discover(&connected, name.as_ref()).await?;
    let text = found.text();
    let models = found.map.models().count();
    if door.json {
        out::json(&json!({ "models": models, "map": text }))?;
    } else {
        out::raw(text.as_bytes())?;
        out::remark(&format!(
            "{} found; read every `reason:`, then run `exeunt map check`",
            out::plural(models as u64, "model", "models")
        ));
    }
    Ok(Exit::DONE)
}
