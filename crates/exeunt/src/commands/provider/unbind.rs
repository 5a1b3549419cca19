//! `exeunt provider unbind`.

use exeunt_base::{ProviderId, UserId};
use serde_json::json;

use crate::door::{Door, Needs, Way};
use crate::failure::{Exit, Failure};
use crate::{ids, out};

/// Which provider, and whom it is to know no more.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The provider
    #[arg(value_parser = ids::id::<ProviderId>("idp"))]
    provider: ProviderId,
    /// The user
    #[arg(value_parser = ids::id::<UserId>("usr"))]
    user: UserId,
}

/// Unbinds.
pub(crate) async fn run(door: &Door, args: &Args) -> Result<Exit, Failure> {
    match door.way(Needs::Home).await? {
        Way::Here(office, actor) => office.unbind_user(&actor, args.provider, args.user).await?,
        Way::There(remote) => remote.unbind_user(args.provider, args.user).await?,
    }
    if door.json {
        out::json(&json!({ "provider": args.provider, "user": args.user, "state": "unbound" }))?;
    } else {
        out::text(&format!(
            "{} is known no more; at the next sign-in by address, with their code",
            args.user
        ))?;
    }
    Ok(Exit::DONE)
}
