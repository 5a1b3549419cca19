//! `exeunt key revoke`.

use exeunt_base::ApiKeyId;
use serde_json::json;

use crate::door::{Door, Needs, Way};
use crate::failure::{Exit, Failure};
use crate::{ids, out};

/// Which.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The key's id, as `exeunt key list` shows it: never the token
    #[arg(value_parser = ids::id::<ApiKeyId>("key"))]
    key: ApiKeyId,
}

/// Revokes it.
pub(crate) async fn run(door: &Door, args: &Args) -> Result<Exit, Failure> {
    match door.way(Needs::Home).await? {
        Way::Here(office, actor) => office.revoke_api_key(&actor, args.key).await?,
        Way::There(remote) => remote.revoke_api_key(args.key).await?,
    };
    if door.json {
        out::json(&json!({ "key": args.key, "revoked": true }))?;
    } else {
        out::text(&format!("{} counts no more", args.key))?;
    }
    Ok(Exit::DONE)
}
