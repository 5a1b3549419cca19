//! `exeunt provider remove`.

use exeunt_base::ProviderId;
use serde_json::json;

use crate::door::{Door, Needs, Way};
use crate::failure::{Exit, Failure};
use crate::{ids, out};

/// Which.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The provider
    #[arg(value_parser = ids::id::<ProviderId>("idp"))]
    provider: ProviderId,
}

/// Removes.
pub(crate) async fn run(door: &Door, args: &Args) -> Result<Exit, Failure> {
    match door.way(Needs::Home).await? {
        Way::Here(office, actor) => office.remove_provider(&actor, args.provider).await?,
        Way::There(remote) => remote.remove_provider(args.provider).await?,
    }
    if door.json {
        out::json(&json!({ "provider": args.provider, "state": "removed" }))?;
    } else {
        out::text(&format!("{} is removed; nobody signs in by it any more", args.provider))?;
    }
    Ok(Exit::DONE)
}
