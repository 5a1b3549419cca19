//! `exeunt provider change`.

use std::path::PathBuf;

use exeunt_app::people::providers::Changed;
use exeunt_base::ProviderId;

use crate::commands::provider::{secret, told};
use crate::door::{Door, Needs, Way};
use crate::failure::{Exit, Failure};
use crate::{ids, out};

/// Which, and what is to be otherwise.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The provider
    #[arg(value_parser = ids::id::<ProviderId>("idp"))]
    provider: ProviderId,
    /// What it knows us by
    #[arg(long, value_name = "ID")]
    client_id: Option<String>,
    /// A file with what we show it
    #[arg(long, value_name = "FILE")]
    client_secret_file: Option<PathBuf>,
    /// What it may say in place of our own second factor; may be given several times, and replaces what was said before
    #[arg(long = "second-factor", value_name = "WORD", conflicts_with = "no_second_factor")]
    factors: Vec<String>,
    /// It may say nothing in place of our own second factor
    #[arg(long)]
    no_second_factor: bool,
}

/// Changes.
pub(crate) async fn run(door: &Door, args: &Args) -> Result<Exit, Failure> {
    let said = args.no_second_factor || !args.factors.is_empty();
    let changed = Changed {
        client: args.client_id.clone(),
        secret: args.client_secret_file.as_deref().map(secret).transpose()?,
        factors: said.then(|| args.factors.clone()),
    };
    let changed = match door.way(Needs::Home).await? {
        Way::Here(office, actor) => office.change_provider(&actor, args.provider, changed).await?,
        Way::There(remote) => remote.change_provider(args.provider, &changed).await?,
    };
    if door.json {
        out::json(&told(&changed))?;
    } else {
        out::text(&format!("{} is changed", changed.id))?;
    }
    Ok(Exit::DONE)
}
