//! `exeunt user reset`.

use exeunt_base::UserId;
use serde_json::json;

use crate::door::{Door, Needs, Way};
use crate::failure::{Exit, Failure};
use crate::{ids, out};

/// Whose password.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The user
    #[arg(value_parser = ids::id::<UserId>("usr"))]
    user: UserId,
}

/// Starts a reset.
pub(crate) async fn run(door: &Door, args: &Args) -> Result<Exit, Failure> {
    let one_time = match door.way(Needs::Home).await? {
        Way::Here(office, actor) => office.start_reset(&actor, args.user).await?,
        Way::There(remote) => remote.start_reset(args.user).await?,
    };
    if door.json {
        out::json(&json!({
            "user": args.user,
            "token": one_time.token.expose(),
            "expires_at": one_time.expires_at,
        }))?;
    } else {
        out::text(one_time.token.expose())?;
        out::remark(&format!(
            "the token is shown this once and counts until {}, together with a code of their authenticator",
            out::time(one_time.expires_at)
        ));
    }
    Ok(Exit::DONE)
}
