//! `exeunt user disable`.

use exeunt_base::UserId;
use serde_json::json;

use crate::door::{Door, Needs, Way};
use crate::failure::{Exit, Failure};
use crate::{ids, out};

/// Who.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The user
    #[arg(value_parser = ids::id::<UserId>("usr"))]
    user: UserId,
}

/// Ends the account.
pub(crate) async fn run(door: &Door, args: &Args) -> Result<Exit, Failure> {
    match door.way(Needs::Home).await? {
        Way::Here(office, actor) => office.disable_user(&actor, args.user).await?,
        Way::There(remote) => remote.disable_user(args.user).await?,
    };
    if door.json {
        out::json(&json!({ "user": args.user, "state": "disabled" }))?;
    } else {
        out::text(&format!("{} is disabled; their sessions and API keys are dead", args.user))?;
    }
    Ok(Exit::DONE)
}
